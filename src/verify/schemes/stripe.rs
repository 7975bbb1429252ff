//! Stripe: `Stripe-Signature: t=<seconds>,v1=<hex>[,v1=…][,v0=…]` over `t.body`. Its `whsec_…` is literal text.
//!
//! <https://docs.stripe.com/webhooks/signature>. Its libraries refuse only old timestamps, and so do we.

use super::{Example, Spec};
use crate::{
    model::{
        hmac::{Algorithm, Encoding, HmacOptions},
        scheme::{EventKey, SchemeInfo},
        verdict::Reason,
    },
    verify::{
        claim::{Candidate, Claim, Fault},
        header,
        message::{Headers, Signed, Unsigned},
        secret::ParsedSecret,
    },
};

const HEADER: &str = "stripe-signature";

pub const SPEC: Spec = Spec {
    info: SchemeInfo {
        word: "stripe",
        label: "Stripe",
        about: "Stripe-Signature; the whsec_… secret is used as plain text",
        headers: &[HEADER],
        event_key: EventKey::Body("id"),
        sender_makes_secret: true,
        ..SchemeInfo::PLAIN
    },
    read: Some(read),
    sign: Some(sign),
    example: Some(Example {
        secret: "webhook_secret",
        headers: &[(
            HEADER,
            "t=1533204620,v1=99a367dfe756e18f5117c8ef8d50f0e9c5cfd68969ba175521bf063af817ad8a",
        )],
        body: r#"{"id": "evt_123", "object": "event"}"#,
        url: None,
        now: 1_533_204_620,
    }),
};

fn read<'a>(request: &Signed<'a>, _: &HmacOptions) -> Result<Claim<'a>, Fault> {
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
fn sign(secret: &ParsedSecret, event: &Unsigned<'_>, _: &HmacOptions) -> Option<Headers> {
    let timestamp = event.timestamp.to_string();
    let message = [timestamp.as_bytes(), b".", event.body].map(Into::into);
    let mac = secret.mac(Algorithm::Sha256, Encoding::Hex, &message)?;
    Some(vec![(HEADER.into(), format!("t={timestamp},v1={mac}"))])
}
