//! Shopify: `X-Shopify-Hmac-Sha256: <base64>` over the body. Its topic and shop headers are not signed.
//!
//! <https://shopify.dev/docs/apps/build/webhooks/subscribe/https>

use super::{
    Signed,
    claim::{Candidate, Claim, Fault},
    header,
};

pub(super) fn read<'a>(request: &Signed<'a>) -> Result<Claim<'a>, Fault> {
    let value = header::one(request.headers, "x-shopify-hmac-sha256")?;
    Ok(Claim {
        candidates: vec![Candidate::Sha256Base64(value)],
        messages: vec![vec![request.body.into()]],
        ..Claim::default()
    })
}
