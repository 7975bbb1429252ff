//! Logging in and out, the first admin, and taking an invite. For people who have no session yet: each checks a password
//! or a one-time token.

use crate::{
    app::kit::{
        act::{Done, Form, Visitor, visit},
        paths,
    },
    auth::{invites, login, next_page, setup},
    model::error::AppError,
};
use leptos::prelude::*;

/// Logs in and goes to `next`, a path on this host, or to the overview.
///
/// # Errors
/// E-mail or password is wrong, or there were too many attempts.
#[server(prefix = "/do", endpoint = "login")]
pub async fn log_in(
    email: String,
    password: String,
    #[server(default)] next: String,
) -> Result<(), AppError> {
    let back = Form::on(paths::login(&next)).keeping("email", &email);
    visit(back, async move |Visitor { state, session, address }| {
        login::log_in(&state.auth, &session, address, &email, password.into()).await?;
        Ok(Done::at(next_page(&next).unwrap_or(paths::OVERVIEW).to_owned(), ""))
    })
    .await
}

/// Ends the session.
#[server(prefix = "/do", endpoint = "logout")]
pub async fn log_out() -> Result<(), AppError> {
    visit(paths::LOGIN, async move |Visitor { state, session, address }| {
        login::log_out(&state.auth, &session, address).await?;
        Ok(Done::here("You are logged out."))
    })
    .await
}

/// Makes the first admin with the token of the set-up link.
///
/// # Errors
/// The link is not open any more, or e-mail or password cannot be taken.
#[server(prefix = "/do", endpoint = "create_first_admin")]
pub async fn create_first_admin(token: String, email: String, password: String) -> Result<(), AppError> {
    let back = Form::on(paths::setup(&token)).keeping("email", &email);
    visit(back, async move |Visitor { state, session, address }| {
        setup::create_first_admin(&state.auth, &session, address, &token, &email, password.into()).await?;
        Ok(Done::at("/", "Welcome. You are the first admin."))
    })
    .await
}

/// Takes an invite: makes the user and logs it in.
///
/// # Errors
/// The link is not open any more, or the password cannot be taken.
#[server(prefix = "/do", endpoint = "accept_invite")]
pub async fn accept_invite(token: String, password: String) -> Result<(), AppError> {
    visit(paths::invite(&token), async move |Visitor { state, session, address }| {
        invites::accept(&state.auth, &session, address, &token, password.into()).await?;
        Ok(Done::at("/", "Welcome."))
    })
    .await
}
