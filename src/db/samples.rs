//! What is not counted but looked at once a minute. Not among the counts, which are added up: of samples the largest stays.

use super::{Connection, DbError, counts::Minutes};
use crate::model::{ids::DestinationId, time::MINUTE_MS, words::words};
use uuid::Uuid;

words! {
    pub enum Gauge("what") {
        /// Of a destination: ms that the oldest waiting forward has waited.
        QueueAge = "queue_age";
        /// Of the server: percent of the file system that holds the database. It is there for each minute in which the server
        /// ran, so it also tells when it did.
        DiskUsed = "disk_used";
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// What was looked at.
    pub gauge: Gauge,
    /// The destination; none: the server.
    pub of: Option<DestinationId>,
    /// What was seen.
    pub value: f64,
}

/// The server itself has the nil id.
fn object(of: Option<DestinationId>) -> Uuid {
    of.map_or_else(Uuid::nil, |id| id.0)
}

/// Writes looks of a minute (unix) down; the largest of a minute stays.
pub async fn write(connection: &mut Connection, minute: i64, samples: &[Sample]) -> Result<(), DbError> {
    if samples.is_empty() {
        return Ok(());
    }
    let mut query = connection.sql("INSERT INTO samples (what, minute, of, value) ");
    query.push_rows(samples, |row, sample| {
        row.bind(sample.gauge).bind(minute).bind(object(sample.of)).bind(sample.value);
    });
    query.push(
        " ON CONFLICT (what, minute, of) DO UPDATE SET value = \
         CASE WHEN excluded.value > samples.value THEN excluded.value ELSE samples.value END",
    );
    query.run().await?;
    Ok(())
}

/// The largest value of each minute (unix), oldest first; of one destination or of all.
pub async fn read(
    connection: &mut Connection,
    gauge: Gauge,
    of: Option<DestinationId>,
    (from, to): Minutes,
) -> Result<Vec<(i64, f64)>, DbError> {
    let mut query = connection.sql("SELECT minute, max(value) FROM samples WHERE what = ");
    query.push_bind(gauge).push(" AND minute >= ").push_bind(from).push(" AND minute < ").push_bind(to);
    if of.is_some() {
        query.push(" AND of = ").push_bind(object(of));
    }
    query.push(" GROUP BY minute ORDER BY minute");
    query.all().await
}

/// The minutes (unix) from one up to another, both included, in which the server ran, oldest first.
pub async fn minutes_run(connection: &mut Connection, (from, to): Minutes) -> Result<Vec<i64>, DbError> {
    connection
        .sql("SELECT minute FROM samples WHERE what = $1 AND minute >= $2 AND minute <= $3 ORDER BY minute")
        .bind(Gauge::DiskUsed)
        .bind(from)
        .bind(to)
        .scalars()
        .await
}

/// Deletes a slice of those that no rule looks back to. Says whether there may be more.
pub(super) async fn remove_old(connection: &mut Connection, now: i64) -> Result<bool, DbError> {
    const KEPT_MINUTES: i64 = 32 * 24 * 60;
    let mut removed = 0;
    for gauge in Gauge::ALL {
        removed += connection
            .sql(
                "DELETE FROM samples WHERE what = $1 AND minute < $2 AND minute <= coalesce(( \
                   SELECT s.minute FROM samples s WHERE s.what = $1 ORDER BY s.minute LIMIT 1 OFFSET 1000), $2)",
            )
            .bind(gauge)
            .bind(now.div_euclid(MINUTE_MS) - KEPT_MINUTES)
            .run()
            .await?;
    }
    Ok(removed > 0)
}
