//! The queue of what goes to destinations.

mod claims;
mod clock;
mod many;
mod marks;
#[cfg(test)]
mod tests;

pub use claims::{
    Claimed, Due, Finished, LONGEST_OPEN_MS, claim, due, finish, free_leases, release, renew, retry_now, skip,
};
pub use clock::{SLICE as ASTRAY_SLICE, astray, bring_back, end_astray_circuits};
pub use many::{Progress, Standing, Tell, has_untried, progress, standings, tell};
pub use marks::marks;

use super::DbError;
use crate::model::{
    destination::{Edit, Forward, ForwardKind, ForwardState, ReplayMode},
    ids::{DeliveryId, DestinationId, ForwardId, JobId},
};
use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection};

/// Queues events for destinations, each pair once. A destination that was removed a moment ago is passed over: no sender
/// is to be refused for it. Where order is kept the resource is written down, so that one waits for the other.
pub async fn queue(
    connection: &mut SqliteConnection,
    pairs: &[(DeliveryId, DestinationId)],
    now: i64,
) -> Result<(), DbError> {
    // Each pair takes two parameters; SQLite takes tens of thousands.
    for chunk in pairs.chunks(500) {
        let mut query = QueryBuilder::<Sqlite>::new("WITH wanted (delivery_id, destination_id) AS (");
        query.push_values(chunk, |mut row, (delivery, destination)| {
            row.push_bind(*delivery).push_bind(*destination);
        });
        query.push(
            ") INSERT INTO forwards (delivery_id, destination_id, kind, mode, state, resource, next_at, planned_at, created_at) \
             SELECT w.delivery_id, d.id, 'forward', 'fresh', 'queued', \
             iif(json_extract(d.serving, '$.ordered'), (SELECT resource FROM deliveries WHERE id = w.delivery_id), NULL), ",
        );
        query.push_bind(now).push(", ").push_bind(now).push(", ").push_bind(now);
        query.push(" FROM wanted w JOIN destinations d ON d.id = w.destination_id AND d.removed_at IS NULL ORDER BY w.delivery_id");
        query.build().execute(&mut *connection).await?;
    }
    Ok(())
}

/// A replay to be queued.
#[derive(Clone, Debug)]
pub struct NewReplay {
    /// The delivery.
    pub delivery: DeliveryId,
    /// Where to.
    pub destination: DestinationId,
    /// How.
    pub mode: ReplayMode,
    /// Instead of the event's own `webhook-id`.
    pub webhook_id: Option<String>,
    /// What is sent instead, as [`insert_edit`] stored it.
    pub edit: Option<i64>,
    /// The job it is part of; none: a person waits for it.
    pub job: Option<JobId>,
    /// Who asked.
    pub actor: String,
    /// Unix ms.
    pub at: i64,
}

/// Queues a replay. Says its id; none when the destination was removed.
pub async fn queue_replay(
    connection: &mut SqliteConnection,
    new: &NewReplay,
) -> Result<Option<ForwardId>, DbError> {
    let id = sqlx::query_scalar(
        "INSERT INTO forwards (delivery_id, destination_id, kind, mode, state, next_at, planned_at, actor, created_at, \
         webhook_id, edit_id, job_id, urgent_at) \
         SELECT $1, id, 'replay', $3, 'queued', $4, $4, $5, $4, $6, $7, $8, iif($8 IS NULL, $4, NULL) \
         FROM destinations WHERE id = $2 AND removed_at IS NULL RETURNING id",
    )
    .bind(new.delivery)
    .bind(new.destination)
    .bind(new.mode)
    .bind(new.at)
    .bind(&new.actor)
    .bind(&new.webhook_id)
    .bind(new.edit)
    .bind(new.job)
    .fetch_optional(connection)
    .await?;
    Ok(id)
}

/// Stores what edited replays send. Says its id.
pub async fn insert_edit(connection: &mut SqliteConnection, edit: &Edit) -> Result<i64, DbError> {
    let id = sqlx::query_scalar("INSERT INTO edits (headers, body) VALUES ($1, $2) RETURNING id")
        .bind(&edit.headers)
        .bind(&edit.body)
        .fetch_one(connection)
        .await?;
    Ok(id)
}

/// Forgets an edit that no forward has.
pub async fn drop_unused_edit(connection: &mut SqliteConnection, id: i64) -> Result<(), DbError> {
    sqlx::query("DELETE FROM edits WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM forwards WHERE edit_id = $1)")
        .bind(id)
        .execute(connection)
        .await?;
    Ok(())
}

#[derive(FromRow)]
struct ForwardRow {
    id: ForwardId,
    delivery_id: DeliveryId,
    destination_id: DestinationId,
    destination: String,
    kind: ForwardKind,
    mode: ReplayMode,
    state: ForwardState,
    attempts: i64,
    next_at: i64,
    actor: Option<String>,
    created_at: i64,
    webhook_id: Option<String>,
    note: Option<String>,
    job_id: Option<JobId>,
}

impl From<ForwardRow> for Forward {
    fn from(row: ForwardRow) -> Self {
        Self {
            id: row.id,
            delivery_id: row.delivery_id,
            destination_id: row.destination_id,
            destination: row.destination,
            kind: row.kind,
            mode: row.mode,
            state: row.state,
            attempts: row.attempts,
            next_at: row.next_at,
            actor: row.actor,
            created_at: row.created_at,
            webhook_id: row.webhook_id,
            note: row.note,
            job_id: row.job_id,
        }
    }
}

/// What an edited replay sends.
pub async fn edit_of(connection: &mut SqliteConnection, id: ForwardId) -> Result<Option<Edit>, DbError> {
    let row: Option<(String, Vec<u8>)> = sqlx::query_as(
        "SELECT e.headers, e.body FROM forwards f JOIN edits e ON e.id = f.edit_id WHERE f.id = $1",
    )
    .bind(id)
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|(headers, body)| Edit { headers, body }))
}

const FORWARDS: &str = "SELECT f.id, f.delivery_id, f.destination_id, d.name AS destination, f.kind, f.mode, f.state, \
     f.attempts, f.next_at, f.actor, f.created_at, f.webhook_id, f.note, f.job_id \
     FROM forwards f JOIN destinations d ON d.id = f.destination_id AND d.removed_at IS NULL ";

/// Forwards of a delivery that are listed at most.
pub const MOST_LISTED: usize = 200;

/// What was or will be sent of a delivery, oldest first: the newest [`MOST_LISTED`].
pub async fn of_delivery(connection: &mut SqliteConnection, id: DeliveryId) -> Result<Vec<Forward>, DbError> {
    let mut query = QueryBuilder::<Sqlite>::new(FORWARDS);
    query.push("WHERE f.delivery_id = ").push_bind(id).push(" ORDER BY f.id DESC LIMIT ");
    query.push_bind(MOST_LISTED as i64);
    let rows: Vec<ForwardRow> = query.build_query_as().fetch_all(connection).await?;
    Ok(rows.into_iter().rev().map(Forward::from).collect())
}

/// The destinations whose newest forward of a delivery did not arrive: it is tried again, or dead. However many there are.
pub async fn failing(
    connection: &mut SqliteConnection,
    id: DeliveryId,
) -> Result<Vec<DestinationId>, DbError> {
    // A bare column beside max() has the value of the row with the maximum.
    let ids = sqlx::query_scalar(
        "SELECT destination_id FROM (SELECT destination_id, state, attempts, max(id) AS newest FROM forwards \
         WHERE delivery_id = $1 GROUP BY destination_id) \
         WHERE state = 'dead' OR (state = 'queued' AND attempts > 0) ORDER BY newest",
    )
    .bind(id)
    .fetch_all(connection)
    .await?;
    Ok(ids)
}

/// The dead forwards of a destination, newest first.
pub async fn dead(
    connection: &mut SqliteConnection,
    id: DestinationId,
    limit: i64,
) -> Result<Vec<Forward>, DbError> {
    let mut query = QueryBuilder::<Sqlite>::new(FORWARDS);
    query.push("WHERE f.destination_id = ").push_bind(id);
    query.push(" AND f.state = 'dead' ORDER BY f.id DESC LIMIT ").push_bind(limit);
    let rows: Vec<ForwardRow> = query.build_query_as().fetch_all(connection).await?;
    Ok(rows.into_iter().map(Forward::from).collect())
}

/// How much waits for a destination, each counted up to 10,000.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromRow)]
pub struct Depth {
    /// Waiting, or under way.
    pub queued: i64,
    /// Of these, how many were tried before.
    pub retrying: i64,
    /// Without a try left.
    pub dead: i64,
    /// Not sent because its condition could not be told.
    pub untold: i64,
    /// When the oldest of those that wait was queued, unix ms.
    pub oldest: Option<i64>,
}

/// The depth of a destination's queue.
pub async fn depth(connection: &mut SqliteConnection, id: DestinationId) -> Result<Depth, DbError> {
    let row = sqlx::query_as(
        "SELECT (SELECT count(*) FROM (SELECT 1 FROM forwards WHERE destination_id = $1 AND state = 'queued' LIMIT 10000)) AS queued, \
         (SELECT count(*) FROM (SELECT 1 FROM forwards WHERE destination_id = $1 AND state = 'queued' AND attempts > 0 LIMIT 10000)) AS retrying, \
         (SELECT count(*) FROM (SELECT 1 FROM forwards WHERE destination_id = $1 AND state = 'dead' LIMIT 10000)) AS dead, \
         (SELECT count(*) FROM (SELECT 1 FROM forwards WHERE destination_id = $1 AND untold = 1 LIMIT 10000)) AS untold, \
         (SELECT min(created_at) FROM (SELECT created_at FROM forwards WHERE destination_id = $1 AND state = 'queued' LIMIT 10000)) AS oldest",
    )
    .bind(id)
    .fetch_one(connection)
    .await?;
    Ok(row)
}

/// One forward's state, for who waits for a replay.
pub async fn state_of(
    connection: &mut SqliteConnection,
    id: ForwardId,
) -> Result<Option<(ForwardState, i64)>, DbError> {
    Ok(sqlx::query_as("SELECT state, attempts FROM forwards WHERE id = $1")
        .bind(id)
        .fetch_optional(connection)
        .await?)
}
