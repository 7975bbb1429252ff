//! `GET /events/{id}/body`: the body of a delivery as a file, never as a page.

use crate::{
    auth::{self, Session},
    db::deliveries,
    model::{
        audit::{Action, Actor},
        error::{AppError, not_found},
        ids::DeliveryId,
        user::Role,
    },
    net::client_addr::ClientAddr,
    state::AppState,
};
use axum::{
    Extension,
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};

/// The bytes as they were received; of a body that was not kept whole the part that was, and headers that say so. The headers see to it that no browser shows or runs them.
pub async fn body(
    State(state): State<AppState>,
    session: Session,
    Extension(client): Extension<ClientAddr>,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let user = auth::session_user(&state.auth, &session, Role::Viewer).await?;
    let id: DeliveryId = id.parse().map_err(|_| not_found("delivery"))?;
    let mut connection = state.db.read().await?;
    let payload = deliveries::payload(&mut connection, id).await?.ok_or_else(|| not_found("delivery"))?;
    drop(connection);
    let by = Actor::user(&user, client.0, state.clock.now_ms());
    let entry = by.entry(
        Action::BodyDownloaded,
        id,
        &format!("delivery {id}"),
        format!("{} bytes", payload.body.len()),
    );
    state.auth.notes.note(&state.db, &user.id.to_string(), entry).await;
    let (cut, kept) = (payload.cut, payload.body.len());
    let mut response = payload.body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Whoever finds the file later must not take a part for the whole.
    let part = cut.map(|_| format!(".first-{kept}-bytes")).unwrap_or_default();
    if let Some(cut) = cut {
        let size = HeaderValue::from(cut.size);
        headers.insert("hookpost-body-size", size);
        if let Ok(hash) = HeaderValue::from_str(&cut.hash()) {
            headers.insert("hookpost-body-sha256", hash);
        }
    }
    // An id is a number, so the value is always one that a header can have.
    let attachment = HeaderValue::from_str(&format!("attachment; filename=\"delivery-{id}{part}.bin\""));
    headers.insert(
        header::CONTENT_DISPOSITION,
        attachment.unwrap_or_else(|_| HeaderValue::from_static("attachment")),
    );
    Ok(response)
}
