//! GitHub, and forges that do as it does: `X-Hub-Signature-256: sha256=<hex>` over the body; no clock.
//!
//! <https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries>

use super::{
    Signed,
    claim::{Candidate, Claim, Fault},
    header,
    secret::ParsedSecret,
    sign::{Headers, Unsigned},
};
use crate::model::hmac::{Algorithm, Encoding};

pub(super) fn read<'a>(request: &Signed<'a>) -> Result<Claim<'a>, Fault> {
    let value = header::one(request.headers, "x-hub-signature-256")?;
    let candidate = value.strip_prefix("sha256=").map(Candidate::hex);
    Ok(Claim {
        unknown_versions: u32::from(candidate.is_none()),
        candidates: candidate.into_iter().collect(),
        messages: vec![vec![request.body.into()]],
        ..Claim::default()
    })
}

pub(super) fn sign(secret: &ParsedSecret, event: &Unsigned<'_>) -> Option<Headers> {
    let mac = secret.mac(Algorithm::Sha256, Encoding::Hex, &[event.body.into()])?;
    Some(vec![
        ("x-github-delivery".into(), event.id.into()),
        ("x-hub-signature-256".into(), format!("sha256={mac}")),
    ])
}
