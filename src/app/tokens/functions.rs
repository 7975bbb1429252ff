//! What admins do about API tokens.

use crate::{
    app::kit::{
        act::{Done, Form, act},
        description::form,
        paths,
        shown_once::ShownOnce,
    },
    auth::tokens::{self, NewToken},
    model::{
        error::{AppError, invalid},
        ids::{TokenId, UserId},
        token::Scope,
        user::Role,
    },
};
use leptos::prelude::*;

use secrecy::ExposeSecret;

/// A new token, until it was shown.
pub(crate) const NEW_TOKEN: ShownOnce = ShownOnce("new_token");

form! {
    /// A token as its form gives it.
    pub struct TokenForm {
        name,
        /// Word of the role that it has at most; empty: the weakest that its scopes need.
        role,
        /// Words of the parts of the API that it opens; none: all that the role may.
        scopes: list,
        /// Names of the endpoints whose deliveries it sees; none: every endpoint.
        endpoints: list,
        /// Days until it expires; empty: never.
        days,
    }
}

impl TokenForm {
    fn read(self, owner: Option<UserId>) -> Result<NewToken, AppError> {
        let Self { name, role, scopes, endpoints, days } = self;
        let role = match role.as_str() {
            "" => None,
            word => Some(word.parse::<Role>().map_err(|sentence| invalid("role", sentence))?),
        };
        let scopes = scopes.iter().filter(|word| !word.is_empty()).map(|word| word.parse::<Scope>());
        let scopes = scopes.collect::<Result<_, _>>().map_err(|sentence| invalid("scopes", sentence))?;
        let endpoints = endpoints.into_iter().filter(|name| !name.is_empty()).collect();
        if name.trim().is_empty() {
            return Err(invalid("name", "name: describe what the token is for, such as ci"));
        }
        let days = match days.trim() {
            "" => None,
            days => Some(days.parse().map_err(|_| invalid("days", "days: must be a whole number or empty"))?),
        };
        Ok(NewToken { name, role, scopes, endpoints, days, owner })
    }
}

/// Makes an API token that belongs to the admin who asks; it is shown on the next page, once.
#[server(prefix = "/do", endpoint = "add_token")]
pub async fn add_token(#[server(flatten)] form: TokenForm) -> Result<(), AppError> {
    let back = Form::on(paths::TOKENS).keeping_all(form.typed());
    act(Role::Admin, back, async move |state, by| {
        let (made, text) = tokens::add(&state.db, &by, form.read(by.user)?).await?;
        NEW_TOKEN.keep(&state, &made.name, text.expose_secret()).await?;
        Ok(Done::here(""))
    })
    .await
}

/// Revokes an API token forever.
#[server(prefix = "/do", endpoint = "revoke_token")]
pub async fn revoke_token(id: TokenId) -> Result<(), AppError> {
    act(Role::Admin, paths::TOKENS, async move |state, by| {
        let name = tokens::revoke(&state.db, &by, id).await?;
        Ok(Done::here(format!("{name} was revoked.")))
    })
    .await
}
