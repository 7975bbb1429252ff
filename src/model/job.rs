//! Work on many deliveries, done in slices beside everything else.

use super::words::words;
use super::{
    destination::ReplayMode,
    ids::{DeliveryId, DestinationId, JobId},
};

words! {
    /// What a job does with each delivery.
    pub enum JobKind("kind") {
        /// Verifies it again.
        Reverify = "reverify";
        /// Sends it again.
        Replay = "replay";
    }
}

words! {
    /// How a job stands.
    pub enum JobState("state") {
        /// It goes on, also after a restart.
        Running = "running";
        /// It waits until a person resumes it.
        Paused = "paused";
        /// A person stops it: what it queued is being taken back, also after a restart.
        Stopping = "stopping";
        /// All is done.
        Done = "done";
        /// A person stopped it; what was done stays done.
        Cancelled = "cancelled";
        /// It could not go on; its note and the log say why.
        Failed = "failed";
    }
}

/// Work on the deliveries of a filter.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// What it does.
    pub kind: JobKind,
    /// Query string of the filter, with absolute times.
    pub filter: String,
    /// Replay: where to; none: to where each delivery failed.
    #[cfg_attr(feature = "ssr", sqlx(json))]
    pub destinations: Vec<DestinationId>,
    /// Replay: how.
    pub mode: ReplayMode,
    /// Replay: requests a minute; none: as fast as they go.
    pub rate: Option<i64>,
    /// Deliveries from here on are no part of it.
    pub before_id: DeliveryId,
    /// Everything up to here is done.
    pub cursor: DeliveryId,
    /// Running, paused, ended …
    pub state: JobState,
    /// What it queued is still to be told of its state.
    pub sweep: bool,
    /// Why it failed, for people.
    pub note: Option<String>,
    /// Deliveries looked at.
    pub seen: i64,
    /// Deliveries that were accepted, or replays that were queued.
    pub changed: i64,
    /// How many deliveries there were when it began.
    pub total: i64,
    /// Who started it.
    pub actor: String,
    /// Unix ms.
    pub created_at: i64,
    /// Unix ms.
    pub ended_at: Option<i64>,
}
