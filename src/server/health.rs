//! `/healthz`: the process answers. `/readyz`: it can store a delivery.

use crate::state::AppState;
use axum::{Json, extract::State, http::StatusCode};
use serde_json::{Map, Value, json};

/// Always 200 while the process lives.
pub(super) async fn healthz() -> Json<Value> {
    Json(json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }))
}

/// 200 when every check of [`crate::readiness`] passes, 503 otherwise; the body names each.
pub(super) async fn readyz(State(state): State<AppState>) -> (StatusCode, Json<Value>) {
    let report = state.readiness.check(&state).await;
    let checks: Map<String, Value> = report
        .0
        .iter()
        .map(|(name, found)| ((*name).to_owned(), found.err().unwrap_or("ok").into()))
        .collect();
    let (code, status) = if report.is_ready() {
        (StatusCode::OK, "ready")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready")
    };
    (code, Json(json!({ "status": status, "checks": checks })))
}
