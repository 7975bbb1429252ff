//! The audit log, for programs: a SIEM that asks from time to time.

use super::{caller::Caller, deliveries::number, types::Problem};
use crate::{
    auth::audit_export::ExportedEntry,
    db::audit::{AuditCursor, page},
    model::{
        audit::{Action, AuditFilter},
        error::{AppError, invalid},
        token::Scope,
    },
    state::AppState,
};
use axum::{
    Json,
    extract::{Query, State},
};
use serde::Serialize;
use utoipa::ToSchema;

const DEFAULT_LIMIT: i64 = 100;
const MOST: i64 = 500;
const KNOWN: [&str; 7] = ["who", "action", "since", "until", "older_than", "newer_than", "limit"];

/// A page of the audit log.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AuditPage {
    /// Newest first; oldest first when asked for what is `newer_than` one.
    entries: Vec<ExportedEntry>,
    /// There are more in this direction: ask again from the last id.
    has_more: bool,
}

/// Entries of the audit log. Needs the scope admin, and a token that is not limited to some endpoints.
#[utoipa::path(
    get, path = "/api/v1/audit", tag = "audit",
    params(
        ("who" = Option<String>, Query, description = "Part of the actor's name"),
        ("action" = Option<String>, Query, description = "Action code, such as `login.failed`"),
        ("since" = Option<String>, Query, description = "From this time on: `24h` or RFC 3339"),
        ("until" = Option<String>, Query, description = "Before this time: same formats"),
        ("older_than" = Option<i64>, Query, description = "Only ids lower than this one"),
        ("newer_than" = Option<i64>, Query, description = "Only ids higher than this one, oldest first; 0 starts at the first entry"),
        ("limit" = Option<i64>, Query, description = "1 to 500, default 100"),
    ),
    responses(
        (status = 200, body = AuditPage),
        (status = 401, body = Problem, description = "Missing or invalid token"),
        (status = 403, body = Problem, description = "The token's role, scopes or endpoints don't allow this"),
        (status = 422, body = Problem, description = "Invalid value; `field` names it"),
    ),
)]
pub(super) async fn list(
    State(state): State<AppState>,
    caller: Caller,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<AuditPage>, AppError> {
    caller.require(&state, Scope::Admin).await?;
    caller.require_every_endpoint(&state).await?;
    if let Some((name, _)) = pairs.iter().find(|(name, _)| !KNOWN.contains(&name.as_str())) {
        let known = KNOWN.join(", ");
        return Err(invalid(name, format!("{name}: unknown parameter; valid parameters are {known}")));
    }
    let texts = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let filter = AuditFilter::from_pairs(texts, state.clock.now_ms())
        .map_err(|(field, sentence)| invalid(field, sentence))?;
    let cursor = match (number(&pairs, "older_than")?, number(&pairs, "newer_than")?) {
        (Some(_), Some(_)) => {
            return Err(invalid("newer_than", "newer_than: can't be combined with older_than"));
        }
        (_, Some(id)) => AuditCursor::After(id),
        (id, None) => AuditCursor::Before(id.unwrap_or(i64::MAX)),
    };
    let limit = number(&pairs, "limit")?.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MOST).contains(&limit) {
        return Err(invalid("limit", format!("limit: must be 1 to {MOST}")));
    }
    caller.note(&state, Action::AuditExported, "", "", "by the API").await;
    let mut found = page(&mut state.db.read().await?, &filter, cursor, limit + 1).await?;
    let has_more = found.len() as i64 > limit;
    found.truncate(usize::try_from(limit).unwrap_or_default());
    Ok(Json(AuditPage { entries: found.into_iter().map(ExportedEntry::from).collect(), has_more }))
}
