//! Events of the team's own workers.

use super::{body, caller::Caller, types::Problem};
use crate::{
    ingest::own_event::{self, OwnEvent},
    model::{
        audit::Action,
        error::{AppError, invalid},
        token::Scope,
    },
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

/// Stores an event like a webhook and sends it, signed, to the destinations that take its type. Needs the scope
/// ingest.
#[utoipa::path(
    post, path = "/api/v1/events", tag = "events",
    request_body = NewEvent,
    responses(
        (status = 201, body = Added, description = "Event created"),
        (status = 200, body = Added, description = "The event existed already"),
        (status = 401, body = Problem, description = "Missing or invalid token"),
        (status = 403, body = Problem, description = "The token's role doesn't allow this"),
        (status = 422, body = Problem, description = "Invalid value; `field` names it"),
        (status = 429, body = Problem, description = "Too many requests; see `retry-after`"),
        (status = 503, body = Problem, description = "The event could not be stored; try again"),
    ),
)]
pub(super) async fn add(
    State(state): State<AppState>,
    caller: Caller,
    body: Body,
) -> Result<(StatusCode, Json<Added>), AppError> {
    caller.require(&state, Scope::Ingest).await?;
    let NewEvent { event_type, data, idempotency_key, endpoint } =
        body::json(&state, caller.client, body).await?;
    let by = caller.actor(state.clock.now_ms());
    require_endpoint(&state, &caller, endpoint.as_deref())?;
    let event = OwnEvent { event_type, data, idempotency_key, endpoint };
    let taken = own_event::accept(&state.ingest, &by, caller.client, event).await?;
    let delivery = taken.delivery;
    caller
        .note(
            &state,
            Action::TokenUsed,
            &delivery.to_string(),
            "hand in events",
            &format!("delivery {delivery}"),
        )
        .await;
    let status = if taken.is_new { StatusCode::CREATED } else { StatusCode::OK };
    let added = Added { delivery: taken.delivery.0, webhook_id: taken.webhook_id, is_new: taken.is_new };
    Ok((status, Json(added)))
}

/// A token that is limited to some endpoints hands in events of those, and makes no endpoint.
fn require_endpoint(state: &AppState, caller: &Caller, name: Option<&str>) -> Result<(), AppError> {
    let wanted = name.unwrap_or(own_event::OWN_ENDPOINT);
    let found = state.ingest.registry.by_name(wanted);
    if caller.token.endpoints.is_none() || found.is_some_and(|live| caller.sees(live.endpoint.id)) {
        return Ok(());
    }
    Err(invalid("endpoint", format!("endpoint: this token has no endpoint called {wanted}")))
}
