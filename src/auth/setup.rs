//! The first admin: made through a link that the log prints while there is no user, and never again after.

use super::{Session, accounts, invites, login::Opening};
use crate::{
    auth::Auth,
    crypto::{sha256, token},
    db::{self, DbError, users},
    model::{
        audit::{Action, Actor},
        error::{AppError, not_found},
        ids::InviteId,
        invite::{Invite, InviteKind},
        time::DAY_MS,
        user::{Role, User},
    },
};
use secrecy::SecretString;
use std::net::IpAddr;

/// While there is no user: makes a new link, valid for a day (older ones die), and returns it. The process prints it.
pub async fn announce(auth: &Auth) -> Result<Option<String>, DbError> {
    let (token, now) = (token::<{ invites::TOKEN_BYTES }>()?, auth.clock.now_ms());
    let invite = Invite {
        id: InviteId::new(),
        kind: InviteKind::Setup,
        email: None,
        role: Role::Admin,
        created_at: now,
        expires_at: now + DAY_MS,
    };
    let mut tx = auth.db.begin().await?;
    db::invites::delete_setup(&mut tx).await?;
    let is_open = !users::any(&mut tx).await?;
    if is_open {
        db::invites::insert(&mut tx, &invite, &sha256(token.as_bytes()), None).await?;
    }
    tx.commit().await?;
    Ok(is_open.then(|| format!("{}/setup/{token}", auth.base_url)))
}

/// The link that a token opens, while there is no user.
///
/// # Errors
/// It was used, its time has passed, or there is a user already (made on the command line).
pub async fn open(auth: &Auth, token: &str) -> Result<Invite, AppError> {
    if users::any(&mut auth.db.read().await?).await? {
        return Err(closed());
    }
    invites::open(auth, InviteKind::Setup, token).await
}

fn closed() -> AppError {
    not_found("link (the first admin already exists)")
}

/// Makes the first admin and logs it in.
///
/// # Errors
/// The link is not open any more, there is a user already, or e-mail or password cannot be taken.
pub async fn create_first_admin(
    auth: &Auth,
    session: &Session,
    address: IpAddr,
    token: &str,
    email: &str,
    password: SecretString,
) -> Result<User, AppError> {
    let invite = open(auth, token).await?;
    let (user, hash) =
        accounts::prepare(&auth.hasher, auth.clock.now_ms(), email, Role::Admin, password).await?;
    let now = auth.clock.now_ms();
    let opening = Opening::new(auth, session, user.id, address)?;
    let by = Actor::user(&user, address, now);
    let entry = by.entry(Action::UserAdded, user.id, &user.email, "as the first admin");
    let mut tx = auth.db.begin().await?;
    if users::any(&mut tx).await? || !db::invites::use_up(&mut tx, invite.id, now).await? {
        return Err(closed());
    }
    users::insert(&mut tx, &user, &hash).await?;
    db::audit::insert(&mut tx, &entry).await?;
    opening.rows.write(&mut tx).await?;
    tx.commit().await?;
    opening.tell(session).await?;
    Ok(user)
}
