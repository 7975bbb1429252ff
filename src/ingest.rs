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
    db::{Db, DbError, writer::KeptBodies},
    endpoints::registry::Registry,
    runtime::config::Settings,
};
use bodies::Bodies;
use limits::Limits;
use refusals::Refusals;
use std::sync::Arc;

/// What the ingest route needs; cheap to clone.
#[derive(Clone, Debug)]
pub struct Ingest {
    /// The endpoints and their opened secrets, in memory.
    pub registry: Registry,
    /// Rates.
    pub limits: Arc<Limits>,
    /// The room for bodies of requests, those of forms and of the API as well.
    pub bodies: Arc<Bodies>,
    /// How much is kept of what makes no event.
    pub kept: Arc<KeptBodies>,
    /// What was answered without being stored.
    pub refusals: Arc<Refusals>,
}

impl Ingest {
    /// Loads the endpoints.
    pub async fn load(settings: &Settings, db: &Db) -> Result<Self, DbError> {
        Ok(Self {
            registry: Registry::load(db, settings.allowed_references()).await?,
            limits: Arc::new(Limits::new(settings)),
            bodies: Arc::new(Bodies::new(settings)),
            kept: Arc::new(KeptBodies::new(
                settings.kept_body,
                u64::from(settings.duplicate_bytes_per_minute),
            )),
            refusals: Arc::new(Refusals::default()),
        })
    }
}
