//! Sending deliveries again.

use super::{body, caller::Caller, deliveries::parse_id, types::Problem};
use crate::{
    forward::replay,
    model::{
        destination::{Edit, ReplayAsk, ReplayMode},
        error::{AppError, invalid},
        ids::{DestinationId, ForwardId},
        token::Scope,
    },
    state::AppState,
};
use axum::{
    Json,
    body::Body,
    extract::{Path, State},
    http::StatusCode,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use utoipa::ToSchema;

/// What is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Replay {
    /// Names of the destinations; one that is named twice gets it once.
    destinations: Vec<String>,
    /// `fresh` (new timestamp, our signature; the default), `verbatim` (the sender's headers) or `edited`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    mode: ReplayMode,
    /// A new `webhook-id` for each.
    #[serde(default)]
    new_id: bool,
    /// How many times, 1 to 20.
    #[serde(default)]
    times: Option<u8>,
    /// Mode `edited`: all headers that go with it, one `Name: value` a line.
    headers: Option<String>,
    /// Mode `edited`: the body's bytes, base64.
    body_base64: Option<String>,
}

/// What was queued.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Queued {
    /// Ids of the forwards; `GET /api/v1/deliveries/{id}` says what becomes of them.
    #[schema(value_type = Vec<i64>)]
    forwards: Vec<ForwardId>,
    /// The same with the destination of each.
    queued: Vec<QueuedForward>,
}

/// One of them.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct QueuedForward {
    /// Id of the forward.
    #[schema(value_type = i64)]
    forward: ForwardId,
    /// Name of the destination.
    destination: String,
}

/// Sends a delivery to destinations again. Needs the scope replay.
#[utoipa::path(
    post, path = "/api/v1/deliveries/{id}/replay", tag = "deliveries",
    params(("id" = i64, Path, description = "Delivery id")),
    request_body = Replay,
    responses(
        (status = 202, body = Queued),
        (status = 401, body = Problem, description = "Missing or invalid token"),
        (status = 403, body = Problem, description = "The token's role doesn't allow this"),
        (status = 404, body = Problem, description = "Delivery not found"),
        (status = 422, body = Problem, description = "Invalid value; `field` names it"),
    ),
)]
pub(super) async fn replay(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body,
) -> Result<(StatusCode, Json<Queued>), AppError> {
    caller.require(&state, Scope::Replay).await?;
    let id = parse_id(&id)?;
    caller.require_delivery(&state, id).await?;
    let asked: Replay = body::json(&state, caller.client, body).await?;
    let to = destinations(&state, &asked.destinations)?;
    let edit = match (asked.mode, asked.body_base64) {
        (ReplayMode::Edited, Some(text)) => {
            let bytes = STANDARD.decode(text.trim());
            let body = bytes.map_err(|error| invalid("body_base64", format!("body_base64: {error}")))?;
            Some(Edit { headers: asked.headers.unwrap_or_default(), body })
        }
        (ReplayMode::Edited, None) => {
            return Err(invalid("body_base64", "body_base64: required for the mode edited"));
        }
        (_, None) => None,
        (_, Some(_)) => return Err(invalid("mode", "mode: only edited accepts a body")),
    };
    if asked.times == Some(0) {
        return Err(invalid("times", format!("times: must be 1 to {}", replay::MOST_TIMES)));
    }
    let ask = ReplayAsk { mode: asked.mode, new_id: asked.new_id, times: asked.times.unwrap_or(1), edit };
    let by = caller.actor(state.clock.now_ms());
    let queued = replay::replay(&state.forwarding, &by, id, &to, &ask).await?;
    let forwards = queued.iter().map(|one| one.forward).collect();
    let queued =
        queued.into_iter().map(|one| QueuedForward { forward: one.forward, destination: one.destination });
    Ok((StatusCode::ACCEPTED, Json(Queued { forwards, queued: queued.collect() })))
}

/// Unknown names that an answer tells of.
const MOST_UNKNOWN: usize = 10;
/// Characters of each.
const LONGEST_UNKNOWN: usize = 100;

/// The destinations with these names, each once.
fn destinations(state: &AppState, names: &[String]) -> Result<Vec<DestinationId>, AppError> {
    let (mut seen, mut found, mut unknown) = (HashSet::new(), Vec::new(), Vec::new());
    for name in names.iter().filter(|name| seen.insert(name.as_str())) {
        match state.destinations.by_name(name) {
            Some(live) => found.push(live.destination.id),
            None => unknown.push(name.chars().take(LONGEST_UNKNOWN).collect::<String>()),
        }
        if unknown.len() > MOST_UNKNOWN {
            break;
        }
    }
    if unknown.is_empty() {
        return Ok(found);
    }
    let more = if unknown.len() > MOST_UNKNOWN { ", …" } else { "" };
    unknown.truncate(MOST_UNKNOWN);
    let names = unknown.join(", ");
    Err(invalid("destinations", format!("destinations: unknown destination {names}{more}")))
}
