//! What became of deliveries on laptops.

use super::{body, caller::Caller, deliveries::parse_id, types::Problem};
use crate::{
    db::local_results,
    model::{
        audit::Action,
        destination::LocalResult,
        error::{AppError, invalid, must_exist},
        token::Scope,
    },
    state::AppState,
};
use axum::{
    body::Body,
    extract::{Path, State},
    http::StatusCode,
};
use serde::Deserialize;
use utoipa::ToSchema;

/// A result.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Report {
    /// Status of the local answer.
    status: Option<u16>,
    /// Code of why there was none, such as `refused`.
    error: Option<String>,
    /// Milliseconds.
    ms: i64,
}

/// Records what a local handler made of a delivery, as `hookpost listen` does. Needs the scope
/// replay.
#[utoipa::path(
    post, path = "/api/v1/deliveries/{id}/local-results", tag = "deliveries",
    params(("id" = i64, Path, description = "Delivery id")),
    request_body = Report,
    responses(
        (status = 204, description = "Recorded"),
        (status = 401, body = Problem, description = "Missing or invalid token"),
        (status = 403, body = Problem, description = "The token's role doesn't allow this"),
        (status = 404, body = Problem, description = "Delivery not found"),
        (status = 422, body = Problem, description = "Invalid value; `field` names it"),
    ),
)]
pub(super) async fn report(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body,
) -> Result<StatusCode, AppError> {
    caller.require(&state, Scope::Replay).await?;
    let id = parse_id(&id)?;
    caller.require_delivery(&state, id).await?;
    let report: Report = body::json(&state, caller.client, body).await?;
    if report.status.is_none() == report.error.is_none() {
        return Err(invalid("status", "status: required, or give an error if there was no answer"));
    }
    if report.status.is_some_and(|status| !(100..1_000).contains(&status)) {
        return Err(invalid("status", "status: must be 100 to 999"));
    }
    if report.error.as_ref().is_some_and(|code| code.is_empty() || code.len() > 64) {
        return Err(invalid("error", "error: must be a code of 1 to 64 characters"));
    }
    if report.ms < 0 {
        return Err(invalid("ms", "ms: must be 0 or more"));
    }
    let result = LocalResult {
        listener: caller.token.name.clone(),
        at: state.clock.now_ms(),
        status: report.status,
        error: report.error,
        ms: report.ms,
    };
    let mut tx = state.db.begin().await?;
    must_exist(local_results::insert(&mut tx, id, &result).await?, "delivery")?;
    tx.commit().await?;
    caller
        .note(&state, Action::TokenUsed, &id.to_string(), "report local results", &format!("delivery {id}"))
        .await;
    Ok(StatusCode::NO_CONTENT)
}
