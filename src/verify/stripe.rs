//! Stripe: `Stripe-Signature: t=<seconds>,v1=<hex>[,v1=…][,v0=…]` over `t.body`. Its `whsec_…` is literal text.
//!
//! <https://docs.stripe.com/webhooks/signature>. Its libraries refuse only old timestamps, and so do we.

use super::{
    Signed,
    claim::{Candidate, Claim, Fault},
    header,
    secret::ParsedSecret,
    sign::{Headers, Unsigned},
};
use crate::model::{
    hmac::{Algorithm, Encoding},
    verdict::Reason,
};

const HEADER: &str = "stripe-signature";

pub(super) fn read<'a>(request: &Signed<'a>) -> Result<Claim<'a>, Fault> {
    let value = header::spaced(request.headers, HEADER)?;
    let mut claim = Claim { only_past: true, ..Claim::default() };
    let mut timestamp = None;
    for part in value.split(',') {
        match part.trim().split_once('=') {
            Some(("t", text)) if timestamp.is_none() => timestamp = Some(text),
            Some(("t", _)) => return Err(Fault::new(Reason::MalformedHeader, HEADER)),
            Some(("v1", text)) => claim.candidates.push(Candidate::hex(text)),
            _ => claim.unknown_versions += 1,
        }
    }
    let timestamp = timestamp.ok_or_else(|| Fault::new(Reason::MalformedHeader, HEADER))?;
    claim.timestamp = Some(header::timestamp(timestamp, HEADER)?);
    claim.messages.push(vec![timestamp.as_bytes().into(), b".".as_slice().into(), request.body.into()]);
    Ok(claim)
}

/// Stripe knows the event by its body, which the caller has made.
pub(super) fn sign(secret: &ParsedSecret, event: &Unsigned<'_>) -> Option<Headers> {
    let timestamp = event.timestamp.to_string();
    let message = [timestamp.as_bytes(), b".", event.body].map(Into::into);
    let mac = secret.mac(Algorithm::Sha256, Encoding::Hex, &message)?;
    Some(vec![(HEADER.into(), format!("t={timestamp},v1={mac}"))])
}

/// The event's key is the body's `id`, which is signed. The rest of the body is passed over without being kept.
pub(super) fn event_key(body: &[u8]) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Event {
        id: String,
    }
    serde_json::from_slice(body).ok().map(|event: Event| event.id)
}
