//! Logging in and out.

use super::{
    password::is_outdated,
    session::{FROM, SEEN, SINCE, USER},
};
use crate::{
    db::users,
    error::{AppError, invalid},
    model::{ids::UserId, user::User},
    state::AppState,
};
use secrecy::SecretString;
use std::net::IpAddr;
use tower_sessions::Session;

/// The one message for every cause, so that nobody learns which accounts there are.
const WRONG: &str = "E-mail or password is wrong.";

/// Checks e-mail and password and makes the session that user's.
///
/// # Errors
/// They are wrong, or there were too many attempts.
pub async fn log_in(
    state: &AppState,
    session: &Session,
    address: IpAddr,
    email: &str,
    password: SecretString,
) -> Result<User, AppError> {
    let email = normal_email(email);
    state.auth.throttle.begin(&email, address)?;
    let found = users::with_hash(&mut *state.db.read().await?, &email).await?;
    let (user, hash) = found.unzip();
    let matches = state.auth.hasher.verify(password.clone(), hash.clone()).await?;
    let Some(user) = user.filter(|user| matches && user.disabled_at.is_none()) else {
        tracing::warn!(%address, "a login failed");
        return Err(invalid("password", WRONG));
    };
    state.auth.throttle.succeeded(&email);
    let newer = if hash.is_some_and(|hash| is_outdated(&hash)) {
        Some(state.auth.hasher.hash(password).await?)
    } else {
        None
    };
    let (id, now) = (user.id, state.clock.now_ms());
    state
        .db
        .write(move |c| Box::pin(async move { users::note_login(c, id, now, newer.as_deref()).await }))
        .await?;
    begin(state, session, id, address).await?;
    tracing::info!(user = %user.id, "logged in");
    Ok(user)
}

/// Gives the session a new id (the old one, which others may know, is dead), a user, and nothing of what was in it.
///
/// # Errors
/// When the database fails.
pub(super) async fn begin(
    state: &AppState,
    session: &Session,
    user: UserId,
    address: IpAddr,
) -> Result<(), AppError> {
    let now = state.clock.now_ms();
    let begun = async {
        session.cycle_id().await?;
        session.clear().await;
        session.insert(USER, user).await?;
        session.insert(FROM, address.to_string()).await?;
        session.insert(SINCE, now).await?;
        session.insert(SEEN, now).await
    };
    begun.await.map_err(|error: tower_sessions::session::Error| {
        tracing::error!(%error, "a session could not be begun: {error}");
        AppError::Internal
    })
}

/// Gives the session a new id; the old one is dead.
///
/// # Errors
/// When the database fails.
pub(super) async fn renew(session: &Session) -> Result<(), AppError> {
    session.cycle_id().await.map_err(|error| {
        tracing::error!(%error, "a session could not be renewed: {error}");
        AppError::Internal
    })
}

/// Ends the session, on the server too.
///
/// # Errors
/// When the database fails.
pub async fn log_out(session: &Session) -> Result<(), AppError> {
    session.flush().await.map_err(|error| {
        tracing::error!(%error, "a session could not be ended: {error}");
        AppError::Internal
    })
}

/// As e-mails are stored and compared: trimmed, lower case.
pub fn normal_email(email: &str) -> String {
    email.trim().to_lowercase()
}
