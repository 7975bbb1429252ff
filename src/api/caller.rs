//! Who calls: the API token of a request.

use crate::{
    auth::tokens,
    db::deliveries,
    model::{
        audit::{Action, Actor},
        error::{AppError, not_found},
        filter::DeliveryFilter,
        ids::{DeliveryId, EndpointId},
        token::{ApiToken, Scope},
    },
    net::client_addr::ClientAddr,
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
    /// The route, for the audit log.
    path: String,
}

impl Caller {
    /// Whether it may use this part of the API. Every handler asks first; what is refused is in the audit log.
    pub(super) async fn require(&self, state: &AppState, scope: Scope) -> Result<(), AppError> {
        if self.token.allows(scope) {
            return Ok(());
        }
        let refused = if scope.needs() > self.token.role_now() {
            AppError::Forbidden { needed: scope.needs() }
        } else {
            AppError::ScopeMissing { scope: scope.to_string() }
        };
        self.refuse(state, refused).await
    }

    /// For what concerns every endpoint: whether it sees all of them.
    pub(super) async fn require_every_endpoint(&self, state: &AppState) -> Result<(), AppError> {
        if self.token.endpoints.is_none() {
            return Ok(());
        }
        self.refuse(state, AppError::EndpointsLimited).await
    }

    async fn refuse(&self, state: &AppState, error: AppError) -> Result<(), AppError> {
        self.note(state, Action::AccessRefused, "", &self.path, &error.to_string()).await;
        Err(error)
    }

    /// Narrows a filter to what it sees.
    pub(super) fn narrow(&self, filter: DeliveryFilter) -> DeliveryFilter {
        DeliveryFilter { within: self.token.endpoints.clone(), ..filter }
    }

    /// Whether it sees deliveries of this endpoint.
    pub(super) fn sees(&self, endpoint: EndpointId) -> bool {
        self.token.sees(endpoint)
    }

    /// Makes sure that it sees this delivery. One of another endpoint is not there for it.
    pub(super) async fn require_delivery(&self, state: &AppState, id: DeliveryId) -> Result<(), AppError> {
        let Some(within) = &self.token.endpoints else { return Ok(()) };
        let mut connection = state.db.read().await?;
        let seen = deliveries::of_endpoints(&mut connection, &[id], within).await?;
        if seen.is_empty() { Err(not_found("delivery")) } else { Ok(()) }
    }

    /// Whether it is told what would do to send a request again as it stands.
    pub(super) fn sees_signatures(&self) -> bool {
        self.token.allows(Scope::Replay)
    }

    /// As the audit log names it; what it does is its owner's doing.
    pub(super) fn actor(&self, now: i64) -> Actor {
        Actor {
            user: self.token.owner.as_ref().map(|owner| owner.id),
            name: format!("token {}", self.token.name),
            client: Some(self.client.0.to_string()),
            at: now,
        }
    }

    /// Records what programs may do all day: a few entries an hour, the rest in one.
    pub(super) async fn note(&self, state: &AppState, action: Action, id: &str, object: &str, detail: &str) {
        let entry = self.actor(state.clock.now_ms()).entry(action, id, object, detail);
        state.auth.notes.note(&state.db, &self.token.id.to_string(), entry).await;
    }
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, AppError> {
        let hash = tokens::presented(&parts.headers).ok_or(AppError::NoToken)?;
        let client = ClientAddr::of(&parts.extensions);
        let token = tokens::authenticate(&state.auth, &hash, Some(client.0)).await?;
        state.ingest.limits.check_token(token.id)?;
        // Without what follows it: that may be anything.
        let path = parts.uri.path().chars().take(200).collect();
        Ok(Self { token, hash, client, path })
    }
}
