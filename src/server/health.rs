//! `/healthz`: the process answers. `/readyz`: it can store a delivery.

use crate::{db::endpoints, state::AppState};
use axum::{Json, extract::State, http::StatusCode};
use serde_json::{Value, json};

/// Always 200 while the process lives.
pub(super) async fn healthz() -> Json<Value> {
    Json(json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }))
}

/// 200 when the writer takes transactions and readers answer; 503 otherwise.
pub(super) async fn readyz(State(state): State<AppState>) -> (StatusCode, Json<Value>) {
    // A transaction that changes nothing: it waits its turn behind at most one batch.
    let written = state.db.write(|c| Box::pin(async move { endpoints::revision(c).await })).await;
    match written {
        Ok(_) => (StatusCode::OK, Json(json!({ "status": "ready" }))),
        Err(error) => {
            tracing::warn!(%error, "not ready: {error}");
            (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": "not ready", "writer": "no answer" })))
        }
    }
}
