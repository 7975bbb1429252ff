//! Requests to destinations, and their counts by minute and by hour.

use super::{DbError, measures::Grain};
use crate::model::{
    destination::Attempt,
    histogram,
    ids::{DeliveryId, DestinationId, ForwardId},
};
use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection};

/// Adds an attempt, and counts it.
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
    for (statement, unit) in [
        (
            "INSERT INTO attempt_minutes (destination_id, minute, class, bucket, count) VALUES ($1, $2, $3, $4, 1) \
             ON CONFLICT (destination_id, minute, class, bucket) DO UPDATE SET count = count + 1",
            60_000,
        ),
        (
            "INSERT INTO attempt_hours (destination_id, hour, class, bucket, count) VALUES ($1, $2, $3, $4, 1) \
             ON CONFLICT (destination_id, hour, class, bucket) DO UPDATE SET count = count + 1",
            3_600_000,
        ),
    ] {
        sqlx::query(statement)
            .bind(destination)
            .bind(attempt.at.div_euclid(unit))
            .bind(attempt.class())
            .bind(histogram::bound(attempt.ms))
            .execute(&mut *connection)
            .await?;
    }
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

/// Attempts of a delivery that are listed at most.
pub const MOST_LISTED: usize = 500;

/// The requests of a delivery's forwards, oldest first: the newest [`MOST_LISTED`].
pub async fn of_delivery(connection: &mut SqliteConnection, id: DeliveryId) -> Result<Vec<Attempt>, DbError> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT a.forward_id, a.at, a.status, a.error, a.message, a.ms, a.request, a.headers, a.body FROM forwards f \
         JOIN attempts a ON a.forward_id = f.id WHERE f.delivery_id = $1 ORDER BY a.id DESC LIMIT $2",
    )
    .bind(id)
    .bind(MOST_LISTED as i64)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().rev().map(Attempt::from).collect())
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

/// Attempts at one destination within one bucket of time.
#[derive(Clone, Debug, FromRow)]
pub struct Bucket {
    /// The destination.
    pub destination_id: DestinationId,
    /// Number of the bucket, counted from the start of the range.
    pub slot: i64,
    /// Those that it took.
    pub taken: i64,
    /// All others.
    pub failed: i64,
}

/// Attempts by destination, in buckets of `minutes` minutes, in a range of unix minutes. Empty buckets are left out.
pub async fn by_destination(
    connection: &mut SqliteConnection,
    grain: Grain,
    range: (i64, i64),
    minutes: i64,
) -> Result<Vec<Bucket>, DbError> {
    let what = format!(
        "SELECT destination_id, ({{at}} - {}) / {} AS slot, sum(iif(class = '2xx', count, 0)) AS taken, \
         sum(iif(class = '2xx', 0, count)) AS failed",
        range.0,
        minutes.max(1)
    );
    let mut query = select(grain, &what, range);
    query.push(" GROUP BY d.id, slot ORDER BY slot");
    Ok(query.build_query_as().fetch_all(connection).await?)
}

/// Attempts at one destination that ended in one way, within one time.
#[derive(Clone, Debug, FromRow)]
pub struct Class {
    /// The destination.
    pub destination_id: DestinationId,
    /// `2xx` to `5xx`, or the code of an error.
    pub class: String,
    /// Milliseconds that none of them exceeded.
    pub bound: i64,
    /// How many.
    pub count: i64,
}

/// Attempts by destination, class and time that they took, in a range of unix minutes.
pub async fn classes(
    connection: &mut SqliteConnection,
    grain: Grain,
    range: (i64, i64),
) -> Result<Vec<Class>, DbError> {
    let what = "SELECT destination_id, class, bucket AS bound, sum(count) AS count";
    let mut query = select(grain, what, range);
    query.push(" GROUP BY d.id, class, bound");
    Ok(query.build_query_as().fetch_all(connection).await?)
}

/// Start of a query. It goes through the destinations, since the tables are ordered by them first.
fn select(grain: Grain, what: &str, (from, to): (i64, i64)) -> QueryBuilder<Sqlite> {
    let (table, time) = match grain {
        Grain::Minute => ("attempt_minutes", "minute"),
        Grain::Hour => ("attempt_hours", "hour"),
    };
    let step = grain.minutes();
    let mut query = QueryBuilder::new(what.replace("{at}", &format!("({time} * {step})")));
    query.push(format!(" FROM destinations d CROSS JOIN {table} ON destination_id = d.id WHERE d.removed_at IS NULL AND {time} >= "));
    query.push_bind(from.div_euclid(step));
    query.push(format!(" AND {time} < "));
    query.push_bind(-(-to).div_euclid(step));
    query
}
