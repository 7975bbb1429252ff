//! The path of a webhook: from the request to the commit. See `docs/architecture.md`.

pub(crate) mod answer;
pub(crate) mod bodies;
mod credentials;
pub(crate) mod facts;
pub(crate) mod limits;
pub(crate) mod own_event;
mod receipt;
pub(crate) mod receive;
mod refusal_log;
pub(crate) mod refusals;
pub(crate) mod test_event;

pub use receive::{receive, unknown};

use crate::{
    db::{Db, DbError, disk::DiskGuard, writer::KeptBodies},
    destinations::Destinations,
    endpoints::registry::Registry,
    runtime::{clock::Clock, config::Settings},
    telemetry::metrics::Metrics,
};
use bodies::Bodies;
use limits::Limits;
use refusals::Refusals;
use std::{ops::Deref, sync::Arc};

/// What the ingest route needs; cheap to clone.
#[derive(Clone, Debug)]
pub struct Ingest(Arc<Parts>);

/// What the route shares with the rest of the server.
#[derive(Debug)]
pub struct Shared {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) settings: Arc<Settings>,
    /// The URL under which senders reach us, without a slash at its end.
    pub(crate) base_url: Arc<str>,
    /// The room on the disk, as it was a moment ago.
    pub(crate) disk: DiskGuard,
    pub(crate) metrics: Metrics,
    /// Where what is accepted goes.
    pub(crate) destinations: Destinations,
}

/// What [`Ingest`] is made of.
#[derive(Debug)]
pub struct Parts {
    shared: Shared,
    /// The endpoints and their opened secrets, in memory.
    pub registry: Registry,
    /// Rates.
    pub limits: Limits,
    /// The room for bodies of requests, those of forms and of the API as well.
    pub bodies: Arc<Bodies>,
    /// How much is kept of what makes no event.
    pub kept: Arc<KeptBodies>,
    /// What was answered without being stored.
    pub refusals: Arc<Refusals>,
}

impl Ingest {
    /// Loads the endpoints.
    pub async fn load(shared: Shared) -> Result<Self, DbError> {
        let settings = &shared.settings;
        Ok(Self(Arc::new(Parts {
            registry: Registry::load(&shared.db, settings.allowed_references()).await?,
            limits: Limits::new(settings),
            bodies: Arc::new(Bodies::new(settings)),
            kept: Arc::new(KeptBodies::new(
                settings.kept_body,
                u64::from(settings.duplicate_bytes_per_minute),
            )),
            refusals: Arc::new(Refusals::default()),
            shared,
        })))
    }
}

impl Deref for Ingest {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Deref for Parts {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.shared
    }
}
