//! Who is asking.

use super::session::{Login, SEEN, hash};
use crate::{
    db::sessions,
    error::AppError,
    model::user::{Role, User},
    state::AppState,
};
use axum::{
    extract::{Request, State},
    http::request::Parts,
    middleware::Next,
    response::{IntoResponse, Response},
};
use leptos::prelude::use_context;
use tower_sessions::Session;

/// A session's last use is written down at most this often, so that reading pages does not write.
const SEEN_EVERY_MS: i64 = 5 * 60_000;

/// The user of a request, read afresh from the database: a changed role or a disabled account acts at once.
#[derive(Clone, Debug, Default)]
pub struct CurrentUser(pub Option<User>);

/// Middleware: puts [`CurrentUser`] into each request's extensions.
pub(super) async fn load(
    State(state): State<AppState>,
    session: Session,
    mut request: Request,
    next: Next,
) -> Response {
    let user = match find(&state, &session).await {
        Ok(Some((user, login))) => {
            // A page that looks again by itself is not a person who uses the session.
            if !request.headers().contains_key("hookpost-refresh") {
                note_use(&state, &session, &login).await;
            }
            Some(user)
        }
        Ok(None) => None,
        // To take the user for a stranger would send it to log in again.
        Err(error) => return error.into_response(),
    };
    request.extensions_mut().insert(CurrentUser(user));
    next.run(request).await
}

/// The user of a session, if it has one, is not at its end and the user is enabled.
async fn find(state: &AppState, session: &Session) -> Result<Option<(User, Login)>, AppError> {
    let Some(id) = session.id() else { return Ok(None) };
    let mut connection = state.db.read().await?;
    let Some((row, user)) = sessions::user_of(&mut connection, &hash(id)).await? else { return Ok(None) };
    let login = Login::of(&row).filter(|login| !login.is_over(state.clock.now_ms(), &state.settings));
    Ok(login.filter(|_| user.disabled_at.is_none()).map(|login| (user, login)))
}

async fn note_use(state: &AppState, session: &Session, login: &Login) {
    let now = state.clock.now_ms();
    if now.saturating_sub(login.seen) >= SEEN_EVERY_MS {
        // Should it fail, the session only ends earlier.
        let _ends_earlier = session.insert(SEEN, now).await;
    }
}

/// The user of a session, who must have at least this role. Reads the database each time: streams ask again and again.
///
/// # Errors
/// Nobody is logged in, or the role does not suffice.
pub async fn session_user(state: &AppState, session: &Session, needed: Role) -> Result<User, AppError> {
    allow(find(state, session).await?.map(|(user, _)| user), needed)
}

/// The user of the page or server function that runs, who must have at least this role.
///
/// # Errors
/// Nobody is logged in, or the role does not suffice.
pub async fn require(needed: Role) -> Result<User, AppError> {
    let current = use_context::<Parts>().and_then(|parts| parts.extensions.get::<CurrentUser>().cloned());
    allow(current.unwrap_or_default().0, needed)
}

fn allow(user: Option<User>, needed: Role) -> Result<User, AppError> {
    match user {
        None => Err(AppError::Unauthenticated),
        Some(user) if user.role < needed => Err(AppError::Forbidden { needed }),
        Some(user) => Ok(user),
    }
}
