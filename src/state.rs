//! What every request handler shares.

pub(crate) mod readiness;

use crate::{
    alerts::Board,
    auth::Auth,
    db::{Db, disk::DiskGuard},
    destinations::Destinations,
    ingest::Ingest,
    live::Live,
    net::GuardedClient,
    runtime::{clock::Clock, config::Settings},
    state::readiness::Readiness,
    telemetry::{
        metrics::Metrics,
        tasks::{Stop, Tasks},
    },
};
use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use std::sync::Arc;
use tokio::sync::Notify;

/// Wakes the tasks that work on what is queued.
#[derive(Debug, Default)]
pub struct Wake {
    /// Something is to be sent to a destination.
    pub forwards: Notify,
    /// A job was started.
    pub jobs: Notify,
    /// A message about an incident is to be sent.
    pub notices: Notify,
    /// A person wants a copy of the database now.
    pub backups: Notify,
}

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
    /// Where events go, in memory.
    pub destinations: Destinations,
    /// Reaches destinations, and nothing that is private unless the operator allows it.
    pub guarded: GuardedClient,
    /// How many incidents are open.
    pub board: Board,
    /// Wakes tasks that wait for work.
    pub wake: Arc<Wake>,
    /// What is counted since the start.
    pub metrics: Metrics,
    /// Whether the server can do its work.
    pub readiness: Readiness,
    /// The room on the disk, as it was a moment ago.
    pub disk: DiskGuard,
    /// The background tasks, and whether they run.
    pub tasks: Tasks,
    /// Asks the background tasks to stop.
    pub stop: Stop,
    /// What Leptos needs to render.
    pub leptos: LeptosOptions,
}
