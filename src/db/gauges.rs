//! What is not counted but looked at once a minute.

use super::DbError;
use crate::model::ids::DestinationId;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(rename_all = "snake_case")]
pub enum Gauge {
    /// Of a destination: ms that the oldest waiting forward has waited.
    QueueAge,
    /// Of the server: percent of the file system that holds the database. It is there for each minute in which the server
    /// ran, so it also tells when it did.
    DiskUsed,
}

/// One look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// What was looked at.
    pub gauge: Gauge,
    /// The destination; none: the server.
    pub of: Option<DestinationId>,
    /// What was seen.
    pub value: f64,
}

fn object(of: Option<DestinationId>) -> Vec<u8> {
    of.map(|id| id.0.as_bytes().to_vec()).unwrap_or_default()
}

/// Writes looks of a minute (unix) down; the largest of a minute stays.
pub async fn write(
    connection: &mut SqliteConnection,
    minute: i64,
    samples: &[Sample],
) -> Result<(), DbError> {
    if samples.is_empty() {
        return Ok(());
    }
    let mut query =
        QueryBuilder::<Sqlite>::new("INSERT INTO gauge_minutes (gauge, object_id, minute, value) ");
    query.push_values(samples, |mut row, sample| {
        row.push_bind(sample.gauge).push_bind(object(sample.of)).push_bind(minute).push_bind(sample.value);
    });
    query.push(" ON CONFLICT DO UPDATE SET value = max(value, excluded.value)");
    query.build().execute(connection).await?;
    Ok(())
}

/// The largest value of each minute (unix) from one up to before another; of one destination or of all.
pub async fn read(
    connection: &mut SqliteConnection,
    gauge: Gauge,
    of: Option<DestinationId>,
    (from, to): (i64, i64),
) -> Result<Vec<(i64, f64)>, DbError> {
    let mut query =
        QueryBuilder::<Sqlite>::new("SELECT minute, max(value) FROM gauge_minutes WHERE gauge = ");
    query.push_bind(gauge).push(" AND minute >= ").push_bind(from).push(" AND minute < ").push_bind(to);
    if gauge == Gauge::DiskUsed || of.is_some() {
        query.push(" AND object_id = ").push_bind(object(of));
    }
    query.push(" GROUP BY minute ORDER BY minute");
    Ok(query.build_query_as().fetch_all(connection).await?)
}

/// The minutes (unix) from one up to another, both included, in which the server ran, oldest first.
pub async fn minutes_run(
    connection: &mut SqliteConnection,
    (from, to): (i64, i64),
) -> Result<Vec<i64>, DbError> {
    let rows = sqlx::query_scalar(
        "SELECT minute FROM gauge_minutes WHERE gauge = 'disk_used' AND object_id = x'' AND minute >= $1 AND minute <= $2 \
         ORDER BY minute",
    )
    .bind(from)
    .bind(to)
    .fetch_all(connection)
    .await?;
    Ok(rows)
}
