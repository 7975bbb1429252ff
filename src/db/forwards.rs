//! The queue of what goes to destinations, and each request that was made.

use super::DbError;
use crate::model::{
    destination::{Attempt, Forward, ForwardKind, ForwardState, ReplayMode},
    ids::{DeliveryId, DestinationId, ForwardId},
};
use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection};

/// Queues events for destinations, each pair once. A destination that was removed a moment ago is passed over: no sender
/// is to be refused for it.
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
            ") INSERT INTO forwards (delivery_id, destination_id, kind, mode, state, next_at, created_at) \
             SELECT delivery_id, destination_id, 'forward', 'fresh', 'queued', ",
        );
        query.push_bind(now).push(", ").push_bind(now);
        query.push(" FROM wanted WHERE destination_id IN (SELECT id FROM destinations)");
        query.build().execute(&mut *connection).await?;
    }
    Ok(())
}

/// Queues a replay. Says its id; none when the destination was removed.
///
/// # Errors
/// When the database fails.
pub async fn queue_replay(
    connection: &mut SqliteConnection,
    delivery: DeliveryId,
    destination: DestinationId,
    mode: ReplayMode,
    actor: &str,
    now: i64,
) -> Result<Option<ForwardId>, DbError> {
    let id = sqlx::query_scalar(
        "INSERT INTO forwards (delivery_id, destination_id, kind, mode, state, next_at, actor, created_at) \
         SELECT $1, id, 'replay', $3, 'queued', $4, $5, $4 FROM destinations WHERE id = $2 RETURNING id",
    )
    .bind(delivery)
    .bind(destination)
    .bind(mode)
    .bind(now)
    .bind(actor)
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
        }
    }
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
    let rows: Vec<Row> = sqlx::query_as(
        "UPDATE forwards SET lease_until = $4, attempts = attempts + 1 WHERE id IN (SELECT id FROM forwards \
         WHERE destination_id = $1 AND state = 'queued' AND next_at <= $2 AND lease_until <= $2 \
         ORDER BY next_at, id LIMIT $3) \
         RETURNING id, delivery_id, destination_id, '' AS destination, kind, mode, state, attempts, next_at, actor, created_at",
    )
    .bind(destination)
    .bind(now)
    .bind(limit)
    .bind(lease_until)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(Forward::from).collect())
}

/// Forwards that are due now, by destination.
///
/// # Errors
/// When the database fails.
pub async fn due(connection: &mut SqliteConnection, now: i64) -> Result<Vec<(DestinationId, i64)>, DbError> {
    let rows = sqlx::query_as(
        "SELECT d.id, (SELECT count(*) FROM (SELECT 1 FROM forwards f WHERE f.destination_id = d.id \
         AND f.state = 'queued' AND f.next_at <= $1 AND f.lease_until <= $1 LIMIT 64)) AS due FROM destinations d \
         WHERE d.paused_at IS NULL",
    )
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

/// Writes an attempt down, and how the forward stands now; `next_at` is when it is tried again, if it is.
///
/// # Errors
/// When the database fails.
pub async fn finish(
    connection: &mut SqliteConnection,
    attempt: &Attempt,
    state: ForwardState,
    next_at: i64,
) -> Result<(), DbError> {
    let found = sqlx::query("UPDATE forwards SET state = $2, next_at = $3, lease_until = 0 WHERE id = $1")
        .bind(attempt.forward_id)
        .bind(state)
        .bind(next_at)
        .execute(&mut *connection)
        .await?;
    // The destination may have been removed meanwhile, with everything queued for it.
    if found.rows_affected() == 0 {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO attempts (forward_id, at, status, error, message, ms, headers, body) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(attempt.forward_id)
    .bind(attempt.at)
    .bind(attempt.status)
    .bind(&attempt.error)
    .bind(&attempt.message)
    .bind(attempt.ms)
    .bind(&attempt.headers)
    .bind(&attempt.body)
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
        "UPDATE forwards SET state = 'queued', next_at = $2 WHERE id = $1 AND state <> 'delivered'",
    )
    .bind(id)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What was or will be sent of a delivery, oldest first, at most 200.
///
/// # Errors
/// When the database fails.
pub async fn of_delivery(connection: &mut SqliteConnection, id: DeliveryId) -> Result<Vec<Forward>, DbError> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT f.id, f.delivery_id, f.destination_id, d.name AS destination, f.kind, f.mode, f.state, f.attempts, \
         f.next_at, f.actor, f.created_at FROM forwards f JOIN destinations d ON d.id = f.destination_id \
         WHERE f.delivery_id = $1 ORDER BY f.id LIMIT 200",
    )
    .bind(id)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(Forward::from).collect())
}

/// The requests of a delivery's forwards, oldest first, at most 500.
///
/// # Errors
/// When the database fails.
pub async fn attempts_of(connection: &mut SqliteConnection, id: DeliveryId) -> Result<Vec<Attempt>, DbError> {
    #[derive(FromRow)]
    struct AttemptRow {
        forward_id: ForwardId,
        at: i64,
        status: Option<u16>,
        error: Option<String>,
        message: Option<String>,
        ms: i64,
        headers: String,
        body: Vec<u8>,
    }
    let rows: Vec<AttemptRow> = sqlx::query_as(
        "SELECT a.forward_id, a.at, a.status, a.error, a.message, a.ms, a.headers, a.body FROM forwards f \
         JOIN attempts a ON a.forward_id = f.id WHERE f.delivery_id = $1 ORDER BY a.id LIMIT 500",
    )
    .bind(id)
    .fetch_all(connection)
    .await?;
    let attempt = |AttemptRow { forward_id, at, status, error, message, ms, headers, body }| Attempt {
        forward_id,
        at,
        status,
        error,
        message,
        ms,
        headers,
        body,
    };
    Ok(rows.into_iter().map(attempt).collect())
}

/// How many forwards of a destination are queued and how many are dead, each counted up to 10,000.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromRow)]
pub struct Depth {
    /// Waiting, or under way.
    pub queued: i64,
    /// Without a try left.
    pub dead: i64,
}

/// The depth of a destination's queue.
///
/// # Errors
/// When the database fails.
pub async fn depth(connection: &mut SqliteConnection, id: DestinationId) -> Result<Depth, DbError> {
    let row = sqlx::query_as(
        "SELECT (SELECT count(*) FROM (SELECT 1 FROM forwards WHERE destination_id = $1 AND state = 'queued' LIMIT 10000)) AS queued, \
         (SELECT count(*) FROM (SELECT 1 FROM forwards WHERE destination_id = $1 AND state = 'dead' LIMIT 10000)) AS dead",
    )
    .bind(id)
    .fetch_one(connection)
    .await?;
    Ok(row)
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
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT f.id, f.delivery_id, f.destination_id, d.name AS destination, f.kind, f.mode, f.state, f.attempts, \
         f.next_at, f.actor, f.created_at FROM forwards f JOIN destinations d ON d.id = f.destination_id \
         WHERE f.destination_id = $1 AND f.state = 'dead' ORDER BY f.id DESC LIMIT $2",
    )
    .bind(id)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(Forward::from).collect())
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
