//! What every request handler shares.

use crate::{auth::Auth, clock::Clock, config::Settings, db::Db, ingest::Ingest, live::Live};
use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use std::sync::Arc;
use tokio::sync::Notify;

/// Shared by all handlers; cheap to clone.
#[derive(Clone, Debug, FromRef)]
pub struct AppState {
    /// The settings the process was started with.
    pub settings: Arc<Settings>,
    /// The URL under which people and senders reach us, without a slash at its end.
    pub base_url: Arc<str>,
    /// The time.
    pub clock: Clock,
    /// The database.
    pub db: Db,
    /// The ingest path: known endpoints, limits and counters.
    pub ingest: Ingest,
    /// The feed of live views.
    pub live: Live,
    /// Passwords, throttles and sessions.
    pub auth: Auth,
    /// Wakes the task that works on jobs.
    pub jobs: Arc<Notify>,
    /// What Leptos needs to render.
    pub leptos: LeptosOptions,
}
