//! What users change about themselves.

use leptos::prelude::*;

use crate::{
    app::{kit::form::finish, login::functions::caller},
    auth::{accounts, own_sessions, require},
    db::tokens,
    model::{error::AppError, user::Role},
};

const ACCOUNT: &str = "/settings/account";

/// Changes the own password; the other sessions end.
#[server(prefix = "/do", endpoint = "change_password")]
pub async fn change_password(old_password: String, password: String) -> Result<(), AppError> {
    let work = async {
        let user = require(Role::Viewer).await?;
        let (state, session, address) = caller()?;
        let (old, new) = (old_password.into(), password.into());
        accounts::change_own_password(&state, &session, address.0, &user, old, new).await?;
        let counts = tokens::count_by_owner(&mut *state.db.read().await?, state.clock.now_ms()).await?;
        let stay = match counts.iter().find(|(id, _)| *id == user.id) {
            None => String::new(),
            Some((_, 1)) => " Your API token stays in force.".to_owned(),
            Some((_, count)) => format!(" Your {count} API tokens stay in force."),
        };
        Ok((ACCOUNT.to_owned(), format!("Your password is changed; your other sessions ended.{stay}")))
    };
    finish(work.await, ACCOUNT).await
}

/// Ends one of the own sessions.
#[server(prefix = "/do", endpoint = "end_session")]
pub async fn end_session(id: String) -> Result<(), AppError> {
    let work = async {
        let user = require(Role::Viewer).await?;
        let (state, _, address) = caller()?;
        own_sessions::end(&state, &user, address.0, &id).await?;
        Ok((ACCOUNT.to_owned(), "That session has ended.".to_owned()))
    };
    finish(work.await, ACCOUNT).await
}
