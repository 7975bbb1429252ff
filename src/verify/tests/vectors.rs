//! The shared signature vectors, most of them published by senders and libraries.

use super::*;
use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Deserialize)]
struct Vectors {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    scheme: String,
    secret: String,
    secret_format: String,
    headers: Map<String, Value>,
    body: String,
    now: Option<i64>,
    tolerance: Option<i64>,
    url: Option<String>,
    expect: String,
}

#[test]
fn every_vector_gets_the_verdict_it_expects() {
    let text = include_str!("../../tests/data/signature-vectors.json");
    let Vectors { vectors } = serde_json::from_str(text).unwrap();
    assert_eq!(vectors.len(), 132);
    let wrong: Vec<_> = vectors
        .iter()
        .map(|vector| (vector, vector.outcome()))
        .filter(|(vector, outcome)| outcome.is_ok() != (vector.expect == "valid"))
        .map(|(vector, outcome)| format!("{}: expected {}, got {outcome:?}", vector.name, vector.expect))
        .collect();
    assert!(wrong.is_empty(), "{} of 132 differ:\n{}", wrong.len(), wrong.join("\n"));
}

impl Vector {
    /// Accepted, or the code of what stood in the way.
    fn outcome(&self) -> Result<(), &'static str> {
        let scheme = self.scheme();
        let (secret, _warnings) =
            parse_secret(scheme, self.format(), &self.secret).map_err(SecretError::code)?;
        // Where the vectors write `whsec` they ask for a shared secret; a public one has a format of its own.
        if self.secret_format == "whsec" && secret.is_public_key() {
            return Err("public-key");
        }
        if self.scheme == "secret-parse" {
            return Ok(());
        }
        let mut headers = HeaderList::default();
        self.headers.iter().for_each(|(name, value)| headers.push(name, value.as_str().unwrap().as_bytes()));
        let request = Signed { headers: &headers, body: self.body.as_bytes(), url: self.url.as_deref() };
        let clock = AgeCheck { now: self.now.unwrap_or(NOW), tolerance: self.tolerance };
        let secret = NamedSecret { id: "the vector's".into(), secret };
        verify(scheme, [&secret].into_iter(), &request, &clock).reason().map_or(Ok(()), |r| Err(r.as_str()))
    }

    /// The vectors' words begin with ours, and name a version or a hash after it.
    fn scheme(&self) -> Scheme {
        Scheme::all().find(|scheme| self.scheme.starts_with(scheme.word)).unwrap_or(Scheme::STANDARD_WEBHOOKS)
    }

    fn format(&self) -> SecretFormat {
        match self.secret_format.as_str() {
            "base64" => SecretFormat::Base64,
            "raw-utf8" => SecretFormat::Text,
            _ => SecretFormat::Prefixed,
        }
    }
}
