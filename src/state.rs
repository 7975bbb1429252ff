//! What every request handler shares.

pub(crate) mod readiness;

use crate::{
    alerts::{Alerts, OpenCount, Sender},
    auth::Auth,
    db::{Db, DbError, disk::DiskGuard},
    destinations::Destinations,
    forward::Forwarding,
    ingest::{self, Ingest},
    live::Live,
    net::GuardedClient,
    runtime::{clock::Clock, config::Settings, wake::Wake},
    state::readiness::Readiness,
    telemetry::{
        metrics::Metrics,
        tasks::{Stop, Tasks},
    },
};
use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use std::{net::SocketAddr, sync::Arc};

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
    /// Sends events to destinations.
    pub forwarding: Forwarding,
    /// Watches what rules watch, and tells of it.
    pub alerts: Alerts,
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

/// Why the parts could not be made.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The client for destinations.
    #[error("cannot create the HTTP client for destinations: {0}")]
    Client(reqwest::Error),
    /// Two series of `/metrics` have one name.
    #[error("cannot set up metrics: {0}")]
    Metrics(#[from] prometheus::Error),
}

impl AppState {
    /// Makes the parts for a server that listens on `address`, from what the database holds.
    pub(crate) async fn new(
        settings: Settings,
        address: SocketAddr,
        clock: Clock,
        db: Db,
    ) -> Result<Self, StateError> {
        let base_url: Arc<str> = settings.base_url(address).into();
        let settings = Arc::new(settings);
        let guarded =
            GuardedClient::new(settings.allow_outbound.clone().into()).map_err(StateError::Client)?;
        let (wake, stop, disk): (Arc<Wake>, Stop, _) =
            (Arc::default(), Stop::default(), DiskGuard::new(&settings));
        let metrics = Metrics::new(clock.now_ms())?;
        let destinations = Destinations::load(&db).await?;
        let auth = Auth::new(db.clone(), clock.clone(), settings.clone(), base_url.clone());
        let live = Live::new(&settings, &db, auth.clone());
        let ingest = Ingest::load(ingest::Shared {
            db: db.clone(),
            clock: clock.clone(),
            settings: settings.clone(),
            base_url: base_url.clone(),
            disk: disk.clone(),
            metrics: metrics.clone(),
            destinations: destinations.clone(),
        })
        .await?;
        let forwarding = Forwarding {
            db: db.clone(),
            clock: clock.clone(),
            base_url: base_url.clone(),
            destinations: destinations.clone(),
            guarded: guarded.clone(),
            live: live.clone(),
            metrics: metrics.clone(),
            wake: wake.clone(),
            stop: stop.clone(),
        };
        let alerts = Alerts {
            db: db.clone(),
            clock: clock.clone(),
            settings: settings.clone(),
            disk: disk.clone(),
            sender: Sender::of(guarded.clone(), base_url.clone(), clock.clone()),
            wake: wake.clone(),
            open: OpenCount::default(),
            turn: Arc::default(),
        };
        Ok(Self {
            settings,
            base_url,
            clock,
            db,
            ingest,
            live,
            auth,
            destinations,
            guarded,
            forwarding,
            alerts,
            wake,
            metrics,
            readiness: Readiness::default(),
            disk,
            tasks: Tasks::default(),
            stop,
            leptos: LeptosOptions::builder().output_name("hookpost").site_root("target/site").build(),
        })
    }
}
