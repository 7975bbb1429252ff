//! Where a user is logged in, and ending that from afar.

use super::{Session, session::is_over};
use crate::{
    db::{audit, sessions},
    model::{
        audit::{Action, Actor},
        error::{AppError, not_found},
        ids::UserId,
        session::OwnSession,
        user::User,
    },
    state::AppState,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use std::net::IpAddr;

/// The user's sessions that still open pages, the one used last first.
pub async fn list(state: &AppState, session: &Session, user: UserId) -> Result<Vec<OwnSession>, AppError> {
    let now = state.clock.now_ms();
    let current = session.hash();
    let rows = sessions::of_user(&mut *state.db.read().await?, user).await?;
    let alive = rows.into_iter().filter(|row| !is_over(row, now, &state.settings)).map(|row| OwnSession {
        id: URL_SAFE_NO_PAD.encode(&row.token_hash),
        since: row.began_at,
        seen: row.seen_at,
        from: row.client,
        is_current: current.is_some_and(|hash| row.token_hash == hash),
    });
    let mut alive: Vec<_> = alive.collect();
    alive.sort_by_key(|session| std::cmp::Reverse((session.is_current, session.seen)));
    Ok(alive)
}

/// Ends one of the user's sessions.
///
/// # Errors
/// The user has no such session.
pub async fn end(state: &AppState, user: &User, address: IpAddr, id: &str) -> Result<(), AppError> {
    let hash = URL_SAFE_NO_PAD.decode(id).map_err(|_| not_found("session"))?;
    let (by, user) = (Actor::user(user, address, state.clock.now_ms()), user.clone());
    let ended = state
        .db
        .write(move |c| {
            Box::pin(async move {
                let Some(from) = sessions::delete_own(c, user.id, &hash).await? else { return Ok(false) };
                let detail = format!("begun from {from}");
                audit::insert(c, &by.entry(Action::SessionEnded, user.id, &user.email, detail)).await?;
                Ok(true)
            })
        })
        .await?;
    if ended { Ok(()) } else { Err(not_found("session")) }
}
