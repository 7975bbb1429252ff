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
    db::Db,
    runtime::{clock::Clock, config::Settings},
};
use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
};
use notes::Notes;
use password::Hasher;
use std::{ops::Deref, sync::Arc};
use throttle::Throttle;

/// Who may come in, and what is needed to tell; cheap to clone.
#[derive(Clone, Debug)]
pub struct Auth(Arc<Parts>);

/// What [`Auth`] is made of.
#[derive(Debug)]
pub struct Parts {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) settings: Arc<Settings>,
    /// The URL under which people reach us, without a slash at its end.
    pub(crate) base_url: Arc<str>,
    /// Hashes passwords, a few at a time.
    pub hasher: Hasher,
    /// Slows down guessing.
    pub throttle: Throttle,
    /// What anyone can cause again and again, on its way into the audit log.
    pub notes: Notes,
}

impl Auth {
    /// With nothing tried yet.
    pub(crate) fn new(db: Db, clock: Clock, settings: Arc<Settings>, base_url: Arc<str>) -> Self {
        Self(Arc::new(Parts {
            hasher: Hasher::new(settings.public_url.as_ref().map_or("", |url| url.as_str())),
            throttle: Throttle::new(clock.clone()),
            notes: Notes::default(),
            db,
            clock,
            settings,
            base_url,
        }))
    }
}

impl Deref for Auth {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// Puts the layers around the routes that people use. Outermost first: security headers, origin check, session, current
/// user, gate.
pub(crate) fn protect<S: Clone + Send + Sync + 'static>(routes: Router<S>, auth: &Auth) -> Router<S> {
    let shared = || auth.clone();
    routes
        .layer(from_fn(gate::gate))
        .layer(from_fn_with_state(shared(), current::load))
        .layer(from_fn_with_state(shared(), session::carry))
        .layer(session::layer(auth))
        .layer(from_fn(session::set_further_cookies))
        .layer(from_fn(csrf::require_origin))
        .layer(csrf::layer(auth))
        .layer(from_fn_with_state(shared(), headers::secure))
}
