//! Slack: `X-Slack-Signature: v0=<hex>` over `v0:timestamp:body`.
//!
//! <https://docs.slack.dev/authentication/verifying-requests-from-slack>

use super::{
    Signed,
    claim::{Candidate, Claim, Fault},
    header,
    secret::ParsedSecret,
    sign::{Headers, Unsigned},
};
use crate::model::hmac::{Algorithm, Encoding};

const TIMESTAMP: &str = "x-slack-request-timestamp";

pub(super) fn read<'a>(request: &Signed<'a>) -> Result<Claim<'a>, Fault> {
    let timestamp = header::one(request.headers, TIMESTAMP)?;
    let value = header::one(request.headers, "x-slack-signature")?;
    let candidate = value.strip_prefix("v0=").map(Candidate::hex);
    Ok(Claim {
        timestamp: Some(header::timestamp(timestamp, TIMESTAMP)?),
        unknown_versions: u32::from(candidate.is_none()),
        candidates: candidate.into_iter().collect(),
        messages: vec![content(timestamp, request.body).map(Into::into).into()],
        ..Claim::default()
    })
}

/// What is signed.
fn content<'a>(timestamp: &'a str, body: &'a [u8]) -> [&'a [u8]; 4] {
    [b"v0:", timestamp.as_bytes(), b":", body]
}

/// Slack knows the event by its body, which the caller has made.
pub(super) fn sign(secret: &ParsedSecret, event: &Unsigned<'_>) -> Option<Headers> {
    let timestamp = event.timestamp.to_string();
    let message = content(&timestamp, event.body).map(Into::into);
    let mac = secret.mac(Algorithm::Sha256, Encoding::Hex, &message)?;
    Some(vec![(TIMESTAMP.into(), timestamp.clone()), ("x-slack-signature".into(), format!("v0={mac}"))])
}

/// The event's key is the body's `event_id`, which is signed. The rest of the body is passed over without being kept.
pub(super) fn event_key(body: &[u8]) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Event {
        event_id: String,
    }
    serde_json::from_slice(body).ok().map(|event: Event| event.event_id)
}
