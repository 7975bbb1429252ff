//! The queue of what goes to destinations.

mod many;
mod marks;

pub use many::{Progress, Standing, has_untried, progress, standings, take_back};
pub use marks::marks;

use super::{DbError, attempts, destinations};
use crate::model::{
    destination::{Attempt, Edit, Forward, ForwardKind, ForwardState, ReplayMode},
    ids::{DeliveryId, DestinationId, ForwardId, JobId},
};
use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection};

/// Queues events for destinations, each pair once. A destination that was removed a moment ago is passed over: no sender
/// is to be refused for it. Where order is kept the resource is written down, so that one waits for the other.
///
/// # Errors
/// When the database fails.
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
            ") INSERT INTO forwards (delivery_id, destination_id, kind, mode, state, resource, next_at, created_at) \
             SELECT w.delivery_id, d.id, 'forward', 'fresh', 'queued', \
             iif(json_extract(d.serving, '$.ordered'), (SELECT resource FROM deliveries WHERE id = w.delivery_id), NULL), ",
        );
        query.push_bind(now).push(", ").push_bind(now);
        query.push(" FROM wanted w JOIN destinations d ON d.id = w.destination_id ORDER BY w.delivery_id");
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
    /// What was changed.
    pub edit: Option<Edit>,
    /// The job it is part of.
    pub job: Option<JobId>,
    /// Who asked.
    pub actor: String,
    /// Unix ms.
    pub at: i64,
}

/// Queues a replay. Says its id; none when the destination was removed.
///
/// # Errors
/// When the database fails.
pub async fn queue_replay(
    connection: &mut SqliteConnection,
    new: &NewReplay,
) -> Result<Option<ForwardId>, DbError> {
    let id = sqlx::query_scalar(
        "INSERT INTO forwards (delivery_id, destination_id, kind, mode, state, next_at, actor, created_at, webhook_id, \
         edited_headers, edited_body, job_id) \
         SELECT $1, id, 'replay', $3, 'queued', $4, $5, $4, $6, $7, $8, $9 FROM destinations WHERE id = $2 RETURNING id",
    )
    .bind(new.delivery)
    .bind(new.destination)
    .bind(new.mode)
    .bind(new.at)
    .bind(&new.actor)
    .bind(&new.webhook_id)
    .bind(new.edit.as_ref().map(|edit| edit.headers.as_str()))
    .bind(new.edit.as_ref().map(|edit| edit.body.as_slice()))
    .bind(new.job)
    .fetch_optional(connection)
    .await?;
    Ok(id)
}

#[derive(FromRow)]
struct Row {
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

impl From<Row> for Forward {
    fn from(row: Row) -> Self {
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

/// What a destination can be sent now: due, not under way, not of a job that is paused, and with no earlier one of its
/// resource unfinished.
macro_rules! ready {
    ($destination:literal) => {
        concat!(
            "FROM forwards f WHERE f.destination_id = ",
            $destination,
            " AND f.state = 'queued' AND f.next_at <= $1 AND f.lease_until <= $1 \
             AND (f.job_id IS NULL OR f.attempts > 0 OR NOT EXISTS (SELECT 1 FROM jobs j WHERE j.id = f.job_id \
             AND j.state = 'paused')) \
             AND (f.resource IS NULL OR NOT EXISTS (SELECT 1 FROM forwards e WHERE e.destination_id = f.destination_id \
             AND e.resource = f.resource AND e.state = 'queued' AND e.id < f.id))"
        )
    };
}

/// Takes at most `limit` due forwards of a destination, oldest first, and leases them until `lease_until`.
///
/// # Errors
/// When the database fails.
pub async fn claim(
    connection: &mut SqliteConnection,
    destination: DestinationId,
    limit: i64,
    now: i64,
    lease_until: i64,
) -> Result<Vec<Forward>, DbError> {
    let rows: Vec<Row> = sqlx::query_as(concat!(
        "UPDATE forwards SET lease_until = $4, attempts = attempts + 1 WHERE id IN (SELECT f.id ",
        ready!("$2"),
        " ORDER BY f.next_at, f.id LIMIT $3) \
         RETURNING id, delivery_id, destination_id, '' AS destination, kind, mode, state, attempts, next_at, actor, \
         created_at, webhook_id, note, job_id"
    ))
    .bind(now)
    .bind(destination)
    .bind(limit)
    .bind(lease_until)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(Forward::from).collect())
}

/// What a destination is owed now.
#[derive(Clone, Copy, Debug, FromRow)]
pub struct Due {
    /// The destination.
    pub id: DestinationId,
    /// Forwards that can be sent, counted up to 64.
    pub due: i64,
    /// Its failures in a row.
    pub failures: i64,
}

/// Destinations that can be sent something now.
///
/// # Errors
/// When the database fails.
pub async fn due(connection: &mut SqliteConnection, now: i64) -> Result<Vec<Due>, DbError> {
    let rows = sqlx::query_as(concat!(
        "SELECT * FROM (SELECT d.id, d.failures, (SELECT count(*) FROM (SELECT 1 ",
        ready!("d.id"),
        " LIMIT 64)) AS due FROM destinations d \
         WHERE d.paused_at IS NULL AND coalesce(d.open_until, 0) <= $1) WHERE due > 0"
    ))
    .bind(now)
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// Ends leases that a former process left.
///
/// # Errors
/// When the database fails.
pub async fn free_leases(connection: &mut SqliteConnection) -> Result<(), DbError> {
    sqlx::query("UPDATE forwards SET lease_until = 0 WHERE state = 'queued' AND lease_until > 0")
        .execute(connection)
        .await?;
    Ok(())
}

/// What an attempt comes to.
#[derive(Clone, Debug)]
pub struct Finished {
    /// The attempt.
    pub attempt: Attempt,
    /// Where it went.
    pub destination: DestinationId,
    /// How the forward stands now.
    pub state: ForwardState,
    /// When it is tried again, if it is.
    pub next_at: i64,
    /// The destination's failures in a row, and until when nothing is sent there.
    pub circuit: (i64, Option<i64>),
}

/// Writes an attempt down with what it comes to.
///
/// # Errors
/// When the database fails.
pub async fn finish(connection: &mut SqliteConnection, done: &Finished) -> Result<(), DbError> {
    // One that was taken back while it was under way is not tried again.
    let found = sqlx::query(
        "UPDATE forwards SET state = iif(state = 'skipped' AND $2 = 'queued', state, $2), next_at = $3, lease_until = 0 \
         WHERE id = $1",
    )
    .bind(done.attempt.forward_id)
    .bind(done.state)
    .bind(done.next_at)
    .execute(&mut *connection)
    .await?;
    // The destination may have been removed meanwhile, with everything queued for it.
    if found.rows_affected() == 0 {
        return Ok(());
    }
    attempts::insert(connection, &done.attempt, done.destination).await?;
    if done.state == ForwardState::Delivered {
        supersede(connection, done.attempt.forward_id).await?;
    }
    let (failures, open_until) = done.circuit;
    destinations::note_failures(connection, done.destination, failures, open_until).await
}

/// What a replay delivered needs no further try of earlier forwards to the same destination, unless it was made another
/// event.
async fn supersede(connection: &mut SqliteConnection, replay: ForwardId) -> Result<(), DbError> {
    sqlx::query(
        "UPDATE forwards SET state = 'skipped', note = 'a replay was delivered meanwhile' \
         WHERE state = 'queued' AND id < $1 AND (delivery_id, destination_id) = (SELECT delivery_id, destination_id \
         FROM forwards WHERE id = $1 AND kind = 'replay' AND mode <> 'edited' AND webhook_id IS NULL)",
    )
    .bind(replay)
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes down that a forward is not sent, and why.
///
/// # Errors
/// When the database fails.
pub async fn skip(connection: &mut SqliteConnection, id: ForwardId, note: &str) -> Result<(), DbError> {
    sqlx::query(
        "UPDATE forwards SET state = 'skipped', attempts = 0, lease_until = 0, note = $2 WHERE id = $1",
    )
    .bind(id)
    .bind(note)
    .execute(connection)
    .await?;
    Ok(())
}

/// Lets a forward that waits, or is dead, be tried now. Says whether there is such a one.
///
/// # Errors
/// When the database fails.
pub async fn retry_now(connection: &mut SqliteConnection, id: ForwardId, now: i64) -> Result<bool, DbError> {
    let done = sqlx::query(
        "UPDATE forwards SET state = 'queued', next_at = $2 WHERE id = $1 AND state IN ('queued', 'dead')",
    )
    .bind(id)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What an edited replay sends.
///
/// # Errors
/// When the database fails.
pub async fn edit_of(connection: &mut SqliteConnection, id: ForwardId) -> Result<Option<Edit>, DbError> {
    let row: Option<(String, Vec<u8>)> = sqlx::query_as(
        "SELECT edited_headers, edited_body FROM forwards WHERE id = $1 AND edited_body IS NOT NULL",
    )
    .bind(id)
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|(headers, body)| Edit { headers, body }))
}

const FORWARDS: &str = "SELECT f.id, f.delivery_id, f.destination_id, d.name AS destination, f.kind, f.mode, f.state, \
     f.attempts, f.next_at, f.actor, f.created_at, f.webhook_id, f.note, f.job_id \
     FROM forwards f JOIN destinations d ON d.id = f.destination_id ";

/// What was or will be sent of a delivery, oldest first, at most 200.
///
/// # Errors
/// When the database fails.
pub async fn of_delivery(connection: &mut SqliteConnection, id: DeliveryId) -> Result<Vec<Forward>, DbError> {
    let mut query = QueryBuilder::<Sqlite>::new(FORWARDS);
    query.push("WHERE f.delivery_id = ").push_bind(id).push(" ORDER BY f.id LIMIT 200");
    let rows: Vec<Row> = query.build_query_as().fetch_all(connection).await?;
    Ok(rows.into_iter().map(Forward::from).collect())
}

/// The dead forwards of a destination, newest first.
///
/// # Errors
/// When the database fails.
pub async fn dead(
    connection: &mut SqliteConnection,
    id: DestinationId,
    limit: i64,
) -> Result<Vec<Forward>, DbError> {
    let mut query = QueryBuilder::<Sqlite>::new(FORWARDS);
    query.push("WHERE f.destination_id = ").push_bind(id);
    query.push(" AND f.state = 'dead' ORDER BY f.id DESC LIMIT ").push_bind(limit);
    let rows: Vec<Row> = query.build_query_as().fetch_all(connection).await?;
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
    /// When the oldest of those that wait was queued, unix ms.
    pub oldest: Option<i64>,
}

/// The depth of a destination's queue.
///
/// # Errors
/// When the database fails.
pub async fn depth(connection: &mut SqliteConnection, id: DestinationId) -> Result<Depth, DbError> {
    let row = sqlx::query_as(
        "SELECT (SELECT count(*) FROM (SELECT 1 FROM forwards WHERE destination_id = $1 AND state = 'queued' LIMIT 10000)) AS queued, \
         (SELECT count(*) FROM (SELECT 1 FROM forwards WHERE destination_id = $1 AND state = 'queued' AND attempts > 0 LIMIT 10000)) AS retrying, \
         (SELECT count(*) FROM (SELECT 1 FROM forwards WHERE destination_id = $1 AND state = 'dead' LIMIT 10000)) AS dead, \
         (SELECT min(created_at) FROM (SELECT created_at FROM forwards WHERE destination_id = $1 AND state = 'queued' LIMIT 10000)) AS oldest",
    )
    .bind(id)
    .fetch_one(connection)
    .await?;
    Ok(row)
}

/// One forward's state, for who waits for a replay.
///
/// # Errors
/// When the database fails.
pub async fn state_of(
    connection: &mut SqliteConnection,
    id: ForwardId,
) -> Result<Option<(ForwardState, i64)>, DbError> {
    Ok(sqlx::query_as("SELECT state, attempts FROM forwards WHERE id = $1")
        .bind(id)
        .fetch_optional(connection)
        .await?)
}
