//! One delivery to one destination: the request that is made of it, and asking for another one.

use super::{LiveDestination, OutboundRequest, headers::forwardable};
use crate::{
    db::{audit, deliveries::Payload, forwards},
    error::{AppError, not_found},
    model::{
        audit::{Action, Actor},
        delivery::Delivery,
        destination::{Forward, ForwardKind, ReplayMode},
        ids::{DeliveryId, DestinationId, ForwardId},
    },
    state::AppState,
    verify,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use std::time::Duration;

/// Bytes of an answer that are kept.
const CAPTURE: usize = 64 * 1024;

/// The request: the original body; by default our signature over it with the time of now, and the event's own id, so that
/// the receiver recognises it however often it comes.
pub(super) fn request(
    live: &LiveDestination,
    forward: &Forward,
    delivery: &Delivery,
    payload: &Payload,
    now_ms: i64,
) -> OutboundRequest {
    let mut headers = HeaderMap::new();
    match forward.mode {
        ReplayMode::Fresh => fresh(&mut headers, live, delivery, payload, now_ms),
        ReplayMode::Verbatim => verbatim(&mut headers, payload),
    }
    for (name, value) in &live.headers {
        headers.insert(name.clone(), value.clone());
    }
    let summary = &delivery.summary;
    let replay = if forward.kind == ForwardKind::Replay { "true" } else { "false" };
    for (name, value) in [
        ("x-hookpost-delivery", summary.id.to_string()),
        ("x-hookpost-endpoint", summary.endpoint.name.clone()),
        ("x-hookpost-attempt", forward.attempts.to_string()),
        ("x-hookpost-received-at", (summary.received_at / 1_000).to_string()),
        ("x-hookpost-replay", replay.to_owned()),
    ] {
        set(&mut headers, name, value.as_bytes());
    }
    OutboundRequest {
        method: Method::POST,
        url: live.url.clone(),
        headers,
        body: payload.body.clone().into(),
        timeout: Duration::from_millis(u64::try_from(live.destination.timeout_ms).unwrap_or(15_000)),
        capture: CAPTURE,
    }
}

fn fresh(
    headers: &mut HeaderMap,
    live: &LiveDestination,
    delivery: &Delivery,
    payload: &Payload,
    now_ms: i64,
) {
    let id = delivery.event_key.clone().unwrap_or_else(|| format!("delivery_{}", delivery.summary.id));
    let now = now_ms.div_euclid(1_000);
    let content_type = payload.headers.get("content-type").unwrap_or(b"application/octet-stream");
    set(headers, "content-type", content_type);
    set(headers, "webhook-id", id.as_bytes());
    set(headers, "webhook-timestamp", now.to_string().as_bytes());
    set(headers, "user-agent", concat!("Hookpost/", env!("CARGO_PKG_VERSION")).as_bytes());
    // The secret was made by us: it is symmetric.
    if let Ok(signature) = verify::sign_standard(&live.secret, &id, now, &payload.body) {
        set(headers, "webhook-signature", signature.as_bytes());
    }
}

/// What the sender sent, but for what is between it and us alone.
fn verbatim(headers: &mut HeaderMap, payload: &Payload) {
    for (name, value) in payload.headers.iter() {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_bytes(value))
            && forwardable(&name)
            && name != "x-gitlab-token"
        {
            headers.append(name, value);
        }
    }
}

/// What no header may hold is left out: it comes from strangers, and the rest is still of use.
fn set(headers: &mut HeaderMap, name: &'static str, value: &[u8]) {
    if let Ok(value) = HeaderValue::from_bytes(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

/// Asks for a delivery to be sent (again) to a destination.
///
/// # Errors
/// There is no such delivery or destination.
pub async fn replay(
    state: &AppState,
    by: &Actor,
    id: DeliveryId,
    destination: DestinationId,
    mode: ReplayMode,
) -> Result<ForwardId, AppError> {
    let live = state.destinations.by_id(destination).ok_or_else(|| not_found("destination"))?;
    crate::review::stored(state, id).await?;
    let forward = queue_replay(&state.db, by, id, &live.destination.name, destination, mode).await?;
    state.wake.forwards.notify_one();
    Ok(forward)
}

/// The same for commands, which have no server: a running one finds it.
///
/// # Errors
/// The destination was removed meanwhile, or the database fails.
pub async fn queue_replay(
    db: &crate::db::Db,
    by: &Actor,
    id: DeliveryId,
    name: &str,
    destination: DestinationId,
    mode: ReplayMode,
) -> Result<ForwardId, AppError> {
    let what = format!("delivery {id}");
    let entry = by.entry(Action::DeliveryReplayed, id, &what, format!("to {name}, {}", mode.as_str()));
    let (actor, now) = (by.name.clone(), by.at);
    let forward = db
        .write(move |c| {
            Box::pin(async move {
                audit::insert(c, &entry).await?;
                forwards::queue_replay(c, id, destination, mode, &actor, now).await
            })
        })
        .await?;
    forward.ok_or_else(|| not_found("destination"))
}

/// Lets a forward that waits or is dead be tried now.
///
/// # Errors
/// There is no such forward, or it was delivered.
pub async fn retry_now(state: &AppState, id: ForwardId) -> Result<(), AppError> {
    let now = state.clock.now_ms();
    let found =
        state.db.write(move |c| Box::pin(async move { forwards::retry_now(c, id, now).await })).await?;
    state.wake.forwards.notify_one();
    if found { Ok(()) } else { Err(not_found("waiting forward")) }
}
