//! GitLab: the secret itself in `X-Gitlab-Token`, or, with a signing token, as Standard Webhooks does.
//!
//! <https://docs.gitlab.com/user/project/integrations/webhooks/>

use super::{Example, Spec, standard_webhooks};
use crate::{
    model::{
        hmac::HmacOptions,
        scheme::{EventKey, SchemeInfo},
    },
    verify::{
        claim::{Candidate, Claim, Fault},
        header,
        message::{Headers, Signed, Unsigned},
        secret::ParsedSecret,
    },
};

const KEY: &str = "idempotency-key";
const TOKEN: &str = "x-gitlab-token";

pub const SPEC: Spec = Spec {
    info: SchemeInfo {
        word: "gitlab",
        label: "GitLab",
        about: "X-Gitlab-Token, a shared token: it authenticates the sender, not the body",
        headers: &[
            standard_webhooks::HEADERS.id,
            standard_webhooks::HEADERS.timestamp,
            standard_webhooks::HEADERS.signature,
            TOKEN,
        ],
        event_key: EventKey::Header(&[standard_webhooks::HEADERS.id, KEY]),
        type_header: Some("x-gitlab-event"),
        sends_secret: true,
        ..SchemeInfo::PLAIN
    },
    read: Some(read),
    sign: Some(sign),
    example: Some(Example {
        secret: "open sesame",
        headers: &[(TOKEN, "open sesame")],
        body: r#"{"object_kind": "push"}"#,
        url: None,
        now: 0,
    }),
};

fn read<'a>(request: &Signed<'a>, _: &HmacOptions) -> Result<Claim<'a>, Fault> {
    // A signature wins, so that nobody can fall back to the weaker form while one is there.
    if request.headers.get(standard_webhooks::HEADERS.signature).is_some() {
        return standard_webhooks::read(request, &standard_webhooks::HEADERS);
    }
    let token = header::spaced(request.headers, TOKEN)?;
    Ok(Claim {
        candidates: vec![Candidate::Token(token)],
        messages: vec![vec![request.body.into()]],
        ..Claim::default()
    })
}

/// The token itself, which proves nothing about the body.
fn sign(secret: &ParsedSecret, event: &Unsigned<'_>, _: &HmacOptions) -> Option<Headers> {
    Some(vec![(KEY.into(), event.id.into()), (TOKEN.into(), secret.token()?.into())])
}
