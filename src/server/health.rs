//! `/healthz`: the process answers. `/readyz`: it can store a delivery.

use crate::state::AppState;
use axum::{Json, extract::State, http::StatusCode};
use serde_json::{Map, Value, json};

/// Always 200 while the process lives.
pub(super) async fn healthz() -> Json<Value> {
    Json(json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }))
}

/// 200 when every check of [`crate::state::readiness`] passes, 503 otherwise; the body names each, and the tasks that
/// had to be started again.
pub(super) async fn readyz(State(state): State<AppState>) -> (StatusCode, Json<Value>) {
    let report = state.readiness.check(&state).await;
    let checks: Map<String, Value> = report
        .0
        .iter()
        .map(|(name, found)| ((*name).to_owned(), found.as_ref().err().map_or("ok", String::as_str).into()))
        .collect();
    let tasks = state.tasks.states().into_iter().map(|(name, task)| (name, task.restarts));
    let restarts: Map<String, Value> = tasks
        .chain([("writer", state.db.writer.restarts())])
        .filter(|(_, restarts)| *restarts > 0)
        .map(|(name, restarts)| (name.to_owned(), restarts.into()))
        .collect();
    let (code, status) = if report.is_ready() {
        (StatusCode::OK, "ready")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready")
    };
    (code, Json(json!({ "status": status, "checks": checks, "restarts": restarts })))
}
