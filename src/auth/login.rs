//! Logging in and out.

use super::{
    Session,
    password::{Lane, is_outdated},
    session::{Token, device_until, end_of},
    throttle::Attempt,
};
use crate::{
    db::{DbError, audit, devices, sessions, users},
    model::{
        audit::{Action, Actor},
        error::{AppError, invalid},
        ids::UserId,
        user::User,
    },
    state::AppState,
};
use secrecy::SecretString;
use sqlx::SqliteConnection;
use std::net::IpAddr;

/// The one message for every cause, so that nobody learns which accounts there are.
const WRONG: &str = "E-mail or password is wrong.";
/// What the audit log calls accounts that there are not. What was typed may be a password in the wrong field.
const NO_SUCH_USER: &str = "(no such user)";

/// Checks e-mail and password and begins a session of that user.
pub async fn log_in(
    state: &AppState,
    session: &Session,
    address: IpAddr,
    email: &str,
    password: SecretString,
) -> Result<User, AppError> {
    let email = normal_email(email);
    // Before anything is read: who shows no cookie of a known browser cannot be one.
    if session.device().is_none() {
        state.auth.throttle.admit(address)?;
    }
    let (found, known) = look_up(state, session, &email).await?;
    if known.is_none() && session.device().is_some() {
        state.auth.throttle.admit(address)?;
    }
    let (user, hash) = found.as_ref().map(|found| (found.user.clone(), found.hash.clone())).unzip();
    let forgiven = found.and_then(|found| found.unlocked_at);
    let attempt = Attempt { email: &email, address, known, forgiven };
    let delay = match state.auth.throttle.begin(&attempt) {
        Ok(delay) => delay,
        Err(refused) => {
            note_failure(state, user.as_ref(), address, "not looked at: too many attempts from there");
            return Err(refused);
        }
    };
    tokio::time::sleep(delay).await;
    let lane = if known.is_some() { Lane::Known } else { Lane::Strangers };
    let matches = state.auth.hasher.verify(lane, password.clone(), hash.clone()).await?;
    let (Some(user), Some(hash), true) = (user.clone(), hash, matches) else {
        note_failure(state, user.as_ref(), address, "wrong password");
        return Err(invalid("password", WRONG));
    };
    let newer = if is_outdated(&hash) { Some(state.auth.hasher.hash(password).await?) } else { None };
    let opening = Opening::new(state, session, user.id, address)?;
    let rows = opening.rows.clone();
    let (id, now) = (user.id, state.clock.now_ms());
    let by = Actor::user(&user, address, now);
    let browser = if known.is_some() { "known browser" } else { "new browser" };
    let entry = by.entry(Action::LoggedIn, id, &user.email, browser);
    let begun = state
        .db
        .write(move |c| {
            Box::pin(async move {
                // The password may have been changed, or the user disabled, while it was checked.
                if !users::still_has(c, id, &hash).await? {
                    return Ok(false);
                }
                users::note_login(c, id, now, newer.as_deref()).await?;
                rows.write(c).await?;
                audit::insert(c, &entry).await?;
                Ok(true)
            })
        })
        .await?;
    if !begun {
        note_failure(
            state,
            Some(&user),
            address,
            "the user is disabled, or its password was changed meanwhile",
        );
        return Err(invalid("password", WRONG));
    }
    state.auth.throttle.succeeded(&attempt);
    opening.tell(session).await?;
    tracing::info!(user = %user.id, "logged in");
    Ok(user)
}

/// The user with this e-mail, and the hash of the browser's cookie if this user has logged in with it.
async fn look_up(
    state: &AppState,
    session: &Session,
    email: &str,
) -> Result<(Option<users::Credentials>, Option<[u8; 32]>), AppError> {
    let mut connection = state.db.read().await?;
    let found = users::credentials(&mut connection, email).await?;
    let known = match (session.device(), &found) {
        (Some(device), Some(found)) => {
            let known =
                devices::is_known(&mut connection, &device, found.user.id, state.clock.now_ms()).await?;
            known.then_some(device)
        }
        _ => None,
    };
    Ok((found, known))
}

/// Into both logs, a few times an hour for each account. Beside the answer: how long it takes must not tell which accounts
/// there are.
fn note_failure(state: &AppState, user: Option<&User>, address: IpAddr, why: &'static str) {
    let by = Actor::stranger(address, state.clock.now_ms());
    let (who, id, email) = match user {
        Some(user) => (user.id.to_string(), user.id.to_string(), user.email.as_str()),
        None => ("?".to_owned(), String::new(), NO_SUCH_USER),
    };
    let entry = by.entry(Action::LoginFailed, id, email, why);
    let (notes, db) = (state.auth.notes.clone(), state.db.clone());
    tokio::spawn(async move {
        if notes.note(&db, &who, entry).await {
            tracing::warn!(%address, "a login failed: {why}");
        }
    });
}

/// A session that is about to begin.
pub(super) struct Opening {
    token: Token,
    /// For a browser that shows no cookie of its own yet.
    device: Option<Token>,
    /// What is written down of it.
    pub(super) rows: OpeningRows,
}

/// The rows of a session that begins.
#[derive(Clone, Debug)]
pub(super) struct OpeningRows {
    session: sessions::Row,
    device: [u8; 32],
    /// The session that the browser had before: whoever knows its token has nothing of the new one.
    before: Option<[u8; 32]>,
}

impl Opening {
    /// With a new token.
    pub(super) fn new(
        state: &AppState,
        session: &Session,
        user: UserId,
        address: IpAddr,
    ) -> Result<Self, AppError> {
        let (token, now) = (Token::new()?, state.clock.now_ms());
        let device = if session.device().is_none() { Some(Token::new()?) } else { None };
        let rows = OpeningRows {
            session: sessions::Row {
                token_hash: token.hash().to_vec(),
                user_id: user,
                began_at: now,
                seen_at: now,
                client: address.to_string(),
                expires_at: end_of(now, &state.settings),
            },
            device: device.as_ref().map(Token::hash).or(session.device()).unwrap_or_default(),
            before: session.hash(),
        };
        Ok(Self { token, device, rows })
    }

    /// After the commit: the browser gets its cookies.
    pub(super) async fn tell(self, session: &Session) -> Result<(), AppError> {
        session.set(&self.token).await?;
        if let Some(device) = &self.device {
            session.set_device(device);
        }
        Ok(())
    }
}

impl OpeningRows {
    /// Writes them, in the transaction that makes sure of the user.
    pub(super) async fn write(&self, c: &mut SqliteConnection) -> Result<(), DbError> {
        if let Some(before) = &self.before {
            sessions::delete(c, before).await?;
        }
        sessions::insert(c, &self.session).await?;
        let now = self.session.began_at;
        devices::note(c, &self.device, self.session.user_id, now, device_until(now)).await
    }
}

/// Ends the session, on the server too.
pub async fn log_out(state: &AppState, session: &Session, address: IpAddr) -> Result<(), AppError> {
    if let Some(hash) = session.hash() {
        let now = state.clock.now_ms();
        let address = address.to_string();
        state
            .db
            .write(move |c| {
                Box::pin(async move {
                    if let Some((_, user)) = sessions::user_of(c, &hash).await?
                        && sessions::delete(c, &hash).await?
                    {
                        let by = Actor::user(&user, address, now);
                        audit::insert(c, &by.entry(Action::LoggedOut, user.id, &user.email, "")).await?;
                    }
                    Ok(())
                })
            })
            .await?;
    }
    session.clear().await
}

/// As e-mails are stored and compared: trimmed, lower case.
pub fn normal_email(email: &str) -> String {
    email.trim().to_lowercase()
}
