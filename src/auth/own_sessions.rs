//! Where a user is logged in, and ending that from afar.

use super::session::{Login, hash};
use crate::{
    db::sessions,
    error::{AppError, not_found},
    model::{ids::UserId, session::OwnSession},
    state::AppState,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use tower_sessions::Session;

/// The user's sessions that still open pages, the one used last first.
///
/// # Errors
/// When the database fails.
pub async fn list(state: &AppState, session: &Session, user: UserId) -> Result<Vec<OwnSession>, AppError> {
    let now = state.clock.now_ms();
    let current = session.id().map(hash);
    let rows = sessions::of_user(&mut *state.db.read().await?, user).await?;
    let alive = rows.iter().filter_map(|row| {
        let login = Login::of(row).filter(|login| !login.is_over(now, &state.settings))?;
        Some(OwnSession {
            id: URL_SAFE_NO_PAD.encode(&row.token_hash),
            since: login.since,
            seen: login.seen,
            from: login.from,
            is_current: current.is_some_and(|hash| row.token_hash == hash),
        })
    });
    let mut alive: Vec<_> = alive.collect();
    alive.sort_by_key(|session| std::cmp::Reverse((session.is_current, session.seen)));
    Ok(alive)
}

/// Ends one of the user's sessions.
///
/// # Errors
/// The user has no such session.
pub async fn end(state: &AppState, user: UserId, id: &str) -> Result<(), AppError> {
    let hash = URL_SAFE_NO_PAD.decode(id).map_err(|_| not_found("session"))?;
    let ended =
        state.db.write(move |c| Box::pin(async move { sessions::delete_own(c, user, &hash).await })).await?;
    if ended { Ok(()) } else { Err(not_found("session")) }
}
