//! When something was counted, however much.

use super::{Ask, By, Grain, Measure, Minutes};
use crate::{
    db::{Connection, DbError},
    model::ids::EndpointId,
};
use sqlx::FromRow;
use uuid::Uuid;

/// The last minute (unix) in which each object had any of this since `from`. The hours say where to look, so that a month
/// is found as fast as a minute; of minutes that are deleted the hour is told.
pub async fn last_of_each(
    connection: &mut Connection,
    what: Measure,
    from: i64,
) -> Result<Vec<(Uuid, i64)>, DbError> {
    connection
        .sql(
            "WITH last AS (SELECT of, max(slot) AS hour FROM counts \
               WHERE what = $1 AND grain = 60 AND slot >= $2 AND count > 0 GROUP BY of) \
             SELECT last.of, coalesce((SELECT max(c.slot) FROM counts c WHERE c.what = $1 AND c.grain = 1 \
               AND c.slot >= last.hour * 60 AND c.slot < last.hour * 60 + 60 AND c.of = last.of AND c.count > 0), \
               last.hour * 60) FROM last",
        )
        .bind(what)
        .bind(from.div_euclid(60))
        .all()
        .await
}

/// The minutes (unix) in which something genuine came, oldest first, with the last one before them; of one endpoint or
/// of all, of one type or of all. It is looked for `back` minutes before the range.
pub async fn active_minutes(
    connection: &mut Connection,
    endpoint: Option<EndpointId>,
    event_type: Option<&str>,
    (from, to): Minutes,
    back: i64,
) -> Result<Vec<i64>, DbError> {
    // A duplicate is a sign of life too.
    let what = [Measure::Accepted, Measure::Duplicate];
    let of = endpoint.map(|id| id.0);
    let within = Ask::new(&what, (from, to)).grain(Grain::Minute).of(of).label(event_type);
    let within = within.sums(connection, &[By::Steps(1)]).await?;
    let mut minutes: Vec<i64> = within.into_iter().map(|sum| sum.minute).collect();
    let before = Ask::new(&what, (from - back, from)).of(of).label(event_type);
    for what in what {
        minutes.extend(before.last(connection, what).await?);
    }
    minutes.sort_unstable();
    minutes.dedup();
    // Only the last one before the range.
    let first = minutes.partition_point(|minute| *minute < from);
    Ok(minutes.split_off(first.saturating_sub(1)))
}

impl Ask<'_> {
    /// The last minute (unix) of the range with any of this: in the running hour, or in the last one that has any.
    async fn last(&self, connection: &mut Connection, what: Measure) -> Result<Option<i64>, DbError> {
        let (from, to) = self.range;
        let hour = to.div_euclid(60);
        let found = self.last_slot(connection, what, Grain::Minute, (hour * 60, to)).await?;
        if found.is_some() {
            return Ok(found);
        }
        let hours = (from.div_euclid(60), hour);
        let Some(hour) = self.last_slot(connection, what, Grain::Hour, hours).await? else { return Ok(None) };
        self.last_slot(connection, what, Grain::Minute, (hour * 60, hour * 60 + 60)).await
    }

    async fn last_slot(
        &self,
        connection: &mut Connection,
        what: Measure,
        grain: Grain,
        slots: (i64, i64),
    ) -> Result<Option<i64>, DbError> {
        let mut query = connection.sql("SELECT c.slot");
        self.push_from(&mut query, &[what], grain, slots);
        query.push(" AND c.count > 0 ORDER BY c.slot DESC LIMIT 1");
        query.optional_scalar().await
    }
}

/// Silences of an endpoint: how many minutes lay between two minutes (or hours) in which it accepted an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Gap {
    /// The endpoint.
    pub endpoint_id: EndpointId,
    /// How long they were, minutes.
    pub minutes: i64,
    /// How many there were.
    pub count: i64,
}

/// The silences since `from` (unix minutes), of one event type or of all.
pub async fn gaps(
    connection: &mut Connection,
    grain: Grain,
    from: i64,
    event_type: Option<&str>,
) -> Result<Vec<Gap>, DbError> {
    let mut query =
        connection.sql("WITH active AS (SELECT DISTINCT c.of AS endpoint_id, c.slot * c.grain AS active_at");
    let accepted = Ask::new(&[Measure::Accepted], (from, from)).label(event_type);
    accepted.push_from(&mut query, &[Measure::Accepted], grain, (from.div_euclid(grain.minutes()), i64::MAX));
    query.push(
        " AND c.count > 0), gaps AS (SELECT endpoint_id, active_at - lag(active_at) \
         OVER (PARTITION BY endpoint_id ORDER BY active_at) AS minutes FROM active) \
         SELECT endpoint_id, minutes, count(*) AS count FROM gaps WHERE minutes IS NOT NULL \
         GROUP BY endpoint_id, minutes",
    );
    query.all().await
}
