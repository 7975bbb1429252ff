//! Logging in and out, the first admin, and taking an invite. For people who have no session yet: each checks a password
//! or a one-time token.

use leptos::prelude::*;

use crate::{
    app::kit::form::{finish, finish_keeping},
    auth::{Session, invites, login, next_page, require, setup},
    model::{
        audit::{Action, Actor},
        error::AppError,
        filter::percent_encode,
        user::Role,
    },
    net::client_addr::ClientAddr,
    state::AppState,
};

/// The session and the address of the request that runs.
pub(crate) fn caller() -> Result<(AppState, Session, ClientAddr), AppError> {
    let state = use_context::<AppState>().ok_or(AppError::Internal)?;
    let parts = use_context::<axum::http::request::Parts>().ok_or(AppError::Internal)?;
    let session = parts.extensions.get::<Session>().cloned().ok_or(AppError::Internal)?;
    Ok((state, session, ClientAddr::of(&parts.extensions)))
}

/// The state, and the user of the request that runs as the audit log names it; it must have at least this role.
pub(crate) async fn acting(needed: Role) -> Result<(AppState, Actor), AppError> {
    let user = require(needed).await?;
    let (state, _, address) = caller()?;
    let by = Actor::user(&user, address.0, state.clock.now_ms());
    Ok((state, by))
}

/// Writes down what somebody did that changes nothing that has entries of its own; of very many in an hour the rest together.
pub(crate) async fn note(state: &AppState, by: &Actor, action: Action, id: &str, object: &str, detail: &str) {
    let who = by.user.map(|id| id.to_string()).unwrap_or_default();
    state.auth.notes.note(&state.db, &who, by.entry(action, id, object, detail)).await;
}

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
    let work = async {
        let (state, session, address) = caller()?;
        login::log_in(&state, &session, address.0, &email, password.into()).await?;
        Ok((next_page(&next).unwrap_or("/").to_owned(), String::new()))
    };
    let back =
        if next.is_empty() { "/login".to_owned() } else { format!("/login?next={}", percent_encode(&next)) };
    finish_keeping(work.await, &back, &[("email", &email)]).await
}

/// Ends the session.
#[server(prefix = "/do", endpoint = "logout")]
pub async fn log_out() -> Result<(), AppError> {
    let work = async {
        let (state, session, address) = caller()?;
        login::log_out(&state, &session, address.0).await?;
        Ok(("/login".to_owned(), "You are logged out.".to_owned()))
    };
    finish(work.await, "/login").await
}

/// Makes the first admin with the token of the set-up link.
///
/// # Errors
/// The link is not open any more, or e-mail or password cannot be taken.
#[server(prefix = "/do", endpoint = "create_first_admin")]
pub async fn create_first_admin(token: String, email: String, password: String) -> Result<(), AppError> {
    let work = async {
        let (state, session, address) = caller()?;
        setup::create_first_admin(&state, &session, address.0, &token, &email, password.into()).await?;
        Ok(("/".to_owned(), "Welcome. You are the first admin.".to_owned()))
    };
    finish_keeping(work.await, &format!("/setup/{}", percent_encode(&token)), &[("email", &email)]).await
}

/// Takes an invite: makes the user and logs it in.
///
/// # Errors
/// The link is not open any more, or the password cannot be taken.
#[server(prefix = "/do", endpoint = "accept_invite")]
pub async fn accept_invite(token: String, password: String) -> Result<(), AppError> {
    let work = async {
        let (state, session, address) = caller()?;
        invites::accept(&state, &session, address.0, &token, password.into()).await?;
        Ok(("/".to_owned(), "Welcome.".to_owned()))
    };
    finish(work.await, &format!("/invite/{}", percent_encode(&token))).await
}
