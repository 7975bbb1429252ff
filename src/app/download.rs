//! `GET /events/{id}/body`: the body of a delivery as a file, never as a page.

use crate::{
    auth,
    db::deliveries,
    error::{AppError, not_found},
    model::{ids::DeliveryId, user::Role},
    state::AppState,
};
use axum::{
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use tower_sessions::Session;

/// The bytes as they were received. The headers see to it that no browser shows or runs them.
///
/// # Errors
/// When nobody is logged in or there is no such delivery.
pub async fn body(
    State(state): State<AppState>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    auth::session_user(&state, &session, Role::Viewer).await?;
    let id: DeliveryId = id.parse().map_err(|_| not_found("delivery"))?;
    let mut connection = state.db.read().await?;
    let payload = deliveries::payload(&mut connection, id).await?.ok_or_else(|| not_found("delivery"))?;
    let mut response = payload.body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // An id is a number, so the value is always one that a header can have.
    let attachment = HeaderValue::from_str(&format!("attachment; filename=\"delivery-{id}.bin\""));
    headers.insert(
        header::CONTENT_DISPOSITION,
        attachment.unwrap_or_else(|_| HeaderValue::from_static("attachment")),
    );
    Ok(response)
}
