//! Making and changing users.

use super::{
    Session,
    login::normal_email,
    password::{Hasher, Lane},
    session::Token,
    throttle::Attempt,
};
use crate::{
    auth::Auth,
    db::{Db, ResultExt as _, audit, devices, invites, sessions, tokens, users},
    model::{
        audit::{Action, Actor},
        error::{AppError, conflict, invalid, must_exist, not_found},
        ids::UserId,
        user::{Role, User},
    },
};
use secrecy::SecretString;
use std::net::IpAddr;

const LAST_ADMIN: &str = "This is the only admin who can log in. Make another user an admin first.";
const TAKEN: &str = "email: a user with this e-mail already exists";

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
    let entry = by.entry(Action::UserAdded, user.id, &user.email, format!("as {role}"));
    let mut tx = db.begin().await?;
    users::insert(&mut tx, &user, &hash).await.on_constraint("users.email", "email", TAKEN)?;
    audit::insert(&mut tx, &entry).await?;
    tx.commit().await?;
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
        Err(invalid("email", "email: must be an address such as ada@example.com"))
    }
}

/// Gives a user another role. It holds from the next request on. Open invites go with the role of admin: they would be a
/// way back.
///
/// # Errors
/// There is no such user, or it is the last admin.
pub async fn change_role(db: &Db, by: &Actor, id: UserId, role: Role) -> Result<User, AppError> {
    let mut tx = db.begin().await?;
    if role != Role::Admin {
        if !users::has_other_admin(&mut tx, id).await? {
            return Err(conflict("role", LAST_ADMIN));
        }
        invites::delete_open_by(&mut tx, id).await?;
    }
    let user = users::set_role(&mut tx, id, role).await?.ok_or_else(|| not_found("user"))?;
    let entry = by.entry(Action::UserRoleChanged, id, &user.email, format!("to {role}"));
    audit::insert(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(user)
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

/// Disables a user, which ends all its sessions and API tokens forever and withdraws its open invites; or enables it again.
///
/// # Errors
/// There is no such user, or it is the last admin.
pub async fn set_disabled(db: &Db, by: &Actor, id: UserId, disabled: bool) -> Result<Disabled, AppError> {
    let mut tx = db.begin().await?;
    let (mut revoked, mut detail) = (Vec::new(), String::new());
    if disabled {
        if !users::has_other_admin(&mut tx, id).await? {
            return Err(conflict("user", LAST_ADMIN));
        }
        // Each of these would be a way back.
        detail = ended(sessions::delete_of_user(&mut tx, id, None).await?);
        devices::delete_of_user(&mut tx, id).await?;
        invites::delete_open_by(&mut tx, id).await?;
        revoked = tokens::revoke_of(&mut tx, id, by.at).await?;
    }
    let changed = users::set_disabled(&mut tx, id, disabled.then_some(by.at)).await?;
    let user = changed.ok_or_else(|| not_found("user"))?;
    let action = if disabled { Action::UserDisabled } else { Action::UserEnabled };
    audit::insert(&mut tx, &by.entry(action, id, &user.email, detail)).await?;
    for (token, name) in &revoked {
        let why = format!("its owner {} was disabled", user.email);
        audit::insert(&mut tx, &by.entry(Action::TokenRevoked, token, name, why)).await?;
    }
    tx.commit().await?;
    Ok(Disabled { user, tokens: revoked.into_iter().map(|(_, name)| name).collect() })
}

/// Lets the failed logins of a user until now not count any more: the next login is looked at without a wait.
pub async fn unlock(db: &Db, by: &Actor, id: UserId) -> Result<User, AppError> {
    let mut tx = db.begin().await?;
    let user = users::unlock(&mut tx, id, by.at).await?.ok_or_else(|| not_found("user"))?;
    audit::insert(&mut tx, &by.entry(Action::UserUnlocked, id, &user.email, "")).await?;
    tx.commit().await?;
    Ok(user)
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
    let mut tx = db.begin().await?;
    must_exist(users::set_password(&mut tx, id, &hash).await?, "user")?;
    let detail = ended(sessions::delete_of_user(&mut tx, id, None).await?);
    devices::delete_of_user(&mut tx, id).await?;
    audit::insert(&mut tx, &by.entry(Action::UserPasswordChanged, id, &user.email, detail)).await?;
    Ok(tx.commit().await?)
}

/// Changes one's own password; the other sessions end and this one gets a new token.
///
/// # Errors
/// The old one is wrong or was tried too often, or the new one cannot be taken.
pub async fn change_own_password(
    auth: &Auth,
    session: &Session,
    address: IpAddr,
    user: &User,
    old: SecretString,
    new: SecretString,
) -> Result<(), AppError> {
    let current = session.hash().ok_or(AppError::Unauthenticated)?;
    let found = users::credentials(&mut auth.db.read().await?, &user.email).await?;
    let (old_hash, forgiven) =
        found.map(|found| (found.hash, found.unlocked_at)).ok_or_else(|| not_found("user"))?;
    // The old password could be guessed here as well as at the login; but nobody elsewhere gets in the way of it.
    let attempt = Attempt { email: &user.email, address, known: Some(current), forgiven };
    auth.throttle.begin(&attempt)?;
    if !auth.hasher.verify(Lane::Known, old, Some(old_hash.clone())).await? {
        return Err(invalid("old_password", "current password: wrong password"));
    }
    auth.throttle.succeeded(&attempt);
    let (hash, token, id) = (auth.hasher.choose(new, &user.email).await?, Token::new()?, user.id);
    let (by, renewed) = (Actor::user(user, address, auth.clock.now_ms()), token.hash());
    let mut tx = auth.db.begin().await?;
    // Someone may have set another one, and so ended this session, while the old one was checked.
    if !users::still_has(&mut tx, id, &old_hash).await?
        || !sessions::renew(&mut tx, &current, &renewed).await?
        || !users::set_password(&mut tx, id, &hash).await?
    {
        return Err(AppError::Unauthenticated);
    }
    let detail = ended(sessions::delete_of_user(&mut tx, id, Some(&renewed)).await?);
    audit::insert(&mut tx, &by.entry(Action::UserPasswordChanged, id, &user.email, detail)).await?;
    tx.commit().await?;
    session.set(&token).await
}
