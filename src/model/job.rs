//! Work on many deliveries, done in slices beside everything else.

use super::ids::{DeliveryId, JobId};

/// How a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(rename_all = "lowercase"))]
pub enum JobState {
    /// It goes on, also after a restart.
    Running,
    /// All is done.
    Done,
    /// A person stopped it; what was done stays done.
    Cancelled,
    /// It could not go on; the log says why.
    Failed,
}

/// Re-verification of the rejected deliveries of a filter.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// Query string of the filter, with absolute times.
    pub filter: String,
    /// Deliveries from here on are no part of it.
    pub before_id: DeliveryId,
    /// Everything up to here is done.
    pub cursor: DeliveryId,
    /// How it stands.
    pub state: JobState,
    /// Deliveries looked at.
    pub seen: i64,
    /// Deliveries that were accepted.
    pub changed: i64,
    /// How many there were when it began.
    pub total: i64,
    /// Who started it.
    pub actor: String,
    /// Unix ms.
    pub created_at: i64,
    /// Unix ms.
    pub ended_at: Option<i64>,
}
