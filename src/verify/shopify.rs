//! Shopify: `X-Shopify-Hmac-Sha256: <base64>` over the body. Its topic and shop headers are not signed.
//!
//! <https://shopify.dev/docs/apps/build/webhooks/subscribe/https>

use super::{
    Signed,
    claim::{Candidate, Claim, Fault},
    header,
    secret::ParsedSecret,
    sign::{Headers, Unsigned},
};
use crate::model::hmac::{Algorithm, Encoding};

pub(super) fn read<'a>(request: &Signed<'a>) -> Result<Claim<'a>, Fault> {
    let value = header::one(request.headers, "x-shopify-hmac-sha256")?;
    Ok(Claim {
        candidates: vec![Candidate::base64(value)],
        messages: vec![vec![request.body.into()]],
        ..Claim::default()
    })
}

pub(super) fn sign(secret: &ParsedSecret, event: &Unsigned<'_>) -> Option<Headers> {
    let mac = secret.mac(Algorithm::Sha256, Encoding::Base64, &[event.body.into()])?;
    Some(vec![("x-shopify-webhook-id".into(), event.id.into()), ("x-shopify-hmac-sha256".into(), mac)])
}
