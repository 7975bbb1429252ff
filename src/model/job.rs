//! Work on many deliveries, done in slices beside everything else.

use super::{
    destination::ReplayMode,
    ids::{DeliveryId, DestinationId, JobId},
};

/// What a job does with each delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(rename_all = "lowercase"))]
pub enum JobKind {
    /// Verifies it again.
    Reverify,
    /// Sends it again.
    Replay,
}

/// How a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(rename_all = "lowercase"))]
pub enum JobState {
    /// It goes on, also after a restart.
    Running,
    /// It waits until a person resumes it.
    Paused,
    /// A person stops it: what it queued is being taken back, also after a restart.
    Stopping,
    /// All is done.
    Done,
    /// A person stopped it; what was done stays done.
    Cancelled,
    /// It could not go on; its note and the log say why.
    Failed,
}

/// Work on the deliveries of a filter.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// What it does.
    pub kind: JobKind,
    /// Query string of the filter, with absolute times.
    pub filter: String,
    /// Replay: where to; none: to where each delivery failed.
    pub destinations: Vec<DestinationId>,
    /// Replay: how.
    pub mode: ReplayMode,
    /// Replay: requests a minute; none: as fast as they go.
    pub rate: Option<i64>,
    /// Deliveries from here on are no part of it.
    pub before_id: DeliveryId,
    /// Everything up to here is done.
    pub cursor: DeliveryId,
    /// How it stands.
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
