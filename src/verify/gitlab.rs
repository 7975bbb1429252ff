//! GitLab: the secret itself in `X-Gitlab-Token`, or, with a signing token, as Standard Webhooks does.
//!
//! <https://docs.gitlab.com/user/project/integrations/webhooks/>

use super::{
    Signed,
    claim::{Candidate, Claim, Fault},
    header,
    secret::ParsedSecret,
    sign::{Headers, Unsigned},
    standard,
};
use crate::model::headers::HeaderList;

pub(super) fn read<'a>(request: &Signed<'a>) -> Result<Claim<'a>, Fault> {
    // A signature wins, so that nobody can fall back to the weaker form while one is there.
    if request.headers.get("webhook-signature").is_some() {
        return standard::read(request, &standard::WEBHOOK);
    }
    let token = header::spaced(request.headers, "x-gitlab-token")?;
    Ok(Claim {
        candidates: vec![Candidate::Token(token)],
        messages: vec![vec![request.body.into()]],
        ..Claim::default()
    })
}

/// The header that names the event.
pub(super) fn key_header(headers: &HeaderList) -> &'static str {
    if headers.get("webhook-id").is_some() { "webhook-id" } else { "idempotency-key" }
}

/// The token itself, which proves nothing about the body.
pub(super) fn sign(secret: &ParsedSecret, event: &Unsigned<'_>) -> Option<Headers> {
    let token = secret.token()?;
    Some(vec![("idempotency-key".into(), event.id.into()), ("x-gitlab-token".into(), token.into())])
}
