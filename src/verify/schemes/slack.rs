//! Slack: `X-Slack-Signature: v0=<hex>` over `v0:timestamp:body`.
//!
//! <https://docs.slack.dev/authentication/verifying-requests-from-slack>

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

const TIMESTAMP: &str = "x-slack-request-timestamp";
const SIGNATURE: &str = "x-slack-signature";

pub const SPEC: Spec = Spec {
    info: SchemeInfo {
        word: "slack",
        label: "Slack",
        about: "X-Slack-Signature with the app's signing secret",
        headers: &[TIMESTAMP, SIGNATURE],
        event_key: EventKey::Body("event_id"),
        sender_makes_secret: true,
        ..SchemeInfo::PLAIN
    },
    read: Some(read),
    sign: Some(sign),
    example: Some(Example {
        secret: "8f742231b10e8888abcd99yyyzzz85a5",
        headers: &[
            (TIMESTAMP, "1531420618"),
            (SIGNATURE, "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"),
        ],
        body: "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
        url: None,
        now: 1_531_420_618,
    }),
};

fn read<'a>(request: &Signed<'a>, _: &HmacOptions) -> Result<Claim<'a>, Fault> {
    let timestamp = header::one(request.headers, TIMESTAMP)?;
    let value = header::one(request.headers, SIGNATURE)?;
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
fn sign(secret: &ParsedSecret, event: &Unsigned<'_>, _: &HmacOptions) -> Option<Headers> {
    let timestamp = event.timestamp.to_string();
    let message = content(&timestamp, event.body).map(Into::into);
    let mac = secret.mac(Algorithm::Sha256, Encoding::Hex, &message)?;
    Some(vec![(TIMESTAMP.into(), timestamp.clone()), (SIGNATURE.into(), format!("v0={mac}"))])
}
