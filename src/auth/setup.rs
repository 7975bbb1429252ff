//! The first admin: made through a link that the log prints while there is no user, and never again after.

use super::{Session, accounts, invites, login::Opening};
use crate::{
    crypto::{sha256, token},
    db::{self, DbError, users},
    model::{
        audit::{Action, Actor},
        error::{AppError, not_found},
        ids::InviteId,
        invite::{Invite, InviteKind},
        user::{Role, User},
    },
    state::AppState,
};
use secrecy::SecretString;
use std::net::IpAddr;

const DAY_MS: i64 = 86_400_000;

/// While there is no user: makes a new link, valid for a day (older ones die), and returns it. The process prints it.
pub async fn announce(state: &AppState) -> Result<Option<String>, DbError> {
    let (token, now) = (token::<{ invites::TOKEN_BYTES }>()?, state.clock.now_ms());
    let invite = Invite {
        id: InviteId::new(),
        kind: InviteKind::Setup,
        email: None,
        role: Role::Admin,
        created_at: now,
        expires_at: now + DAY_MS,
    };
    let hash = sha256(token.as_bytes());
    let open = state
        .db
        .write(move |c| {
            Box::pin(async move {
                db::invites::delete_setup(c).await?;
                if users::any(c).await? {
                    return Ok(false);
                }
                db::invites::insert(c, &invite, &hash, None).await?;
                Ok(true)
            })
        })
        .await?;
    Ok(open.then(|| format!("{}/setup/{token}", state.base_url)))
}

/// The link that a token opens, while there is no user.
///
/// # Errors
/// It was used, its time has passed, or there is a user already (made on the command line).
pub async fn open(state: &AppState, token: &str) -> Result<Invite, AppError> {
    if users::any(&mut *state.db.read().await?).await? {
        return Err(closed());
    }
    invites::open(state, InviteKind::Setup, token).await
}

fn closed() -> AppError {
    not_found("link (the first admin is there already)")
}

/// Makes the first admin and logs it in.
///
/// # Errors
/// The link is not open any more, there is a user already, or e-mail or password cannot be taken.
pub async fn create_first_admin(
    state: &AppState,
    session: &Session,
    address: IpAddr,
    token: &str,
    email: &str,
    password: SecretString,
) -> Result<User, AppError> {
    let invite = open(state, token).await?;
    let (user, hash) =
        accounts::prepare(&state.auth.hasher, state.clock.now_ms(), email, Role::Admin, password).await?;
    let (row, now) = (user.clone(), state.clock.now_ms());
    let opening = Opening::new(state, session, user.id, address)?;
    let rows = opening.rows.clone();
    let by = Actor::user(&user, address, now);
    let entry = by.entry(Action::UserAdded, user.id, &user.email, "as the first admin");
    let made = state
        .db
        .write(move |c| {
            Box::pin(async move {
                let open = !users::any(c).await? && db::invites::use_up(c, invite.id, now).await?;
                if open {
                    users::insert(c, &row, &hash).await?;
                    db::audit::insert(c, &entry).await?;
                    rows.write(c).await?;
                }
                Ok(open)
            })
        })
        .await?;
    if !made {
        return Err(closed());
    }
    opening.tell(session).await?;
    Ok(user)
}
