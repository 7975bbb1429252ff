//! Requests to destinations, and their counts by minute.

use super::DbError;
use crate::model::{
    destination::Attempt,
    ids::{DeliveryId, DestinationId, ForwardId},
};
use sqlx::{FromRow, SqliteConnection};

/// Bounds of the time that an attempt took, ms: each count stands at the smallest that it does not exceed. Steps of
/// about 1.6, so that a percentile read from them is off by less than that.
const BOUNDS: [i64; 24] = [
    1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610, 987, 1_597, 2_584, 4_181, 6_765, 10_946, 17_711,
    28_657, 46_368, 75_025,
];

fn bucket(ms: i64) -> i64 {
    BOUNDS.into_iter().find(|bound| ms <= *bound).unwrap_or(i64::MAX)
}

/// Adds an attempt, and counts it.
///
/// # Errors
/// When the database fails.
pub(super) async fn insert(
    connection: &mut SqliteConnection,
    attempt: &Attempt,
    destination: DestinationId,
) -> Result<(), DbError> {
    sqlx::query(
        "INSERT INTO attempts (forward_id, at, status, error, message, ms, request, headers, body) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(attempt.forward_id)
    .bind(attempt.at)
    .bind(attempt.status)
    .bind(&attempt.error)
    .bind(&attempt.message)
    .bind(attempt.ms)
    .bind(&attempt.request)
    .bind(&attempt.headers)
    .bind(&attempt.body)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "INSERT INTO attempt_minutes (destination_id, minute, class, bucket, count) VALUES ($1, $2, $3, $4, 1) \
         ON CONFLICT (destination_id, minute, class, bucket) DO UPDATE SET count = count + 1",
    )
    .bind(destination)
    .bind(attempt.at.div_euclid(60_000))
    .bind(attempt.class())
    .bind(bucket(attempt.ms))
    .execute(connection)
    .await?;
    Ok(())
}

#[derive(FromRow)]
struct Row {
    forward_id: ForwardId,
    at: i64,
    status: Option<u16>,
    error: Option<String>,
    message: Option<String>,
    ms: i64,
    request: String,
    headers: String,
    body: Vec<u8>,
}

impl From<Row> for Attempt {
    fn from(row: Row) -> Self {
        Self {
            forward_id: row.forward_id,
            at: row.at,
            status: row.status,
            error: row.error,
            message: row.message,
            ms: row.ms,
            request: row.request,
            headers: row.headers,
            body: row.body,
        }
    }
}

/// The requests of a delivery's forwards, oldest first, at most 500.
///
/// # Errors
/// When the database fails.
pub async fn of_delivery(connection: &mut SqliteConnection, id: DeliveryId) -> Result<Vec<Attempt>, DbError> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT a.forward_id, a.at, a.status, a.error, a.message, a.ms, a.request, a.headers, a.body FROM forwards f \
         JOIN attempts a ON a.forward_id = f.id WHERE f.delivery_id = $1 ORDER BY a.id LIMIT 500",
    )
    .bind(id)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(Attempt::from).collect())
}

/// A failed attempt, as the page of its destination lists it.
#[derive(Clone, Debug, FromRow)]
pub struct Failure {
    /// What was sent.
    pub delivery_id: DeliveryId,
    /// Unix ms.
    pub at: i64,
    /// Status of the answer.
    pub status: Option<u16>,
    /// Code of why there was none.
    pub error: Option<String>,
}

/// The failures among a destination's last requests, newest first.
///
/// # Errors
/// When the database fails.
pub async fn failures(
    connection: &mut SqliteConnection,
    id: DestinationId,
    limit: i64,
) -> Result<Vec<Failure>, DbError> {
    // Only so far back as a page can wait for: attempts are in the order of time.
    let rows = sqlx::query_as(
        "SELECT f.delivery_id, a.at, a.status, a.error FROM (SELECT * FROM attempts ORDER BY id DESC LIMIT 20000) a \
         JOIN forwards f ON f.id = a.forward_id \
         WHERE f.destination_id = $1 AND (a.status IS NULL OR a.status NOT BETWEEN 200 AND 299) \
         ORDER BY a.id DESC LIMIT $2",
    )
    .bind(id)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// Attempts of one minute, class and duration.
#[derive(Clone, Debug, FromRow)]
pub struct Count {
    /// Unix minutes.
    pub minute: i64,
    /// `2xx` to `5xx`, or the code of an error.
    pub class: String,
    /// Milliseconds that none of them exceeded.
    pub bucket: i64,
    /// How many.
    pub count: i64,
}

/// The counts of a destination since `from_minute` (unix minutes), oldest first.
///
/// # Errors
/// When the database fails.
pub async fn counts(
    connection: &mut SqliteConnection,
    id: DestinationId,
    from_minute: i64,
) -> Result<Vec<Count>, DbError> {
    let rows = sqlx::query_as(
        "SELECT minute, class, bucket, count FROM attempt_minutes WHERE destination_id = $1 AND minute >= $2 ORDER BY minute",
    )
    .bind(id)
    .bind(from_minute)
    .fetch_all(connection)
    .await?;
    Ok(rows)
}
