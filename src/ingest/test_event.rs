//! A signed test event, sent through the very route that senders use, without leaving the process.

use super::registry::LiveEndpoint;
use crate::{
    clock::Clock,
    crypto::token,
    error::{AppError, invalid, not_found},
    model::{catalogue, ids::EndpointId, scheme::Scheme},
    state::AppState,
    verify,
};
use axum::{
    body::Body,
    extract::{Path, Request, State},
    http::StatusCode,
};

/// Sends an event of this type to the endpoint and says what the ingest route answered.
///
/// # Errors
/// There is no such endpoint, it is disabled, it has no secret to sign with, or its scheme is not one Hookpost signs.
pub async fn send(state: &AppState, id: EndpointId, event_type: &str) -> Result<StatusCode, AppError> {
    let endpoint = state.ingest.registry.by_id(id).ok_or_else(|| not_found("endpoint"))?;
    if !endpoint.endpoint.enabled {
        return Err(invalid("endpoint", "endpoint: it is disabled and takes no webhooks; enable it first"));
    }
    let request = build(&endpoint, &state.clock, event_type)?;
    let key = endpoint.endpoint.key.clone();
    Ok(super::receive(State(state.clone()), Path(key), request).await.status())
}

fn build(endpoint: &LiveEndpoint, clock: &Clock, event_type: &str) -> Result<Request, AppError> {
    let now = clock.now_ms() / 1_000;
    let data =
        catalogue::find(event_type).map_or_else(|| "{}".to_owned(), |entry| entry.data_example.to_string());
    let body = catalogue::envelope(event_type, &data, &format!("evt_{}", token::<16>()?), now);
    let id = format!("wh_{}", token::<16>()?);
    let mut request = Request::post(endpoint.endpoint.ingest_path())
        .header("content-type", "application/json")
        .header("user-agent", concat!("Hookpost/", env!("CARGO_PKG_VERSION"), " (test event)"))
        .header("webhook-id", &id)
        .header("webhook-timestamp", now);
    if endpoint.endpoint.scheme != Scheme::None {
        request = request.header("webhook-signature", sign(endpoint, clock, &id, now, &body)?);
    }
    request
        .body(Body::from(body))
        .map_err(|_| invalid("type", "type: give letters, digits, `_` and `.` only"))
}

fn sign(endpoint: &LiveEndpoint, clock: &Clock, id: &str, now: i64, body: &str) -> Result<String, AppError> {
    if !matches!(endpoint.endpoint.scheme, Scheme::OpenAi | Scheme::StandardWebhooks) {
        return Err(invalid(
            "endpoint",
            "endpoint: test events are signed as Standard Webhooks; its scheme is another",
        ));
    }
    let secret = endpoint.usable_secrets(clock.now_ms()).next().ok_or_else(|| {
        invalid("secret", "secret: the endpoint has none yet; add the signing secret first")
    })?;
    verify::sign_standard(&secret.named.secret, id, now, body.as_bytes())
        .map_err(|error| invalid("secret", format!("secret: {error}")))
}
