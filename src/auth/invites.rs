//! One-time links by which users come in. Only the hash of a token is kept; each works once and until its time.

use super::{Session, accounts, login::Opening};
use crate::{
    auth::Auth,
    crypto::{sha256, token},
    db::{ResultExt as _, audit, invites, users},
    model::{
        audit::{Action, Actor},
        error::{AppError, conflict, must_exist, not_found},
        ids::InviteId,
        invite::{Invite, InviteKind},
        time::DAY_MS,
        user::{Role, User},
    },
};
use secrecy::SecretString;
use std::net::IpAddr;

const INVITE_DAYS: i64 = 7;
/// Bytes of randomness in a token.
pub(super) const TOKEN_BYTES: usize = 32;

/// Invites someone and returns the link, which is never shown again.
///
/// # Errors
/// The e-mail cannot be taken, or there is such a user already.
pub async fn create(auth: &Auth, by: &Actor, email: &str, role: Role) -> Result<String, AppError> {
    let email = accounts::check_email(email)?;
    if users::with_hash(&mut auth.db.read().await?, &email).await?.is_some() {
        return Err(conflict("email", "email: a user with this e-mail already exists"));
    }
    let (token, now) = (token::<TOKEN_BYTES>()?, auth.clock.now_ms());
    let invite = Invite {
        id: InviteId::new(),
        kind: InviteKind::Invite,
        email: Some(email),
        role,
        created_at: now,
        expires_at: now + INVITE_DAYS * DAY_MS,
    };
    let invited = invite.email.as_deref().unwrap_or_default();
    let entry = by.entry(Action::InviteAdded, invite.id, invited, format!("as {role}"));
    let mut tx = auth.db.begin().await?;
    // Whoever lost the role a moment ago makes no way back.
    if let Some(id) = by.user
        && !users::by_id(&mut tx, id).await?.is_some_and(|user| user.is_admin_now())
    {
        return Err(AppError::Forbidden { needed: Role::Admin });
    }
    invites::insert(&mut tx, &invite, &sha256(token.as_bytes()), by.user).await?;
    audit::insert(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(format!("{}/invite/{token}", auth.base_url))
}

/// The invite that a token opens, if it is still open.
///
/// # Errors
/// It was used or revoked, or its time has passed.
pub async fn open(auth: &Auth, kind: InviteKind, token: &str) -> Result<Invite, AppError> {
    let hash = sha256(token.as_bytes());
    let found = invites::by_token(&mut auth.db.read().await?, &hash, auth.clock.now_ms()).await?;
    found.filter(|invite| invite.kind == kind).ok_or_else(|| not_found("link (already used or expired)"))
}

/// Takes an invite: makes the user and logs it in.
///
/// # Errors
/// The link is not open any more, or the password cannot be taken.
pub async fn accept(
    auth: &Auth,
    session: &Session,
    address: IpAddr,
    token: &str,
    password: SecretString,
) -> Result<User, AppError> {
    let invite = open(auth, InviteKind::Invite, token).await?;
    let email = invite.email.clone().unwrap_or_default();
    let (user, hash) =
        accounts::prepare(&auth.hasher, auth.clock.now_ms(), &email, invite.role, password).await?;
    let now = auth.clock.now_ms();
    let opening = Opening::new(auth, session, user.id, address)?;
    let by = Actor::user(&user, address, now);
    let entry = by.entry(Action::UserAdded, user.id, &user.email, format!("as {}, by an invite", user.role));
    let mut tx = auth.db.begin().await?;
    // Whoever marks the link as used has it; the other of two at once finds it gone.
    must_exist(invites::use_up(&mut tx, invite.id, now).await?, "link (already used)")?;
    let inserted = users::insert(&mut tx, &user, &hash).await;
    inserted.on_constraint("users.email", "email", "email: a user with this e-mail already exists")?;
    audit::insert(&mut tx, &entry).await?;
    opening.rows.write(&mut tx).await?;
    tx.commit().await?;
    opening.tell(session).await?;
    Ok(user)
}

/// Withdraws an open invite.
pub async fn revoke(auth: &Auth, by: &Actor, id: InviteId) -> Result<(), AppError> {
    let mut tx = auth.db.begin().await?;
    let invite = invites::list_open(&mut tx, by.at).await?.into_iter().find(|invite| invite.id == id);
    let email = invite.and_then(|invite| invite.email).ok_or_else(|| not_found("open invite"))?;
    audit::insert(&mut tx, &by.entry(Action::InviteRevoked, id, &email, "")).await?;
    invites::use_up(&mut tx, id, by.at).await?;
    Ok(tx.commit().await?)
}
