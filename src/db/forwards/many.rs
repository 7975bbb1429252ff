//! Forwards of many deliveries: what a bulk replay would meet, and what became of one.

use crate::{
    db::{DbError, deliveries::narrow},
    model::{
        filter::DeliveryFilter,
        ids::{DestinationId, JobId},
    },
};
use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection};

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
    connection: &mut SqliteConnection,
    filter: &DeliveryFilter,
    bounds: (Option<i64>, Option<i64>),
) -> Result<Vec<Standing>, DbError> {
    let mut query = QueryBuilder::<Sqlite>::new("WITH wanted AS (SELECT d.id FROM deliveries d WHERE 1 = 1");
    narrow(&mut query, filter, bounds);
    query.push(" ORDER BY d.id DESC LIMIT ").push_bind(LOOKED_AT);
    // A bare column beside max() has the value of the row with the maximum.
    query.push(
        "), newest AS (SELECT f.destination_id, f.state, f.attempts, max(f.id) FROM wanted w \
         JOIN forwards f ON f.delivery_id = w.id GROUP BY f.delivery_id, f.destination_id) \
         SELECT destination_id, sum(state = 'delivered') AS delivered, \
         sum(state = 'dead' OR (state = 'queued' AND attempts > 0)) AS failing, \
         sum(state = 'queued' AND attempts = 0) AS queued FROM newest GROUP BY destination_id",
    );
    Ok(query.build_query_as().fetch_all(connection).await?)
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
pub async fn progress(connection: &mut SqliteConnection, job: JobId) -> Result<Vec<Progress>, DbError> {
    let rows = sqlx::query_as(
        "SELECT d.name AS destination, sum(f.state = 'delivered') AS delivered, \
         sum(f.state = 'queued' AND f.attempts > 0) AS retrying, sum(f.state = 'dead') AS dead, \
         sum(f.state = 'queued' AND f.attempts = 0) AS queued, sum(f.state = 'skipped') AS skipped \
         FROM forwards f JOIN destinations d ON d.id = f.destination_id WHERE f.job_id = $1 GROUP BY d.id ORDER BY d.name",
    )
    .bind(job)
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// Whether a job has queued what nobody has tried yet.
pub async fn has_untried(connection: &mut SqliteConnection, job: JobId) -> Result<bool, DbError> {
    let has = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM forwards WHERE job_id = $1 AND state = 'queued' AND attempts = 0)",
    )
    .bind(job)
    .fetch_one(connection)
    .await?;
    Ok(has)
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
pub async fn tell(
    connection: &mut SqliteConnection,
    job: JobId,
    what: Tell,
    limit: i64,
) -> Result<i64, DbError> {
    let statement = match what {
        Tell::Hold => {
            "UPDATE forwards SET held = 1 WHERE id IN (SELECT id FROM forwards \
             WHERE job_id = $1 AND state = 'queued' AND attempts = 0 AND held = 0 LIMIT $2)"
        }
        Tell::Go => {
            "UPDATE forwards SET held = 0 WHERE id IN (SELECT id FROM forwards \
             WHERE job_id = $1 AND state = 'queued' AND attempts = 0 AND held = 1 LIMIT $2)"
        }
        Tell::Stay => {
            "UPDATE forwards SET state = 'skipped', note = 'the replay of many was stopped' WHERE id IN (SELECT id \
             FROM forwards WHERE job_id = $1 AND state = 'queued' AND attempts = 0 LIMIT $2)"
        }
    };
    let done = sqlx::query(statement).bind(job).bind(limit).execute(connection).await?;
    Ok(i64::try_from(done.rows_affected()).unwrap_or(limit))
}
