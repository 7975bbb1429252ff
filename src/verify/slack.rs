//! Slack: `X-Slack-Signature: v0=<hex>` over `v0:timestamp:body`.
//!
//! <https://docs.slack.dev/authentication/verifying-requests-from-slack>

use super::{
    Signed,
    claim::{Candidate, Claim, Fault},
    header,
};

const TIMESTAMP: &str = "x-slack-request-timestamp";

pub(super) fn read<'a>(request: &Signed<'a>) -> Result<Claim<'a>, Fault> {
    let timestamp = header::one(request.headers, TIMESTAMP)?;
    let value = header::one(request.headers, "x-slack-signature")?;
    let candidate = value.strip_prefix("v0=").map(Candidate::Sha256Hex);
    let pieces = [b"v0:", timestamp.as_bytes(), b":", request.body];
    Ok(Claim {
        timestamp: Some(header::timestamp(timestamp, TIMESTAMP)?),
        unknown_versions: u32::from(candidate.is_none()),
        candidates: candidate.into_iter().collect(),
        messages: vec![pieces.into_iter().map(Into::into).collect()],
        ..Claim::default()
    })
}

/// The event's key is the body's `event_id`, which is signed. The rest of the body is passed over without being kept.
pub(super) fn event_key(body: &[u8]) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Event {
        event_id: String,
    }
    serde_json::from_slice(body).ok().map(|event: Event| event.event_id)
}
