//! Events of the team's own workers.

use super::{body, caller::Caller, types::Problem};
use crate::{
    error::AppError,
    ingest::own_event::{self, OwnEvent},
    model::user::Role,
    state::AppState,
};
use axum::{Json, body::Body, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// An event.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewEvent {
    /// Its type, such as `export.finished`.
    #[serde(rename = "type")]
    event_type: String,
    /// What it is about; `data.id` is shown as its resource.
    #[schema(value_type = Object)]
    data: Value,
    /// The same key makes the same event, however often it comes. It becomes the `webhook-id`.
    idempotency_key: Option<String>,
    /// Name of the endpoint it belongs to; default: `api`, which is made when needed.
    endpoint: Option<String>,
}

/// What became of it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Added {
    /// The delivery that made the event.
    delivery: i64,
    /// Its `webhook-id`, under which destinations get it.
    webhook_id: String,
    /// False: the event was there already.
    is_new: bool,
}

/// Stores an event like a webhook and sends it, signed, to the destinations that take its type. Needs the role member.
#[utoipa::path(
    post, path = "/api/v1/events", tag = "events",
    request_body = NewEvent,
    responses(
        (status = 201, body = Added, description = "It made an event"),
        (status = 200, body = Added, description = "Its event was there already"),
        (status = 401, body = Problem, description = "No usable token"),
        (status = 403, body = Problem, description = "The token's role does not suffice"),
        (status = 422, body = Problem, description = "A value cannot be taken; `field` names it"),
        (status = 429, body = Problem, description = "Too many; `retry-after` says when to go on"),
        (status = 503, body = Problem, description = "It could not be stored; try again"),
    ),
)]
pub(super) async fn add(
    State(state): State<AppState>,
    caller: Caller,
    body: Body,
) -> Result<(StatusCode, Json<Added>), AppError> {
    caller.require(Role::Member)?;
    let NewEvent { event_type, data, idempotency_key, endpoint } = body::json(&state, body).await?;
    let by = caller.actor(state.clock.now_ms());
    let event = OwnEvent { event_type, data, idempotency_key, endpoint };
    let taken = own_event::accept(&state, &by, caller.client, event).await?;
    let status = if taken.is_new { StatusCode::CREATED } else { StatusCode::OK };
    let added = Added { delivery: taken.delivery.0, webhook_id: taken.webhook_id, is_new: taken.is_new };
    Ok((status, Json(added)))
}
