//! What admins do about users. Each checks for an admin first.

use crate::{
    error::AppError,
    model::ids::{InviteId, UserId},
};
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use super::session::{acting, caller};
#[cfg(feature = "ssr")]
use crate::{
    app::form::{finish, finish_keeping},
    auth::{accounts, invites},
    error::invalid,
    model::user::Role,
};

/// Under this key the session keeps a new invite's link until it was shown once.
#[cfg(feature = "ssr")]
pub(crate) const NEW_INVITE: &str = "new_invite";

#[cfg(feature = "ssr")]
const TEAM: &str = "/settings/team";

#[cfg(feature = "ssr")]
fn role_of(text: &str) -> Result<Role, AppError> {
    text.parse().map_err(|sentence: String| invalid("role", sentence))
}

/// Invites someone; the link is shown on the next page, once.
///
/// # Errors
/// No admin asks, or the e-mail cannot be taken.
#[server(prefix = "/do", endpoint = "invite_user")]
pub async fn invite_user(email: String, role: String) -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        let (_, session, _) = caller()?;
        let link = invites::create(&state, &by, &email, role_of(&role)?).await?;
        session.insert(NEW_INVITE, (&email, &link)).await.map_err(|_| AppError::Internal)?;
        Ok((TEAM.to_owned(), String::new()))
    };
    finish_keeping(work.await, TEAM, &[("email", &email)]).await
}

/// Withdraws an open invite.
///
/// # Errors
/// No admin asks, or there is no such open invite.
#[server(prefix = "/do", endpoint = "revoke_invite")]
pub async fn revoke_invite(id: InviteId) -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        invites::revoke(&state, &by, id).await?;
        Ok((TEAM.to_owned(), "The invite is withdrawn; its link does not work any more.".to_owned()))
    };
    finish(work.await, TEAM).await
}

/// Gives a user another role.
///
/// # Errors
/// No admin asks, there is no such user, or it is the last admin.
#[server(prefix = "/do", endpoint = "change_role")]
pub async fn change_role(id: UserId, role: String) -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        let user = accounts::change_role(&state.db, &by, id, role_of(&role)?).await?;
        Ok((TEAM.to_owned(), format!("{} is {} now.", user.email, user.role)))
    };
    finish(work.await, TEAM).await
}

/// Disables a user, which ends all its sessions, or enables it again.
///
/// # Errors
/// No admin asks, there is no such user, or it is the last admin.
#[server(prefix = "/do", endpoint = "disable_user")]
pub async fn disable_user(id: UserId, disabled: bool) -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        let user = accounts::set_disabled(&state.db, &by, id, disabled).await?;
        let said = if disabled { "cannot log in any more; all sessions ended" } else { "can log in again" };
        Ok((TEAM.to_owned(), format!("{} {said}.", user.email)))
    };
    finish(work.await, TEAM).await
}
