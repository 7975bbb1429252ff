//! Where a user is logged in, and ending that from afar.

use super::{Session, session::is_over};
use crate::{
    auth::Auth,
    db::{audit, sessions},
    model::{
        audit::{Action, Actor},
        error::{AppError, not_found},
        ids::UserId,
        session::OwnSession,
        user::User,
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use std::net::IpAddr;

/// The user's sessions that still open pages, the one used last first.
pub async fn list(auth: &Auth, session: &Session, user: UserId) -> Result<Vec<OwnSession>, AppError> {
    let now = auth.clock.now_ms();
    let current = session.hash();
    let rows = sessions::of_user(&mut auth.db.read().await?, user).await?;
    let alive = rows.into_iter().filter(|row| !is_over(row, now, &auth.settings)).map(|row| OwnSession {
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
pub async fn end(auth: &Auth, user: &User, address: IpAddr, id: &str) -> Result<(), AppError> {
    let hash = URL_SAFE_NO_PAD.decode(id).map_err(|_| not_found("session"))?;
    let by = Actor::user(user, address, auth.clock.now_ms());
    let mut tx = auth.db.begin().await?;
    let from = sessions::delete_own(&mut tx, user.id, &hash).await?.ok_or_else(|| not_found("session"))?;
    let entry = by.entry(Action::SessionEnded, user.id, &user.email, format!("started from {from}"));
    audit::insert(&mut tx, &entry).await?;
    Ok(tx.commit().await?)
}
