//! What admins do about users. Each checks for an admin first.

use leptos::prelude::*;

use crate::{
    app::{
        kit::{
            form::{finish, finish_keeping},
            shown_once::ShownOnce,
        },
        login::functions::{acting, caller},
    },
    auth::{accounts, invites},
    model::{
        error::{AppError, invalid},
        ids::{InviteId, UserId},
        user::Role,
    },
};

/// The link of a new invite, until it was shown.
pub(crate) const NEW_INVITE: ShownOnce = ShownOnce("new_invite");

const TEAM: &str = "/settings/team";

fn role_of(text: &str) -> Result<Role, AppError> {
    text.parse().map_err(|sentence: String| invalid("role", sentence))
}

/// Invites someone; the link is shown on the next page, once.
#[server(prefix = "/do", endpoint = "invite_user")]
pub async fn invite_user(email: String, role: String) -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        let (_, session, _) = caller()?;
        let link = invites::create(&state, &by, &email, role_of(&role)?).await?;
        NEW_INVITE.keep(&state, &session, &email, &link).await?;
        Ok((TEAM.to_owned(), String::new()))
    };
    finish_keeping(work.await, TEAM, &[("email", &email)]).await
}

/// Withdraws an open invite.
#[server(prefix = "/do", endpoint = "revoke_invite")]
pub async fn revoke_invite(id: InviteId) -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        invites::revoke(&state, &by, id).await?;
        Ok((TEAM.to_owned(), "The invite is withdrawn; its link does not work any more.".to_owned()))
    };
    finish(work.await, TEAM).await
}

/// Gives a user another role. Its API tokens may no more than the role from then on.
#[server(prefix = "/do", endpoint = "change_role")]
pub async fn change_role(id: UserId, role: String) -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        let user = accounts::change_role(&state.db, &by, id, role_of(&role)?).await?;
        Ok((
            TEAM.to_owned(),
            format!("{} is {} now; API tokens of this user can do no more than that.", user.email, user.role),
        ))
    };
    finish(work.await, TEAM).await
}

/// Disables a user, which ends all its sessions and API tokens, or enables it again.
#[server(prefix = "/do", endpoint = "disable_user")]
pub async fn disable_user(id: UserId, disabled: bool) -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        let done = accounts::set_disabled(&state.db, &by, id, disabled).await?;
        let said = match (disabled, done.tokens.as_slice()) {
            (false, _) => "can log in again; API tokens of before stay revoked".to_owned(),
            (true, []) => "cannot log in any more; all sessions ended".to_owned(),
            (true, tokens) => {
                format!(
                    "cannot log in any more; all sessions ended, and these API tokens: {}",
                    tokens.join(", ")
                )
            }
        };
        Ok((TEAM.to_owned(), format!("{} {said}.", done.user.email)))
    };
    finish(work.await, TEAM).await
}

/// Lets the failed logins of a user not count any more.
#[server(prefix = "/do", endpoint = "unlock_user")]
pub async fn unlock_user(id: UserId) -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        let user = accounts::unlock(&state.db, &by, id).await?;
        Ok((
            TEAM.to_owned(),
            format!("{} is unlocked: the next login is looked at without a wait.", user.email),
        ))
    };
    finish(work.await, TEAM).await
}
