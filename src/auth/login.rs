//! Logging in and out.

use super::{
    Session,
    password::{Lane, is_outdated},
    session::{Token, device_until, end_of},
    throttle::Attempt,
};
use crate::{
    auth::Auth,
    db::{Connection, DbError, audit, devices, sessions, users},
    model::{
        audit::{Action, Actor},
        error::{AppError, invalid},
        ids::UserId,
        user::User,
    },
};
use secrecy::SecretString;
use std::net::IpAddr;

/// The one message for every cause, so that nobody learns which accounts there are.
const WRONG: &str = "E-mail or password is wrong.";
/// What the audit log calls accounts that there are not. What was typed may be a password in the wrong field.
const NO_SUCH_USER: &str = "(no such user)";

/// Checks e-mail and password and begins a session of that user.
pub async fn log_in(
    auth: &Auth,
    session: &Session,
    address: IpAddr,
    email: &str,
    password: SecretString,
) -> Result<User, AppError> {
    let email = normal_email(email);
    // Before anything is read: who shows no cookie of a known browser cannot be one.
    if session.device().is_none() {
        auth.throttle.admit(address)?;
    }
    let (found, known) = look_up(auth, session, &email).await?;
    if known.is_none() && session.device().is_some() {
        auth.throttle.admit(address)?;
    }
    let (user, hash) = found.as_ref().map(|found| (found.user.clone(), found.hash.clone())).unzip();
    let forgiven = found.and_then(|found| found.unlocked_at);
    let attempt = Attempt { email: &email, address, known, forgiven };
    let delay = match auth.throttle.begin(&attempt) {
        Ok(delay) => delay,
        Err(refused) => {
            note_failure(auth, user.as_ref(), address, "not checked: too many attempts from there");
            return Err(refused);
        }
    };
    tokio::time::sleep(delay).await;
    let lane = if known.is_some() { Lane::Known } else { Lane::Strangers };
    let matches = auth.hasher.verify(lane, password.clone(), hash.clone()).await?;
    let (Some(user), Some(hash), true) = (user.clone(), hash, matches) else {
        note_failure(auth, user.as_ref(), address, "wrong password");
        return Err(invalid("password", WRONG));
    };
    let newer = if is_outdated(&hash) { Some(auth.hasher.hash(password).await?) } else { None };
    let opening = Opening::new(auth, session, user.id, address)?;
    let now = auth.clock.now_ms();
    let by = Actor::user(&user, address, now);
    let browser = if known.is_some() { "known browser" } else { "new browser" };
    let entry = by.entry(Action::LoggedIn, user.id, &user.email, browser);
    let mut tx = auth.db.begin().await?;
    // The password may have been changed, or the user disabled, while it was checked.
    if !users::still_has(&mut tx, user.id, &hash).await? {
        drop(tx);
        let why = "the user is disabled, or the password was changed in the meantime";
        note_failure(auth, Some(&user), address, why);
        return Err(invalid("password", WRONG));
    }
    users::note_login(&mut tx, user.id, now, newer.as_deref()).await?;
    opening.rows.write(&mut tx).await?;
    audit::insert(&mut tx, &entry).await?;
    tx.commit().await?;
    auth.throttle.succeeded(&attempt);
    opening.tell(session).await?;
    tracing::info!(user = %user.id, "logged in");
    Ok(user)
}

/// The user with this e-mail, and the hash of the browser's cookie if this user has logged in with it.
async fn look_up(
    auth: &Auth,
    session: &Session,
    email: &str,
) -> Result<(Option<users::Credentials>, Option<[u8; 32]>), AppError> {
    let mut connection = auth.db.read().await?;
    let found = users::credentials(&mut connection, email).await?;
    let known = match (session.device(), &found) {
        (Some(device), Some(found)) => {
            let known =
                devices::is_known(&mut connection, &device, found.user.id, auth.clock.now_ms()).await?;
            known.then_some(device)
        }
        _ => None,
    };
    Ok((found, known))
}

/// Into both logs, a few times an hour for each account. Beside the answer: how long it takes must not tell which accounts
/// there are.
fn note_failure(auth: &Auth, user: Option<&User>, address: IpAddr, why: &'static str) {
    let by = Actor::stranger(address, auth.clock.now_ms());
    let (who, id, email) = match user {
        Some(user) => (user.id.to_string(), user.id.to_string(), user.email.as_str()),
        None => ("?".to_owned(), String::new(), NO_SUCH_USER),
    };
    let entry = by.entry(Action::LoginFailed, id, email, why);
    let auth = auth.clone();
    tokio::spawn(async move {
        if auth.notes.note(&auth.db, &who, entry).await {
            tracing::warn!(%address, "a login failed: {why}");
        }
    });
}

/// A session that is about to begin.
pub(super) struct Opening {
    token: Token,
    /// For a browser that shows no cookie of its own yet.
    device: Option<Token>,
    /// What is recorded of it.
    pub(super) rows: OpeningRows,
}

/// The rows of a session that begins.
#[derive(Clone, Debug)]
pub(super) struct OpeningRows {
    session: sessions::Session,
    device: [u8; 32],
    /// The session that the browser had before: whoever knows its token has nothing of the new one.
    before: Option<[u8; 32]>,
}

impl Opening {
    /// With a new token.
    pub(super) fn new(
        auth: &Auth,
        session: &Session,
        user: UserId,
        address: IpAddr,
    ) -> Result<Self, AppError> {
        let (token, now) = (Token::new()?, auth.clock.now_ms());
        let device = if session.device().is_none() { Some(Token::new()?) } else { None };
        let rows = OpeningRows {
            session: sessions::Session {
                token_hash: token.hash().to_vec(),
                user_id: user,
                began_at: now,
                seen_at: now,
                client: address.to_string(),
                expires_at: end_of(now, &auth.settings),
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
    pub(super) async fn write(&self, c: &mut Connection) -> Result<(), DbError> {
        if let Some(before) = &self.before {
            sessions::delete(c, before).await?;
        }
        sessions::insert(c, &self.session).await?;
        let now = self.session.began_at;
        devices::note(c, &self.device, self.session.user_id, now, device_until(now)).await
    }
}

/// Ends the session, on the server too.
pub async fn log_out(auth: &Auth, session: &Session, address: IpAddr) -> Result<(), AppError> {
    if let Some(hash) = session.hash() {
        let now = auth.clock.now_ms();
        let address = address.to_string();
        let mut tx = auth.db.begin().await?;
        if let Some((_, user)) = sessions::user_of(&mut tx, &hash).await?
            && sessions::delete(&mut tx, &hash).await?
        {
            let by = Actor::user(&user, address, now);
            audit::insert(&mut tx, &by.entry(Action::LoggedOut, user.id, &user.email, "")).await?;
        }
        tx.commit().await?;
    }
    session.clear().await
}

/// As e-mails are stored and compared: trimmed, lower case.
pub fn normal_email(email: &str) -> String {
    email.trim().to_lowercase()
}
