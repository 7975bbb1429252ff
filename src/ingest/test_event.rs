//! Signed events of our own, sent through the very route that senders use, without leaving the process.

use crate::{
    crypto::token,
    endpoints::registry::LiveEndpoint,
    ingest::Ingest,
    ingest::receive::OfOurOwn,
    model::{
        catalogue,
        error::{AppError, invalid, not_found},
        ids::EndpointId,
    },
    verify::{
        Rules, made_event as event,
        made_event::{Built, Draft, Fault},
    },
};
use axum::{
    body::Body,
    extract::{Path, Request, State},
    http::StatusCode,
};
use std::cell::Cell;

const USER_AGENT: &str = concat!("Hookpost/", env!("CARGO_PKG_VERSION"), " (test event)");

/// Sends a genuine event of this type to the endpoint and says what the ingest route answered.
///
/// # Errors
/// There is no such endpoint, it is disabled, or it has no secret to sign with.
pub async fn send(ingest: &Ingest, id: EndpointId, event_type: &str) -> Result<StatusCode, AppError> {
    let body = example(event_type, ingest.clock.now_ms() / 1_000)?;
    let answers = send_with(ingest, id, event_type, &body, Fault::None).await?;
    answers.first().copied().ok_or(AppError::Internal)
}

/// An event of this type as OpenAI sends it.
pub fn example(event_type: &str, now: i64) -> Result<String, AppError> {
    let data = catalogue::find(event_type).map_or_else(|| "{}".to_owned(), |entry| entry.example.to_string());
    Ok(catalogue::envelope(event_type, &data, &format!("evt_{}", token::<16>()?), now))
}

/// Sends an event with a fault and says what the ingest route answered to each request of it.
///
/// # Errors
/// As [`send`], or the endpoint's scheme cannot have this fault.
pub async fn send_with(
    ingest: &Ingest,
    id: EndpointId,
    event_type: &str,
    body: &str,
    fault: Fault,
) -> Result<Vec<StatusCode>, AppError> {
    let live = ingest.registry.by_id(id).ok_or_else(|| not_found("endpoint"))?;
    if !live.endpoint.enabled {
        return Err(invalid("endpoint", "endpoint: disabled; enable it first"));
    }
    let mut answers = Vec::new();
    let (key, count) = (token::<16>()?, Cell::new(0));
    let id = || {
        count.set(count.get() + 1);
        format!("wh_{key}{}", count.get())
    };
    for built in signed(ingest, &live, event_type, body, fault, id)? {
        let request = request(&live, built, USER_AGENT)?;
        let key = live.endpoint.key.clone();
        answers.push(super::receive(State(ingest.clone()), Path(key), request).await.status());
    }
    Ok(answers)
}

/// The requests of an event, signed with a secret of the endpoint; `id` makes event keys.
pub(super) fn signed(
    ingest: &Ingest,
    live: &LiveEndpoint,
    event_type: &str,
    body: &str,
    fault: Fault,
    id: impl Fn() -> String,
) -> Result<Vec<Built>, AppError> {
    let now = ingest.clock.now_ms();
    // One that was given only to verify cannot sign.
    let secret = live.usable_secrets(now).find(|secret| !secret.named.secret.is_verify_only());
    let url = format!("{}{}", ingest.base_url, live.endpoint.ingest_path());
    let draft = Draft {
        rules: Rules::from(&live.endpoint),
        secret: secret.map(|secret| &secret.named.secret),
        event_type,
        body,
        url: &url,
        now: now / 1_000,
        fault,
    };
    event::build(&draft, id).map_err(|(field, sentence)| invalid(field, sentence))
}

pub(super) fn request(
    live: &LiveEndpoint,
    built: Built,
    user_agent: &'static str,
) -> Result<Request, AppError> {
    let mut request = Request::post(live.endpoint.ingest_path())
        .header("content-type", "application/json")
        .header("user-agent", user_agent)
        .extension(OfOurOwn);
    for (name, value) in &built.headers {
        request = request.header(name, value);
    }
    request
        .body(Body::from(built.body))
        .map_err(|_| invalid("type", "type: must contain only letters, digits, `_` and `.`"))
}
