//! Who is asking.

use super::{Session, session::is_over};
use crate::{
    auth::Auth,
    db::sessions,
    model::{
        audit::{Action, Actor},
        error::AppError,
        time::MINUTE_MS,
        user::{Role, User},
    },
    net::client_addr::ClientAddr,
};
use axum::{
    extract::{Request, State},
    http::request::Parts,
    middleware::Next,
    response::{IntoResponse, Response},
};
use leptos::prelude::use_context;

/// A session's last use is recorded at most this often, so that reading pages does not write.
const SEEN_EVERY_MS: i64 = 5 * MINUTE_MS;

/// The user of a request, read afresh from the database: a changed role or a disabled account acts at once.
#[derive(Clone, Debug, Default)]
pub struct CurrentUser(pub Option<User>);

/// Middleware: puts [`CurrentUser`] into each request's extensions.
pub(super) async fn load(
    State(auth): State<Auth>,
    session: Session,
    mut request: Request,
    next: Next,
) -> Response {
    let user = match find(&auth, &session).await {
        Ok(Some((user, row))) => {
            // A page that looks again by itself is not a person who uses the session.
            if !session.is_automatic() {
                note_use(&auth, &session, &row).await;
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
async fn find(auth: &Auth, session: &Session) -> Result<Option<(User, sessions::Session)>, AppError> {
    let Some(hash) = session.hash() else { return Ok(None) };
    let mut connection = auth.db.read().await?;
    let Some((row, user)) = sessions::user_of(&mut connection, &hash).await? else { return Ok(None) };
    let holds = !is_over(&row, auth.clock.now_ms(), &auth.settings) && user.disabled_at.is_none();
    Ok(holds.then_some((user, row)))
}

async fn note_use(auth: &Auth, session: &Session, row: &sessions::Session) {
    let now = auth.clock.now_ms();
    let Some(hash) = session.hash() else { return };
    if now.saturating_sub(row.seen_at) >= SEEN_EVERY_MS {
        // Should it fail, the session only ends earlier.
        let written = async {
            let mut tx = auth.db.begin().await?;
            sessions::note_use(&mut tx, &hash, now).await?;
            tx.commit().await
        };
        if let Err(error) = written.await {
            tracing::debug!(%error, "the use of a session could not be recorded: {error}");
        }
    }
}

/// The user of a session, who must have at least this role. Reads the database each time: streams ask again and again.
pub async fn session_user(auth: &Auth, session: &Session, needed: Role) -> Result<User, AppError> {
    allow(find(auth, session).await?.map(|(user, _)| user), needed)
}

/// The user of the page or server function that runs, who must have at least this role. What is refused for want of a role
/// is in the audit log.
pub async fn require(needed: Role) -> Result<User, AppError> {
    let parts = use_context::<Parts>();
    let user = parts.as_ref().and_then(|parts| parts.extensions.get::<CurrentUser>()?.0.clone());
    let allowed = allow(user.clone(), needed);
    if let (Err(AppError::Forbidden { .. }), Some(user), Some(parts), Some(auth)) =
        (&allowed, user, parts, use_context::<Auth>())
    {
        note_refused(&auth, &user, ClientAddr::of(&parts.extensions), parts.uri.path(), needed).await;
    }
    allowed
}

/// Records that a user was refused. The path alone: what follows it may be anything.
async fn note_refused(auth: &Auth, user: &User, client: ClientAddr, path: &str, needed: Role) {
    let by = Actor::user(user, client.0, auth.clock.now_ms());
    let path: String = path.chars().take(200).collect();
    let entry = by.entry(Action::AccessRefused, "", &path, format!("needs the role {needed}"));
    auth.notes.note(&auth.db, &user.id.to_string(), entry).await;
}

/// The user of a request that is not a page, who must have at least this role. As [`require`] it records what it refuses.
pub async fn require_user(
    auth: &Auth,
    session: &Session,
    client: ClientAddr,
    path: &str,
    needed: Role,
) -> Result<User, AppError> {
    let user = session_user(auth, session, Role::Viewer).await?;
    if user.role < needed {
        note_refused(auth, &user, client, path, needed).await;
    }
    allow(Some(user), needed)
}

fn allow(user: Option<User>, needed: Role) -> Result<User, AppError> {
    match user {
        None => Err(AppError::Unauthenticated),
        Some(user) if user.role < needed => Err(AppError::Forbidden { needed }),
        Some(user) => Ok(user),
    }
}
