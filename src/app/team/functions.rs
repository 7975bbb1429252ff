//! What admins do about users. Each checks for an admin first.

use crate::{
    app::kit::{
        act::{Done, Form, act},
        paths,
        shown_once::ShownOnce,
    },
    auth::{accounts, invites},
    model::{
        error::{AppError, invalid},
        ids::{InviteId, UserId},
        user::Role,
    },
};
use leptos::prelude::*;

/// The link of a new invite, until it was shown.
pub(crate) const NEW_INVITE: ShownOnce = ShownOnce("new_invite");

fn role_of(text: &str) -> Result<Role, AppError> {
    text.parse().map_err(|sentence: String| invalid("role", sentence))
}

/// Invites someone; the link is shown on the next page, once.
#[server(prefix = "/do", endpoint = "invite_user")]
pub async fn invite_user(email: String, role: String) -> Result<(), AppError> {
    let back = Form::on(paths::TEAM).keeping("email", &email);
    act(Role::Admin, back, async move |state, by| {
        let link = invites::create(&state.auth, &by, &email, role_of(&role)?).await?;
        NEW_INVITE.keep(&state, &email, &link).await?;
        Ok(Done::here(""))
    })
    .await
}

/// Withdraws an open invite.
#[server(prefix = "/do", endpoint = "revoke_invite")]
pub async fn revoke_invite(id: InviteId) -> Result<(), AppError> {
    act(Role::Admin, paths::TEAM, async move |state, by| {
        invites::revoke(&state.auth, &by, id).await?;
        Ok(Done::here("Invite withdrawn. Its link no longer works."))
    })
    .await
}

/// Gives a user another role. Its API tokens may no more than the role from then on.
#[server(prefix = "/do", endpoint = "change_role")]
pub async fn change_role(id: UserId, role: String) -> Result<(), AppError> {
    act(Role::Admin, paths::TEAM, async move |state, by| {
        let user = accounts::change_role(&state.db, &by, id, role_of(&role)?).await?;
        Ok(Done::here(format!(
            "{} is now {}. This also limits the user's API tokens.",
            user.email, user.role
        )))
    })
    .await
}

/// Disables a user, which ends all its sessions and API tokens, or enables it again.
#[server(prefix = "/do", endpoint = "disable_user")]
pub async fn disable_user(id: UserId, disabled: bool) -> Result<(), AppError> {
    act(Role::Admin, paths::TEAM, async move |state, by| {
        let done = accounts::set_disabled(&state.db, &by, id, disabled).await?;
        let said = match (disabled, done.tokens.as_slice()) {
            (false, _) => "can log in again; previous API tokens stay revoked".to_owned(),
            (true, []) => "can no longer log in; all sessions ended".to_owned(),
            (true, tokens) => {
                format!(
                    "can no longer log in; all sessions ended and these API tokens were revoked: {}",
                    tokens.join(", ")
                )
            }
        };
        Ok(Done::here(format!("{} {said}.", done.user.email)))
    })
    .await
}

/// Lets the failed logins of a user not count any more.
#[server(prefix = "/do", endpoint = "unlock_user")]
pub async fn unlock_user(id: UserId) -> Result<(), AppError> {
    act(Role::Admin, paths::TEAM, async move |state, by| {
        let user = accounts::unlock(&state.db, &by, id).await?;
        Ok(Done::here(format!("{} was unlocked and can log in without waiting.", user.email)))
    })
    .await
}
