//! What admins do about API tokens.

use crate::{error::AppError, model::ids::TokenId};
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use super::session::{acting, caller};
#[cfg(feature = "ssr")]
use crate::{
    app::{
        form::{finish, finish_keeping},
        shown_once::ShownOnce,
    },
    auth::tokens,
    error::invalid,
    model::user::Role,
};
#[cfg(feature = "ssr")]
use secrecy::ExposeSecret;

/// A new token, until it was shown.
#[cfg(feature = "ssr")]
pub(crate) const NEW_TOKEN: ShownOnce = ShownOnce("new_token");

#[cfg(feature = "ssr")]
const TOKENS: &str = "/settings/tokens";

/// Makes an API token; it is shown on the next page, once.
///
/// # Errors
/// No admin asks, or a value cannot be taken.
#[server(prefix = "/do", endpoint = "add_token")]
pub async fn add_token(
    /// Its name.
    name: String,
    /// Word of its role.
    role: String,
    /// Days until it expires; empty: never.
    #[server(default)]
    days: String,
) -> Result<(), AppError> {
    let typed = [("name", name.clone()), ("days", days.clone())];
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        let role: Role = role.parse().map_err(|sentence: String| invalid("role", sentence))?;
        if name.trim().is_empty() {
            return Err(invalid("name", "name: say what the token is for, such as ci"));
        }
        let days = match days.trim() {
            "" => None,
            days => Some(days.parse().map_err(|_| invalid("days", "days: give a whole number, or nothing"))?),
        };
        let (made, text) = tokens::add(&state.db, &by, &name, role, days).await?;
        let (_, session, _) = caller()?;
        NEW_TOKEN.keep(&state, &session, &made.name, text.expose_secret()).await?;
        Ok((TOKENS.to_owned(), String::new()))
    };
    let kept = typed.each_ref().map(|(field, text)| (*field, text.as_str()));
    finish_keeping(work.await, TOKENS, &kept).await
}

/// Revokes an API token for ever.
///
/// # Errors
/// No admin asks, or there is no such token in use.
#[server(prefix = "/do", endpoint = "revoke_token")]
pub async fn revoke_token(
    /// The token.
    id: TokenId,
) -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        let name = tokens::revoke(&state.db, &by, id).await?;
        Ok((TOKENS.to_owned(), format!("{name} is revoked: it opens nothing any more.")))
    };
    finish(work.await, TOKENS).await
}
