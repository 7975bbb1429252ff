//! The shared signature vectors, through the command line and through the ingest route.

use crate::{app::TestApp, process::Workspace};
use hookpost::model::scheme::{Scheme, SecretFormat};
use serde::Deserialize;
use std::collections::BTreeMap;

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
    headers: BTreeMap<String, String>,
    body: String,
    now: Option<i64>,
    tolerance: Option<i64>,
    url: Option<String>,
    expect: String,
}

impl Vector {
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

fn vectors() -> Vec<Vector> {
    let all: Vectors = serde_json::from_str(include_str!("data/signature-vectors.json")).unwrap();
    assert_eq!(all.vectors.len(), 132);
    all.vectors
}

#[test]
fn every_vector_gets_its_verdict_from_the_command_line() {
    let workspace = Workspace::new();
    let mut wrong = Vec::new();
    for vector in vectors() {
        std::fs::write(workspace.path("body"), &vector.body).unwrap();
        let headers: Vec<String> =
            vector.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        let (scheme, format) = (vector.scheme().to_string(), vector.format().to_string());
        let now = vector.now.unwrap_or_default().to_string();
        let tolerance = vector.tolerance.map_or_else(|| "none".to_owned(), |seconds| seconds.to_string());
        let mut args = vec![
            "verify",
            "--json",
            "--secret-stdin",
            "--body-file",
            "body",
            "--scheme",
            &scheme,
            "--secret-format",
            &format,
            "--now",
            &now,
            "--tolerance",
            &tolerance,
        ];
        headers.iter().for_each(|header| args.extend(["--header", header]));
        if let Some(url) = &vector.url {
            args.extend(["--url", url]);
        }
        let output = workspace.run(&args, vector.secret.as_bytes());
        // Cases on secrets alone have no request: they ask whether the secret can be saved.
        let code = output.status.code();
        let holds = if vector.scheme == "secret-parse" { code != Some(2) } else { code == Some(0) };
        if holds != (vector.expect == "valid") {
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            wrong.push(format!("{}: expected {}, exit {code:?}: {said}", vector.name, vector.expect));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn the_ingest_route_gives_the_same_verdicts() {
    // A fixed tolerance of 300 s is what a server has; vectors with another one are for the command line.
    let app = TestApp::spawn().await;
    let (mut checked, mut wrong) = (0, Vec::new());
    for (n, vector) in vectors().into_iter().enumerate() {
        let (Some(now), Some(300)) = (vector.now, vector.tolerance) else { continue };
        let (scheme, format) = (vector.scheme(), vector.format());
        if vector.scheme == "secret-parse"
            || hookpost::verify::parse_secret(scheme, format, &vector.secret).is_err()
        {
            continue;
        }
        app.set_clock(now * 1_000);
        let endpoint = app.endpoint(&format!("vector {n}"), scheme, format, Some(&vector.secret)).await;
        let mut request = app.http.post(app.ingest_url(&endpoint)).body(vector.body);
        for (name, value) in &vector.headers {
            request = request.header(name, value.as_str());
        }
        // HTTP itself drops spaces at the ends of a value and cannot carry every byte.
        let travels = vector
            .headers
            .values()
            .all(|v| v.trim() == v && reqwest::header::HeaderValue::from_str(v).is_ok());
        if !travels {
            continue;
        }
        let status = request.send().await.unwrap().status().as_u16();
        checked += 1;
        if status != if vector.expect == "valid" { 200 } else { 400 } {
            wrong.push(format!("{}: expected {}, answered {status}", vector.name, vector.expect));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(checked >= 80, "only {checked} were checked");
}
