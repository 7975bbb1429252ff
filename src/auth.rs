//! Who may do what: passwords, sessions, roles, and the layers around every page.
//!
//! Denied by default: [`gate`] lets nobody past the few public paths without a session, and every page, server function
//! and stream asks for its role again ([`require`], [`session_user`]).

pub mod accounts;
pub(crate) mod audit_export;
mod csrf;
mod current;
mod gate;
mod headers;
pub mod invites;
pub(crate) mod login;
pub(crate) mod notes;
pub(crate) mod own_sessions;
pub(crate) mod password;
mod session;
pub mod setup;
pub(crate) mod throttle;
pub mod tokens;

pub use current::{CurrentUser, require, require_user, session_user};
pub use gate::{has_users, next_page};
pub use headers::PageContext;
pub use session::Session;

use crate::{
    runtime::{clock::Clock, config::Settings},
    state::AppState,
};
use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
};
use notes::Notes;
use password::Hasher;
use std::sync::Arc;
use throttle::Throttle;

/// What logging in needs; cheap to clone.
#[derive(Clone, Debug)]
pub struct Auth {
    /// Hashes passwords, a few at a time.
    pub hasher: Hasher,
    /// Slows down guessing.
    pub throttle: Arc<Throttle>,
    /// What anyone can cause again and again, on its way into the audit log.
    pub notes: Arc<Notes>,
}

impl Auth {
    /// With nothing tried yet.
    pub fn new(settings: &Settings, clock: Clock) -> Self {
        Self {
            hasher: Hasher::new(settings.public_url.as_ref().map_or("", |url| url.as_str())),
            throttle: Arc::new(Throttle::new(clock)),
            notes: Arc::default(),
        }
    }
}

/// Puts the layers around the routes that people use. Outermost first: security headers, origin check, session, current
/// user, gate.
pub fn protect(routes: Router<AppState>, state: &AppState) -> Router<AppState> {
    let shared = || state.clone();
    routes
        .layer(from_fn(gate::gate))
        .layer(from_fn_with_state(shared(), current::load))
        .layer(from_fn_with_state(shared(), session::carry))
        .layer(session::layer(state))
        .layer(from_fn(session::set_further_cookies))
        .layer(from_fn(csrf::require_origin))
        .layer(csrf::layer(state))
        .layer(from_fn_with_state(shared(), headers::secure))
}
