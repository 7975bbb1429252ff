//! More counts by minute: refused requests, use of secrets, rejections with their skew.

use super::DbError;
use crate::model::ids::{EndpointId, SecretId};
use sqlx::{FromRow, SqliteConnection};

/// Adds requests that were answered without being stored.
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

/// Adds deliveries that were verified with a secret.
pub async fn add_to_secret(
    connection: &mut SqliteConnection,
    secret_id: SecretId,
    minute: i64,
    count: i64,
) -> Result<(), DbError> {
    sqlx::query(
        "INSERT INTO secret_minutes (secret_id, minute, count) VALUES ($1, $2, $3) \
         ON CONFLICT (secret_id, minute) DO UPDATE SET count = count + excluded.count",
    )
    .bind(secret_id)
    .bind(minute)
    .bind(count)
    .execute(connection)
    .await?;
    Ok(())
}

/// Rejections for one reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromRow)]
pub struct Rejections {
    /// All of them.
    pub count: i64,
    /// Those that were genuine but for their timestamp.
    pub only_time: i64,
    /// Sum over those of our clock minus the timestamp, seconds.
    pub skew_sum: i64,
}

/// Adds rejections of an endpoint in a minute (unix minutes) for a reason.
pub async fn add_rejections(
    connection: &mut SqliteConnection,
    (minute, endpoint_id, reason): (i64, EndpointId, &str),
    count: &Rejections,
) -> Result<(), DbError> {
    sqlx::query(
        "INSERT INTO rejection_minutes (minute, endpoint_id, reason, count, only_time, skew_sum) \
         VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (minute, endpoint_id, reason) DO UPDATE SET count = count + excluded.count, \
         only_time = only_time + excluded.only_time, skew_sum = skew_sum + excluded.skew_sum",
    )
    .bind(minute)
    .bind(endpoint_id)
    .bind(reason)
    .bind(count.count)
    .bind(count.only_time)
    .bind(count.skew_sum)
    .execute(connection)
    .await?;
    Ok(())
}

/// Rejections of all endpoints and reasons since `from_minute` (unix minutes).
pub async fn rejections(connection: &mut SqliteConnection, from_minute: i64) -> Result<Rejections, DbError> {
    let row = sqlx::query_as(
        "SELECT coalesce(sum(count), 0) AS count, coalesce(sum(only_time), 0) AS only_time, \
         CAST(coalesce(total(skew_sum), 0) AS INTEGER) AS skew_sum FROM rejection_minutes WHERE minute >= $1",
    )
    .bind(from_minute)
    .fetch_one(connection)
    .await?;
    Ok(row)
}
