//! Shopify: `X-Shopify-Hmac-Sha256: <base64>` over the body. Its topic and shop headers are not signed.
//!
//! <https://shopify.dev/docs/apps/build/webhooks/subscribe/https>

use super::{Example, Spec};
use crate::{
    model::{
        hmac::{Algorithm, Encoding, HmacOptions},
        scheme::{EventKey, SchemeInfo},
    },
    verify::{
        claim::{Candidate, Claim, Fault},
        header,
        message::{Headers, Signed, Unsigned},
        secret::ParsedSecret,
    },
};

const KEY: &str = "x-shopify-webhook-id";
const SIGNATURE: &str = "x-shopify-hmac-sha256";

pub const SPEC: Spec = Spec {
    info: SchemeInfo {
        word: "shopify",
        label: "Shopify",
        about: "X-Shopify-Hmac-Sha256 with the app's client secret",
        headers: &[SIGNATURE],
        event_key: EventKey::Header(&[KEY]),
        type_header: Some("x-shopify-topic"),
        ..SchemeInfo::PLAIN
    },
    read: Some(read),
    sign: Some(sign),
    example: Some(Example {
        secret: "secret",
        headers: &[(SIGNATURE, "dzJZAsrKgS3CWXM6rNBGtzgXNyx3e42VtAJkdHRRbhM=")],
        body: "{}",
        url: None,
        now: 0,
    }),
};

fn read<'a>(request: &Signed<'a>, _: &HmacOptions) -> Result<Claim<'a>, Fault> {
    Ok(Claim {
        candidates: vec![Candidate::base64(header::one(request.headers, SIGNATURE)?)],
        messages: vec![vec![request.body.into()]],
        ..Claim::default()
    })
}

fn sign(secret: &ParsedSecret, event: &Unsigned<'_>, _: &HmacOptions) -> Option<Headers> {
    let mac = secret.mac(Algorithm::Sha256, Encoding::Base64, &[event.body.into()])?;
    Some(vec![(KEY.into(), event.id.into()), (SIGNATURE.into(), mac)])
}
