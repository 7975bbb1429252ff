//! Forwards of many deliveries: what a bulk replay would meet, and what became of one.

use crate::{
    db::{Connection, DbError, deliveries::narrow},
    model::{
        filter::DeliveryFilter,
        ids::{DestinationId, JobId},
    },
};
use sqlx::FromRow;

/// Deliveries that a preview looks at, at most.
const LOOKED_AT: i64 = 10_000;

/// How the newest forwards of many deliveries to one destination stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Standing {
    /// The destination.
    pub destination_id: DestinationId,
    /// It took them.
    pub delivered: i64,
    /// Dead, or to be tried again.
    pub failing: i64,
    /// Before their first try.
    pub queued: i64,
}

/// By destination, how the deliveries of a filter stand, looking at the newest 10,000.
///
/// # Errors
/// [`DbError::TooSlow`] when a filter has to look through too much, or when the database fails.
pub async fn standings(
    connection: &mut Connection,
    filter: &DeliveryFilter,
    bounds: (Option<i64>, Option<i64>),
) -> Result<Vec<Standing>, DbError> {
    let mut query = connection.sql("WITH wanted AS (SELECT d.id FROM deliveries d WHERE 1 = 1");
    narrow(&mut query, filter, bounds);
    query.push(" ORDER BY d.id DESC LIMIT ").push_bind(LOOKED_AT);
    query.push(
        "), newest AS (SELECT max(f.id) AS id FROM wanted w \
         JOIN forwards f ON f.delivery_id = w.id GROUP BY f.delivery_id, f.destination_id) \
         SELECT f.destination_id, count(*) FILTER (WHERE f.state = 'delivered') AS delivered, \
         count(*) FILTER (WHERE f.state = 'dead' OR (f.state = 'queued' AND f.attempts > 0)) AS failing, \
         count(*) FILTER (WHERE f.state = 'queued' AND f.attempts = 0) AS queued \
         FROM newest JOIN forwards f ON f.id = newest.id GROUP BY f.destination_id",
    );
    query.all().await
}

/// What became of a job's replays to one destination.
#[derive(Clone, Debug, FromRow)]
pub struct Progress {
    /// Name of the destination.
    pub destination: String,
    /// It took them.
    pub delivered: i64,
    /// Tried, and to be tried again.
    pub retrying: i64,
    /// Without a try left.
    pub dead: i64,
    /// Before their first try.
    pub queued: i64,
    /// Never sent, because the job was stopped.
    pub skipped: i64,
}

/// What became of a job's replays, by destination.
pub async fn progress(connection: &mut Connection, job: JobId) -> Result<Vec<Progress>, DbError> {
    connection
        .sql(
            "SELECT d.name AS destination, count(*) FILTER (WHERE f.state = 'delivered') AS delivered, \
             count(*) FILTER (WHERE f.state = 'queued' AND f.attempts > 0) AS retrying, \
             count(*) FILTER (WHERE f.state = 'dead') AS dead, \
             count(*) FILTER (WHERE f.state = 'queued' AND f.attempts = 0) AS queued, \
             count(*) FILTER (WHERE f.state = 'skipped') AS skipped \
             FROM forwards f JOIN destinations d ON d.id = f.destination_id WHERE f.job_id = $1 \
             GROUP BY d.id ORDER BY d.name",
        )
        .bind(job)
        .all()
        .await
}

/// Whether a job has queued what nobody has tried yet.
pub async fn has_untried(connection: &mut Connection, job: JobId) -> Result<bool, DbError> {
    connection
        .sql("SELECT EXISTS (SELECT 1 FROM forwards WHERE job_id = $1 AND state = 'queued' AND attempts = 0)")
        .bind(job)
        .scalar()
        .await
}

/// What a job says to the replays that it queued and nobody has tried yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tell {
    /// Wait: it is paused.
    Hold,
    /// Go on.
    Go,
    /// Do not go: it is stopped.
    Stay,
}

/// Tells at most `limit` of them. Says how many: fewer than `limit` means that all know.
pub async fn tell(connection: &mut Connection, job: JobId, what: Tell, limit: i64) -> Result<i64, DbError> {
    let statement = match what {
        Tell::Hold => {
            "UPDATE forwards SET held = TRUE WHERE id IN (SELECT id FROM forwards \
             WHERE job_id = $1 AND state = 'queued' AND attempts = 0 AND held = FALSE LIMIT $2)"
        }
        Tell::Go => {
            "UPDATE forwards SET held = FALSE WHERE id IN (SELECT id FROM forwards \
             WHERE job_id = $1 AND state = 'queued' AND attempts = 0 AND held = TRUE LIMIT $2)"
        }
        Tell::Stay => {
            "UPDATE forwards SET state = 'skipped', note = 'the replay of many was stopped' WHERE id IN (SELECT id \
             FROM forwards WHERE job_id = $1 AND state = 'queued' AND attempts = 0 LIMIT $2)"
        }
    };
    let done = connection.sql(statement).bind(job).bind(limit).run().await?;
    Ok(i64::try_from(done).unwrap_or(limit))
}
