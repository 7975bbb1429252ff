//! Counts per minute. Pages and charts read these and never count rows.

use super::DbError;
use crate::model::ids::EndpointId;
use sqlx::{FromRow, SqliteConnection};

/// Deliveries of one endpoint within one bucket of time.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Bucket {
    /// The endpoint.
    pub endpoint_id: EndpointId,
    /// Number of the bucket, counted from the start of the range.
    pub bucket: i64,
    /// Accepted ones.
    pub accepted: i64,
    /// Duplicates.
    pub duplicate: i64,
    /// Rejected ones.
    pub rejected: i64,
}

/// Counts by endpoint, in buckets of `minutes` minutes, from `from_minute` (unix minutes) up to before `to_minute`.
/// Empty buckets are left out.
///
/// # Errors
/// When the database fails.
pub async fn by_endpoint(
    connection: &mut SqliteConnection,
    from_minute: i64,
    to_minute: i64,
    minutes: i64,
) -> Result<Vec<Bucket>, DbError> {
    let rows = sqlx::query_as(
        "SELECT endpoint_id, (minute - $1) / $3 AS bucket, sum(accepted) AS accepted, sum(duplicate) AS duplicate, \
         sum(rejected) AS rejected FROM rollup_minutes WHERE minute >= $1 AND minute < $2 \
         GROUP BY endpoint_id, bucket ORDER BY bucket",
    )
    .bind(from_minute)
    .bind(to_minute)
    .bind(minutes.max(1))
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// Adds requests that were answered without being stored.
///
/// # Errors
/// When the database fails.
pub async fn add_refusals(
    connection: &mut SqliteConnection,
    minute: i64,
    counts: &[(&str, i64)],
) -> Result<(), DbError> {
    for (cause, count) in counts {
        sqlx::query(
            "INSERT INTO refusal_minutes (minute, cause, count) VALUES ($1, $2, $3) \
             ON CONFLICT (minute, cause) DO UPDATE SET count = count + excluded.count",
        )
        .bind(minute)
        .bind(*cause)
        .bind(*count)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Requests refused since `from_minute`, by cause, most first.
///
/// # Errors
/// When the database fails.
pub async fn refusals(
    connection: &mut SqliteConnection,
    from_minute: i64,
) -> Result<Vec<(String, i64)>, DbError> {
    let rows = sqlx::query_as(
        "SELECT cause, sum(count) AS total FROM refusal_minutes WHERE minute >= $1 GROUP BY cause ORDER BY total DESC",
    )
    .bind(from_minute)
    .fetch_all(connection)
    .await?;
    Ok(rows)
}
