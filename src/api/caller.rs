//! Who calls: the API token of a request.

use crate::{
    auth::tokens,
    client_addr::ClientAddr,
    error::AppError,
    model::{audit::Actor, token::ApiToken, user::Role},
    state::AppState,
};
use axum::{extract::FromRequestParts, http::request::Parts};

/// A program with a token that may be used now.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub(super) token: ApiToken,
    /// Of the token: a stream looks it up again and again.
    pub(super) hash: [u8; 32],
    pub(super) client: ClientAddr,
}

impl Caller {
    /// Whether its role suffices. Every handler asks first.
    pub(super) fn require(&self, needed: Role) -> Result<(), AppError> {
        if self.token.role < needed { Err(AppError::Forbidden { needed }) } else { Ok(()) }
    }

    /// As the audit log names it.
    pub(super) fn actor(&self, now: i64) -> Actor {
        Actor {
            user: None,
            name: format!("token {}", self.token.name),
            client: Some(self.client.0.to_string()),
            at: now,
        }
    }
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, AppError> {
        let hash = tokens::presented(&parts.headers).ok_or(AppError::NoToken)?;
        let token = tokens::authenticate(state, &hash).await?;
        Ok(Self { token, hash, client: ClientAddr::of(&parts.extensions) })
    }
}
