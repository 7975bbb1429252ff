//! How verification is tested: the shared vectors, each reason once, what people read, and laws that hold for any input.

mod autopsy;
mod events;
mod laws;
mod reasons;
mod schemes;
mod secrets;
mod steps;
mod vectors;

use super::*;
use crate::model::scheme::SecretFormat;

/// The time at which test requests are signed and received.
const NOW: i64 = 1_700_000_000;
/// 32 bytes.
const SECRET: &str = "whsec_RdvaYFYUXuIFuEbvZHwMfYFhUf7aMYjYcmM24+Aj40c=";
/// 24 bytes.
const OTHER_SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
/// The public half of the pair below.
const PUBLIC_KEY: &str = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=";
const KEY_PAIR: &str =
    "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==";
const BODY: &[u8] = br#"{"type": "batch.completed"}"#;

fn scheme(word: &str) -> Scheme {
    word.parse().unwrap()
}

fn named(id: &str, scheme: Scheme, format: SecretFormat, text: &str) -> NamedSecret {
    let (secret, _warnings) = parse_secret(scheme, format, text).unwrap();
    NamedSecret { id: id.to_owned(), secret }
}

fn standard(id: &str, text: &str) -> NamedSecret {
    named(id, Scheme::STANDARD_WEBHOOKS, SecretFormat::Prefixed, text)
}

fn headers(pairs: &[(&str, &str)]) -> HeaderList {
    let mut list = HeaderList::default();
    pairs.iter().for_each(|(name, value)| list.push(name, value.as_bytes()));
    list
}

/// What a Standard Webhooks sender would send at [`NOW`].
fn signed_by(secret: &NamedSecret) -> HeaderList {
    let signature = sign_standard(&secret.secret, "wh_1", NOW, BODY).unwrap();
    standard_headers("wh_1", &NOW.to_string(), &signature)
}

fn standard_headers(id: &str, timestamp: &str, signature: &str) -> HeaderList {
    headers(&[("webhook-id", id), ("webhook-timestamp", timestamp), ("webhook-signature", signature)])
}

fn check_at(
    now: i64,
    tolerance: Option<i64>,
    scheme: Scheme,
    secrets: &[NamedSecret],
    headers: &HeaderList,
) -> Verdict {
    let request = Signed { headers, body: BODY, url: None };
    verify(scheme, secrets.iter(), &request, &AgeCheck { now, tolerance })
}

fn check(scheme: Scheme, secrets: &[NamedSecret], headers: &HeaderList) -> Verdict {
    check_at(NOW, Some(300), scheme, secrets, headers)
}
