//! Making and changing users.

use super::{
    Session,
    login::normal_email,
    password::{Hasher, Lane},
    session::Token,
    throttle::Attempt,
};
use crate::{
    db::{Db, audit, devices, invites, sessions, tokens, users},
    model::{
        audit::{Action, Actor},
        error::{AppError, ResultExt, conflict, invalid, not_found},
        ids::UserId,
        user::{Role, User},
    },
    state::AppState,
};
use secrecy::SecretString;
use std::net::IpAddr;

const LAST_ADMIN: &str = "This is the last admin who can log in. Make another user an admin first.";
const TAKEN: &str = "email: there is a user with this e-mail already";

/// Makes a user.
///
/// # Errors
/// E-mail or password cannot be taken, or there is such a user already.
pub async fn add(
    db: &Db,
    hasher: &Hasher,
    by: &Actor,
    email: &str,
    role: Role,
    password: SecretString,
) -> Result<User, AppError> {
    let (user, hash) = prepare(hasher, by.at, email, role, password).await?;
    let row = user.clone();
    let entry = by.entry(Action::UserAdded, user.id, &user.email, format!("as {role}"));
    db.write(move |c| {
        Box::pin(async move {
            users::insert(c, &row, &hash).await?;
            audit::insert(c, &entry).await
        })
    })
    .await
    .on_constraint("users.email", "email", TAKEN)?;
    Ok(user)
}

/// Checks what it takes to make a user, without making it. Returns the user and the hash of the password.
///
/// # Errors
/// E-mail or password cannot be taken.
pub(super) async fn prepare(
    hasher: &Hasher,
    now: i64,
    email: &str,
    role: Role,
    password: SecretString,
) -> Result<(User, String), AppError> {
    let email = check_email(email)?;
    let hash = hasher.choose(password, &email).await?;
    let user =
        User { id: UserId::new(), email, role, disabled_at: None, created_at: now, last_login_at: None };
    Ok((user, hash))
}

/// Reads an e-mail address. Only its shape is looked at: that it works shows when it is used.
///
/// # Errors
/// A sentence for the field `email`.
pub fn check_email(email: &str) -> Result<String, AppError> {
    let email = normal_email(email);
    let whole = email
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !host.contains('@'));
    let plain = email.len() <= 254 && !email.chars().any(|c| c.is_whitespace() || c.is_control());
    if whole && plain {
        Ok(email)
    } else {
        Err(invalid("email", "email: give an address such as ada@example.com"))
    }
}

/// Gives a user another role. It holds from the next request on. Open invites go with the role of admin: they would be a
/// way back.
///
/// # Errors
/// There is no such user, or it is the last admin.
pub async fn change_role(db: &Db, by: &Actor, id: UserId, role: Role) -> Result<User, AppError> {
    let by = by.clone();
    let changed = db
        .write(move |c| {
            Box::pin(async move {
                if role != Role::Admin {
                    if !users::has_other_admin(c, id).await? {
                        return Ok(None);
                    }
                    invites::delete_open_by(c, id).await?;
                }
                let changed = users::set_role(c, id, role).await?;
                if let Some(user) = &changed {
                    let detail = format!("to {role}");
                    audit::insert(c, &by.entry(Action::UserRoleChanged, id, &user.email, detail)).await?;
                }
                Ok(Some(changed))
            })
        })
        .await?;
    changed.ok_or_else(|| conflict("role", LAST_ADMIN))?.ok_or_else(|| not_found("user"))
}

/// For the audit log: how many sessions ended with a change.
fn ended(sessions: u64) -> String {
    match sessions {
        0 => String::new(),
        1 => "1 session ended".to_owned(),
        count => format!("{count} sessions ended"),
    }
}

/// What became of a user, and what ended with it.
#[derive(Clone, Debug)]
pub struct Disabled {
    /// The user as it is now.
    pub user: User,
    /// Names of the API tokens that were revoked.
    pub tokens: Vec<String>,
}

/// Disables a user, which ends all its sessions and API tokens for ever and withdraws its open invites; or enables it again.
///
/// # Errors
/// There is no such user, or it is the last admin.
pub async fn set_disabled(db: &Db, by: &Actor, id: UserId, disabled: bool) -> Result<Disabled, AppError> {
    let by = by.clone();
    let changed = db
        .write(move |c| {
            Box::pin(async move {
                let (mut revoked, mut detail) = (Vec::new(), String::new());
                if disabled {
                    if !users::has_other_admin(c, id).await? {
                        return Ok(None);
                    }
                    // Each of these would be a way back.
                    detail = ended(sessions::delete_of_user(c, id, None).await?);
                    devices::delete_of_user(c, id).await?;
                    invites::delete_open_by(c, id).await?;
                    revoked = tokens::revoke_of(c, id, by.at).await?;
                }
                let changed = users::set_disabled(c, id, disabled.then_some(by.at)).await?;
                if let Some(user) = &changed {
                    let action = if disabled { Action::UserDisabled } else { Action::UserEnabled };
                    audit::insert(c, &by.entry(action, id, &user.email, detail)).await?;
                    for (token, name) in &revoked {
                        let why = format!("its owner {} was disabled", user.email);
                        audit::insert(c, &by.entry(Action::TokenRevoked, token, name, why)).await?;
                    }
                }
                let tokens = revoked.into_iter().map(|(_, name)| name).collect();
                Ok(Some(changed.map(|user| Disabled { user, tokens })))
            })
        })
        .await?;
    changed.ok_or_else(|| conflict("user", LAST_ADMIN))?.ok_or_else(|| not_found("user"))
}

/// Lets the failed logins of a user until now not count any more: the next login is looked at without a wait.
pub async fn unlock(db: &Db, by: &Actor, id: UserId) -> Result<User, AppError> {
    let by = by.clone();
    let user = db
        .write(move |c| {
            Box::pin(async move {
                let user = users::unlock(c, id, by.at).await?;
                if let Some(user) = &user {
                    audit::insert(c, &by.entry(Action::UserUnlocked, id, &user.email, "")).await?;
                }
                Ok(user)
            })
        })
        .await?;
    user.ok_or_else(|| not_found("user"))
}

/// Sets a user's password and ends its sessions. Its browsers are no longer known; its API tokens stay.
///
/// # Errors
/// There is no such user, or the password cannot be taken.
pub async fn set_password(
    db: &Db,
    hasher: &Hasher,
    by: &Actor,
    user: &User,
    password: SecretString,
) -> Result<(), AppError> {
    let (hash, id) = (hasher.choose(password, &user.email).await?, user.id);
    let mut entry = by.entry(Action::UserPasswordChanged, id, &user.email, "");
    let found = db
        .write(move |c| {
            Box::pin(async move {
                entry.detail = ended(sessions::delete_of_user(c, id, None).await?);
                devices::delete_of_user(c, id).await?;
                audit::insert(c, &entry).await?;
                users::set_password(c, id, &hash).await
            })
        })
        .await?;
    if found { Ok(()) } else { Err(not_found("user")) }
}

/// Changes one's own password; the other sessions end and this one gets a new token.
///
/// # Errors
/// The old one is wrong or was tried too often, or the new one cannot be taken.
pub async fn change_own_password(
    state: &AppState,
    session: &Session,
    address: IpAddr,
    user: &User,
    old: SecretString,
    new: SecretString,
) -> Result<(), AppError> {
    let current = session.hash().ok_or(AppError::Unauthenticated)?;
    let found = users::credentials(&mut *state.db.read().await?, &user.email).await?;
    let (old_hash, forgiven) =
        found.map(|found| (found.hash, found.unlocked_at)).ok_or_else(|| not_found("user"))?;
    // The old password could be guessed here as well as at the login; but nobody elsewhere gets in the way of it.
    let attempt = Attempt { email: &user.email, address, known: Some(current), forgiven };
    state.auth.throttle.begin(&attempt)?;
    if !state.auth.hasher.verify(Lane::Known, old, Some(old_hash.clone())).await? {
        return Err(invalid("old_password", "old password: it is not the one you log in with"));
    }
    state.auth.throttle.succeeded(&attempt);
    let (hash, token, id) = (state.auth.hasher.choose(new, &user.email).await?, Token::new()?, user.id);
    let by = Actor::user(user, address, state.clock.now_ms());
    let (mut entry, renewed) = (by.entry(Action::UserPasswordChanged, id, &user.email, ""), token.hash());
    let changed = state
        .db
        .write(move |c| {
            Box::pin(async move {
                // Somebody may have set another one, and so ended this session, while the old one was checked.
                if !users::still_has(c, id, &old_hash).await?
                    || !sessions::renew(c, &current, &renewed).await?
                {
                    return Ok(false);
                }
                entry.detail = ended(sessions::delete_of_user(c, id, Some(&renewed)).await?);
                audit::insert(c, &entry).await?;
                users::set_password(c, id, &hash).await
            })
        })
        .await?;
    if !changed {
        return Err(AppError::Unauthenticated);
    }
    session.set(&token).await
}
