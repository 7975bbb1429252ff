//! `GET /settings/audit.jsonl`: the audit log as a file, one JSON object a line, narrowed as the page is.

use crate::{
    app::kit::paths,
    auth::{self, Session, audit_export},
    db::audit,
    model::{
        audit::{Action, Actor, AuditFilter},
        error::{AppError, invalid},
        user::Role,
    },
    net::client_addr::ClientAddr,
    state::AppState,
};
use axum::{
    Extension,
    body::Body,
    extract::{Query, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};

/// For admins. It is sent piece by piece, as it is read.
pub async fn jsonl(
    State(state): State<AppState>,
    session: Session,
    Extension(client): Extension<ClientAddr>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, AppError> {
    let user = auth::require_user(&state.auth, &session, client, paths::AUDIT_FILE, Role::Admin).await?;
    let now = state.clock.now_ms();
    let texts = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let filter = AuditFilter::from_pairs(texts, now).map_err(|(field, sentence)| invalid(field, sentence))?;
    let entry = Actor::user(&user, client.0, now).entry(Action::AuditExported, "", "", "as a download");
    let mut tx = state.db.begin().await?;
    audit::insert(&mut tx, &entry).await?;
    tx.commit().await?;
    let mut response = Body::from_stream(audit_export::lines(state.db.clone(), filter)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let name = HeaderValue::from_static("attachment; filename=\"hookpost-audit.jsonl\"");
    headers.insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}
