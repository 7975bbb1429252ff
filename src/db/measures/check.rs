//! Counting the rows again: whether the counts say the same, and making them so.

use crate::{
    db::{DbError, retention},
    model::ids::EndpointId,
};
use sqlx::{FromRow, SqliteConnection};

/// What a full count of the rows of endpoint `$1` comes to, from minute `$2` up to before `$3`.
macro_rules! counted {
    () => {
        "WITH rows AS ( \
           SELECT received_at / 60000 AS minute, outcome, coalesce(iif(outcome = 'rejected', reason, event_type), '') AS label, \
                  try_number, received_at - created_at AS lag, answer_us \
           FROM deliveries WHERE endpoint_id = $1 AND id >= ($2 * 60000) << 12 \
           AND received_at >= $2 * 60000 AND received_at < $3 * 60000), \
         counted AS ( \
           SELECT outcome AS measure, minute, label, 0 AS bucket, count(*) AS count FROM rows GROUP BY 1, 2, 3 \
           UNION ALL SELECT 'retry', minute, '', 0, count(*) FROM rows WHERE try_number > 1 GROUP BY 2 \
           UNION ALL SELECT 'lag', minute, '', (SELECT min(bound) FROM histogram_bounds WHERE bound >= max(lag, 0)) AS b, \
                  count(*) FROM rows WHERE outcome = 'accepted' AND lag IS NOT NULL GROUP BY 2, b \
           UNION ALL SELECT 'answer', minute, '', \
                  (SELECT min(bound) FROM histogram_bounds WHERE bound >= max(answer_us, 0)) AS b, count(*) \
                  FROM rows GROUP BY 2, b)"
    };
}

/// An endpoint whose counts can be held against its rows.
#[derive(Clone, Debug, FromRow)]
pub struct Countable {
    /// The endpoint.
    pub id: EndpointId,
    /// Its name.
    pub name: String,
    /// Rows up to here are deleted, unix ms of their receipt; none: all are there.
    pruned_to: Option<i64>,
}

impl Countable {
    /// The stretches of time to look at, a day each, in unix minutes: all of which rows and counts by minute are there.
    pub fn days(&self, now: i64) -> Vec<(i64, i64)> {
        const DAY: i64 = 24 * 60;
        let first =
            self.pruned_to.map_or(0, |at| at.div_euclid(60_000) + 1).max(retention::oldest_minute(now));
        let end = (now.div_euclid(60_000).div_euclid(DAY) + 1) * DAY;
        let starts = std::iter::successors(Some(first), |start| Some((start.div_euclid(DAY) + 1) * DAY));
        starts
            .take_while(|start| *start < end)
            .map(|start| (start, (start.div_euclid(DAY) + 1) * DAY))
            .collect()
    }
}

/// All endpoints.
pub async fn countable(connection: &mut SqliteConnection) -> Result<Vec<Countable>, DbError> {
    Ok(sqlx::query_as("SELECT id, name, pruned_to FROM endpoints ORDER BY name")
        .fetch_all(connection)
        .await?)
}

/// Whole hours within a stretch of minutes: the first one, and the one after the last.
fn hours((from, to): (i64, i64)) -> (i64, i64) {
    (-(-from).div_euclid(60), to.div_euclid(60))
}

/// How many counts of an endpoint differ from what its rows say, by minute and by hour.
pub async fn differences(
    connection: &mut SqliteConnection,
    endpoint: EndpointId,
    range: (i64, i64),
) -> Result<i64, DbError> {
    let (first_hour, end_hour) = hours(range);
    let count = sqlx::query_scalar(concat!(
        counted!(),
        ", kept AS (SELECT measure, minute, label, bucket, count FROM measure_minutes \
           WHERE endpoint_id = $1 AND minute >= $2 AND minute < $3 AND count <> 0), \
         hours AS (SELECT measure, minute / 60 AS hour, label, bucket, sum(count) AS count FROM counted \
           WHERE minute >= $4 * 60 AND minute < $5 * 60 GROUP BY 1, 2, 3, 4), \
         kept_hours AS (SELECT measure, hour, label, bucket, count FROM measure_hours \
           WHERE endpoint_id = $1 AND hour >= $4 AND hour < $5 AND count <> 0) \
         SELECT (SELECT count(*) FROM (SELECT * FROM counted EXCEPT SELECT * FROM kept)) \
         + (SELECT count(*) FROM (SELECT * FROM kept EXCEPT SELECT * FROM counted)) \
         + (SELECT count(*) FROM (SELECT * FROM hours EXCEPT SELECT * FROM kept_hours)) \
         + (SELECT count(*) FROM (SELECT * FROM kept_hours EXCEPT SELECT * FROM hours))"
    ))
    .bind(endpoint)
    .bind(range.0)
    .bind(range.1)
    .bind(first_hour)
    .bind(end_hour)
    .fetch_one(connection)
    .await?;
    Ok(count)
}

/// Makes the counts of an endpoint from its rows.
pub async fn rebuild(
    connection: &mut SqliteConnection,
    endpoint: EndpointId,
    range: (i64, i64),
) -> Result<(), DbError> {
    for (statement, (from, to)) in [
        ("DELETE FROM measure_minutes WHERE endpoint_id = $1 AND minute >= $2 AND minute < $3", range),
        ("DELETE FROM measure_hours WHERE endpoint_id = $1 AND hour >= $2 AND hour < $3", hours(range)),
        (
            concat!(
                counted!(),
                " INSERT INTO measure_minutes (measure, minute, endpoint_id, label, bucket, count) \
                 SELECT measure, minute, $1, label, bucket, count FROM counted"
            ),
            range,
        ),
        (
            concat!(
                counted!(),
                " INSERT INTO measure_hours (measure, hour, endpoint_id, label, bucket, count) \
                 SELECT measure, minute / 60, $1, label, bucket, sum(count) FROM counted GROUP BY 1, 2, 4, 5"
            ),
            {
                let (first, end) = hours(range);
                (first * 60, end * 60)
            },
        ),
    ] {
        sqlx::query(statement).bind(endpoint).bind(from).bind(to).execute(&mut *connection).await?;
    }
    Ok(())
}
