//! Deliveries as they are committed.

use super::{
    caller::Caller,
    deliveries::filter,
    types::{ApiDelivery, Problem},
};
use crate::{
    live,
    model::{error::AppError, token::Scope},
    state::AppState,
};
use axum::{
    extract::{Query, State},
    http::HeaderMap,
    response::Response,
};

/// Server-sent events: `deliveries` (a list, oldest first, as in the web interface; the event's id is the last one's),
/// `forwards` (how forwards stand now), `resync` (more was missed than a stream carries: read the list, then come back)
/// and `signed-out` (the token is of no use any more). `Last-Event-ID` or `since` resumes without a hole.
#[utoipa::path(
    get, path = "/api/v1/stream", tag = "deliveries",
    params(
        ("endpoint" = Option<String>, Query, description = "Name of the endpoint"),
        ("type" = Option<String>, Query, description = "Event type, or a prefix ending in `*`"),
        ("verdict" = Option<String>, Query, description = "`accepted`, `duplicate`, `rejected` or a reason code"),
        ("since" = Option<i64>, Query, description = "Id of the last delivery the client has"),
    ),
    responses(
        (status = 200, content_type = "text/event-stream", body = String),
        (status = 401, body = Problem, description = "Missing or invalid token"),
        (status = 429, body = Problem, description = "Too many requests or open streams"),
        (status = 422, body = Problem, description = "Invalid value; `field` names it"),
    ),
)]
pub(super) async fn stream(
    State(state): State<AppState>,
    caller: Caller,
    Query(pairs): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    caller.require(&state, Scope::Read).await?;
    let filter = filter(&state, &caller, &pairs).await?;
    let since = live::last_seen(&headers, &pairs);
    let shape: live::Shape = |row| serde_json::to_value(ApiDelivery::new(row, None));
    let place = state.live.places.enter(live::Watcher::Token(caller.token.id))?;
    Ok(live::open(state.live, (live::Access::Token(caller.hash), place), filter, since, shape))
}
