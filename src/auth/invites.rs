//! One-time links by which users come in. Only the hash of a token is kept; each works once and until its time.

use super::{Session, accounts, login::Opening};
use crate::{
    crypto::{sha256, token},
    db::{audit, invites, users},
    model::{
        audit::{Action, Actor},
        error::{AppError, ResultExt, conflict, not_found},
        ids::InviteId,
        invite::{Invite, InviteKind},
        user::{Role, User},
    },
    state::AppState,
};
use secrecy::SecretString;
use std::net::IpAddr;

const DAY_MS: i64 = 86_400_000;
const INVITE_DAYS: i64 = 7;
/// Bytes of randomness in a token.
pub(super) const TOKEN_BYTES: usize = 32;

/// Invites someone and returns the link, which is never shown again.
///
/// # Errors
/// The e-mail cannot be taken, or there is such a user already.
pub async fn create(state: &AppState, by: &Actor, email: &str, role: Role) -> Result<String, AppError> {
    let email = accounts::check_email(email)?;
    if users::with_hash(&mut *state.db.read().await?, &email).await?.is_some() {
        return Err(conflict("email", "email: there is a user with this e-mail already"));
    }
    let (token, now) = (token::<TOKEN_BYTES>()?, state.clock.now_ms());
    let invite = Invite {
        id: InviteId::new(),
        kind: InviteKind::Invite,
        email: Some(email),
        role,
        created_at: now,
        expires_at: now + INVITE_DAYS * DAY_MS,
    };
    let hash = sha256(token.as_bytes());
    let invited = invite.email.as_deref().unwrap_or_default();
    let (entry, user) = (by.entry(Action::InviteAdded, invite.id, invited, format!("as {role}")), by.user);
    let invited = state
        .db
        .write(move |c| {
            Box::pin(async move {
                // Whoever lost the role a moment ago makes no way back.
                if let Some(id) = user
                    && !users::by_id(c, id).await?.is_some_and(|user| user.is_admin_now())
                {
                    return Ok(false);
                }
                invites::insert(c, &invite, &hash, user).await?;
                audit::insert(c, &entry).await?;
                Ok(true)
            })
        })
        .await?;
    if invited {
        Ok(format!("{}/invite/{token}", state.base_url))
    } else {
        Err(AppError::Forbidden { needed: Role::Admin })
    }
}

/// The invite that a token opens, if it is still open.
///
/// # Errors
/// It was used or revoked, or its time has passed.
pub async fn open(state: &AppState, kind: InviteKind, token: &str) -> Result<Invite, AppError> {
    let hash = sha256(token.as_bytes());
    let found = invites::by_token(&mut *state.db.read().await?, &hash, state.clock.now_ms()).await?;
    found
        .filter(|invite| invite.kind == kind)
        .ok_or_else(|| not_found("link (it was used already, or its time has passed)"))
}

/// Takes an invite: makes the user and logs it in.
///
/// # Errors
/// The link is not open any more, or the password cannot be taken.
pub async fn accept(
    state: &AppState,
    session: &Session,
    address: IpAddr,
    token: &str,
    password: SecretString,
) -> Result<User, AppError> {
    let invite = open(state, InviteKind::Invite, token).await?;
    let email = invite.email.clone().unwrap_or_default();
    let (user, hash) =
        accounts::prepare(&state.auth.hasher, state.clock.now_ms(), &email, invite.role, password).await?;
    let (row, now) = (user.clone(), state.clock.now_ms());
    let opening = Opening::new(state, session, user.id, address)?;
    let rows = opening.rows.clone();
    let by = Actor::user(&user, address, now);
    let entry = by.entry(Action::UserAdded, user.id, &user.email, format!("as {}, by an invite", user.role));
    let taken = state
        .db
        .write(move |c| {
            Box::pin(async move {
                // Whoever marks the link as used has it; the other of two at once finds it gone.
                let taken = invites::use_up(c, invite.id, now).await?;
                if taken {
                    users::insert(c, &row, &hash).await?;
                    audit::insert(c, &entry).await?;
                    rows.write(c).await?;
                }
                Ok(taken)
            })
        })
        .await
        .on_constraint("users.email", "email", "email: there is a user with this e-mail already")?;
    if !taken {
        return Err(not_found("link (it was used already)"));
    }
    opening.tell(session).await?;
    Ok(user)
}

/// Withdraws an open invite.
pub async fn revoke(state: &AppState, by: &Actor, id: InviteId) -> Result<(), AppError> {
    let by = by.clone();
    let found = state
        .db
        .write(move |c| {
            Box::pin(async move {
                let invite = invites::list_open(c, by.at).await?.into_iter().find(|invite| invite.id == id);
                let Some(email) = invite.and_then(|invite| invite.email) else { return Ok(false) };
                audit::insert(c, &by.entry(Action::InviteRevoked, id, &email, "")).await?;
                invites::use_up(c, id, by.at).await
            })
        })
        .await?;
    if found { Ok(()) } else { Err(not_found("open invite")) }
}
