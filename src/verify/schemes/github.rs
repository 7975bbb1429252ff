//! GitHub, and forges that do as it does: `X-Hub-Signature-256: sha256=<hex>` over the body; no clock.
//!
//! <https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries>

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

const KEY: &str = "x-github-delivery";
const SIGNATURE: &str = "x-hub-signature-256";

pub const SPEC: Spec = Spec {
    info: SchemeInfo {
        word: "github",
        label: "GitHub",
        about: "X-Hub-Signature-256 over the body",
        headers: &[SIGNATURE],
        event_key: EventKey::Header(&[KEY]),
        type_header: Some("x-github-event"),
        ..SchemeInfo::PLAIN
    },
    read: Some(read),
    sign: Some(sign),
    example: Some(Example {
        secret: "It's a Secret to Everybody",
        headers: &[(SIGNATURE, "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")],
        body: "Hello, World!",
        url: None,
        now: 0,
    }),
};

fn read<'a>(request: &Signed<'a>, _: &HmacOptions) -> Result<Claim<'a>, Fault> {
    let value = header::one(request.headers, SIGNATURE)?;
    let candidate = value.strip_prefix("sha256=").map(Candidate::hex);
    Ok(Claim {
        unknown_versions: u32::from(candidate.is_none()),
        candidates: candidate.into_iter().collect(),
        messages: vec![vec![request.body.into()]],
        ..Claim::default()
    })
}

fn sign(secret: &ParsedSecret, event: &Unsigned<'_>, _: &HmacOptions) -> Option<Headers> {
    let mac = secret.mac(Algorithm::Sha256, Encoding::Hex, &[event.body.into()])?;
    Some(vec![(KEY.into(), event.id.into()), (SIGNATURE.into(), format!("sha256={mac}"))])
}
