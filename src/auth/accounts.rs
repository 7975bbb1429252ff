//! Making and changing users.

use super::{
    login::{self, normal_email},
    password,
};
use crate::{
    auth::password::Hasher,
    db::{Db, audit, invites, sessions, users},
    error::{AppError, ResultExt, conflict, invalid, not_found},
    model::{
        audit::{Action, Actor},
        ids::UserId,
        user::{Role, User},
    },
    state::AppState,
};
use secrecy::SecretString;
use std::net::IpAddr;
use tower_sessions::Session;

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
    password::check(&password, &email)?;
    let hash = hasher.hash(password).await?;
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

/// Disables a user, which ends all its sessions and withdraws its open invites, or enables it again.
///
/// # Errors
/// There is no such user, or it is the last admin.
pub async fn set_disabled(db: &Db, by: &Actor, id: UserId, disabled: bool) -> Result<User, AppError> {
    let by = by.clone();
    let changed = db
        .write(move |c| {
            Box::pin(async move {
                if disabled {
                    if !users::has_other_admin(c, id).await? {
                        return Ok(None);
                    }
                    sessions::delete_of_user(c, id, None).await?;
                    invites::delete_open_by(c, id).await?;
                }
                let changed = users::set_disabled(c, id, disabled.then_some(by.at)).await?;
                if let Some(user) = &changed {
                    let action = if disabled { Action::UserDisabled } else { Action::UserEnabled };
                    audit::insert(c, &by.entry(action, id, &user.email, "")).await?;
                }
                Ok(Some(changed))
            })
        })
        .await?;
    changed.ok_or_else(|| conflict("user", LAST_ADMIN))?.ok_or_else(|| not_found("user"))
}

/// Sets a user's password and ends its sessions, except one.
///
/// # Errors
/// There is no such user, or the password cannot be taken.
pub async fn set_password(
    db: &Db,
    hasher: &Hasher,
    by: &Actor,
    user: &User,
    password: SecretString,
    keep: Option<[u8; 32]>,
) -> Result<(), AppError> {
    password::check(&password, &user.email)?;
    let (hash, id) = (hasher.hash(password).await?, user.id);
    let entry = by.entry(Action::UserPasswordChanged, id, &user.email, "");
    let found = db
        .write(move |c| {
            Box::pin(async move {
                sessions::delete_of_user(c, id, keep.as_ref()).await?;
                audit::insert(c, &entry).await?;
                users::set_password(c, id, &hash).await
            })
        })
        .await?;
    if found { Ok(()) } else { Err(not_found("user")) }
}

/// Changes one's own password; the other sessions end and this one gets a new id.
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
    // The old password could be guessed here as well as at the login.
    state.auth.throttle.begin(&user.email, address)?;
    let found = users::with_hash(&mut *state.db.read().await?, &user.email).await?;
    if !state.auth.hasher.verify(old, found.map(|(_, hash)| hash)).await? {
        return Err(invalid("old_password", "old password: it is not the one you log in with"));
    }
    state.auth.throttle.succeeded(&user.email);
    let keep = session.id().map(super::session::hash);
    let by = Actor::user(user, address, state.clock.now_ms());
    set_password(&state.db, &state.auth.hasher, &by, user, new, keep).await?;
    login::renew(session).await
}
