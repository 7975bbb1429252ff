//! What admins do about API tokens.

use leptos::prelude::*;

use crate::{
    app::{
        kit::{
            form::{finish, finish_keeping},
            shown_once::ShownOnce,
        },
        login::functions::{acting, caller},
    },
    auth::tokens::{self, NewToken},
    model::{
        error::{AppError, invalid},
        ids::TokenId,
        token::Scope,
        user::Role,
    },
};
use secrecy::ExposeSecret;

/// A new token, until it was shown.
pub(crate) const NEW_TOKEN: ShownOnce = ShownOnce("new_token");

const TOKENS: &str = "/settings/tokens";

/// Makes an API token that belongs to the admin who asks; it is shown on the next page, once.
#[server(prefix = "/do", endpoint = "add_token")]
pub async fn add_token(
    name: String,
    /// Word of the role that it has at most; empty: the weakest that its scopes need.
    #[server(default)]
    role: String,
    /// Words of the parts of the API that it opens; none: all that the role may.
    #[server(default)]
    scopes: Vec<String>,
    /// Names of the endpoints whose deliveries it sees; none: every endpoint.
    #[server(default)]
    endpoints: Vec<String>,
    /// Days until it expires; empty: never.
    #[server(default)]
    days: String,
) -> Result<(), AppError> {
    let typed = [
        ("name", name.clone()),
        ("days", days.clone()),
        ("scopes", scopes.join(" ")),
        ("endpoints", endpoints.join("\n")),
    ];
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        let role = match role.as_str() {
            "" => None,
            word => Some(word.parse::<Role>().map_err(|sentence| invalid("role", sentence))?),
        };
        let scopes = scopes.iter().filter(|word| !word.is_empty()).map(|word| word.parse::<Scope>());
        let scopes = scopes.collect::<Result<_, _>>().map_err(|sentence| invalid("scopes", sentence))?;
        let endpoints = endpoints.into_iter().filter(|name| !name.is_empty()).collect();
        if name.trim().is_empty() {
            return Err(invalid("name", "name: say what the token is for, such as ci"));
        }
        let days = match days.trim() {
            "" => None,
            days => Some(days.parse().map_err(|_| invalid("days", "days: give a whole number, or nothing"))?),
        };
        let new = NewToken { name, role, scopes, endpoints, days, owner: by.user };
        let (made, text) = tokens::add(&state.db, &by, new).await?;
        let (_, session, _) = caller()?;
        NEW_TOKEN.keep(&state, &session, &made.name, text.expose_secret()).await?;
        Ok((TOKENS.to_owned(), String::new()))
    };
    let kept = typed.each_ref().map(|(field, text)| (*field, text.as_str()));
    finish_keeping(work.await, TOKENS, &kept).await
}

/// Revokes an API token for ever.
#[server(prefix = "/do", endpoint = "revoke_token")]
pub async fn revoke_token(id: TokenId) -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        let name = tokens::revoke(&state.db, &by, id).await?;
        Ok((TOKENS.to_owned(), format!("{name} is revoked: it opens nothing any more.")))
    };
    finish(work.await, TOKENS).await
}
