//! What users change about themselves.

use crate::{
    app::kit::{
        act::{Done, Visitor, visit},
        paths,
    },
    auth::{accounts, own_sessions, require},
    db::tokens,
    model::{error::AppError, user::Role},
};
use leptos::prelude::*;

/// Changes the own password; the other sessions end.
#[server(prefix = "/do", endpoint = "change_password")]
pub async fn change_password(old_password: String, password: String) -> Result<(), AppError> {
    visit(paths::ACCOUNT, async move |Visitor { state, session, address }| {
        let user = require(Role::Viewer).await?;
        let (old, new) = (old_password.into(), password.into());
        accounts::change_own_password(&state.auth, &session, address, &user, old, new).await?;
        let counts = tokens::count_by_owner(&mut state.db.read().await?, state.clock.now_ms()).await?;
        let stay = match counts.iter().find(|(id, _)| *id == user.id) {
            None => String::new(),
            Some((_, 1)) => " Your API token remains valid.".to_owned(),
            Some((_, count)) => format!(" Your {count} API tokens remain valid."),
        };
        Ok(Done::here(format!("Your password was changed and your other sessions were logged out.{stay}")))
    })
    .await
}

/// Ends one of the own sessions.
#[server(prefix = "/do", endpoint = "end_session")]
pub async fn end_session(id: String) -> Result<(), AppError> {
    visit(paths::ACCOUNT, async move |Visitor { state, address, .. }| {
        let user = require(Role::Viewer).await?;
        own_sessions::end(&state.auth, &user, address, &id).await?;
        Ok(Done::here("That session was logged out."))
    })
    .await
}
