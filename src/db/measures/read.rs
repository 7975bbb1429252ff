//! Reading counts. Long ranges are read from the hours, so that a page looks at some ten thousand rows at most.

use super::Measure;
use crate::{db::DbError, model::ids::EndpointId};
use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection};

/// Which of the two tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grain {
    /// Kept for 90 days.
    Minute,
    /// Kept for two years.
    Hour,
}

impl Grain {
    /// Minutes of one step.
    pub fn minutes(self) -> i64 {
        match self {
            Self::Minute => 1,
            Self::Hour => 60,
        }
    }

    /// Start of a query: the table as `m`, with `at` in unix minutes, from a minute up to before another.
    fn select(self, what: &str, measures: &[Measure], (from, to): (i64, i64)) -> QueryBuilder<Sqlite> {
        let (table, time) = match self {
            Self::Minute => ("measure_minutes", "minute"),
            Self::Hour => ("measure_hours", "hour"),
        };
        let step = self.minutes();
        let mut query = QueryBuilder::new(what.replace("{at}", &format!("({time} * {step})")));
        query.push(format!(" FROM {table} WHERE measure IN ("));
        let mut list = query.separated(", ");
        for measure in measures {
            list.push_bind(*measure);
        }
        query.push(format!(") AND {time} >= "));
        query.push_bind(from.div_euclid(step));
        query.push(format!(" AND {time} < "));
        query.push_bind(-(-to).div_euclid(step));
        query
    }
}

/// Deliveries of one endpoint within one bucket of time.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Bucket {
    /// The endpoint.
    pub endpoint_id: EndpointId,
    /// Number of the bucket, counted from the start of the range.
    pub slot: i64,
    /// Accepted ones.
    pub accepted: i64,
    /// Duplicates.
    pub duplicate: i64,
    /// Rejected ones.
    pub rejected: i64,
    /// Of all, those that were not the sender's first try.
    pub retries: i64,
}

/// Counts by endpoint, in buckets of `minutes` minutes, from `from_minute` (unix minutes) up to before `to_minute`.
/// Empty buckets are left out.
pub async fn by_endpoint(
    connection: &mut SqliteConnection,
    grain: Grain,
    (from_minute, to_minute): (i64, i64),
    minutes: i64,
) -> Result<Vec<Bucket>, DbError> {
    let measures = [Measure::Accepted, Measure::Duplicate, Measure::Rejected, Measure::Retry];
    let what = format!(
        "SELECT endpoint_id, ({{at}} - {from_minute}) / {} AS slot, \
         sum(iif(measure = 'accepted', count, 0)) AS accepted, sum(iif(measure = 'duplicate', count, 0)) AS duplicate, \
         sum(iif(measure = 'rejected', count, 0)) AS rejected, sum(iif(measure = 'retry', count, 0)) AS retries",
        minutes.max(1)
    );
    let mut query = grain.select(&what, &measures, (from_minute, to_minute));
    query.push(" GROUP BY endpoint_id, slot ORDER BY slot");
    Ok(query.build_query_as().fetch_all(connection).await?)
}

/// A count by label.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Labelled {
    /// What is counted.
    pub measure: Measure,
    /// Event type or reason; empty: none.
    pub label: String,
    /// How many.
    pub count: i64,
}

/// Deliveries by outcome and event type, or reason, in a range of unix minutes, most first; of one endpoint or of all.
pub async fn labels(
    connection: &mut SqliteConnection,
    grain: Grain,
    range: (i64, i64),
    endpoint: Option<EndpointId>,
) -> Result<Vec<Labelled>, DbError> {
    let measures = [Measure::Accepted, Measure::Duplicate, Measure::Rejected];
    let mut query = grain.select("SELECT measure, label, sum(count) AS count", &measures, range);
    if let Some(endpoint) = endpoint {
        query.push(" AND endpoint_id = ").push_bind(endpoint);
    }
    query.push(" GROUP BY measure, label HAVING sum(count) > 0 ORDER BY sum(count) DESC, label LIMIT 1000");
    Ok(query.build_query_as().fetch_all(connection).await?)
}

/// One bar of a histogram, of one bucket of time.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Histogram {
    /// [`Measure::Lag`] (ms) or [`Measure::Answer`] (microseconds).
    pub measure: Measure,
    /// Number of the bucket of time, counted from the start of the range.
    pub slot: i64,
    /// The value that none of them exceeds.
    pub bound: i64,
    /// How many.
    pub count: i64,
}

/// Lag and answer time, in buckets of `minutes` minutes of a range; of one endpoint or of all.
pub async fn histograms(
    connection: &mut SqliteConnection,
    grain: Grain,
    range: (i64, i64),
    minutes: i64,
    endpoint: Option<EndpointId>,
) -> Result<Vec<Histogram>, DbError> {
    let what = format!(
        "SELECT measure, ({{at}} - {}) / {} AS slot, bucket AS bound, sum(count) AS count",
        range.0,
        minutes.max(1)
    );
    let mut query = grain.select(&what, &[Measure::Lag, Measure::Answer], range);
    if let Some(endpoint) = endpoint {
        query.push(" AND endpoint_id = ").push_bind(endpoint);
    }
    query.push(" GROUP BY measure, slot, bound HAVING sum(count) > 0");
    Ok(query.build_query_as().fetch_all(connection).await?)
}

/// The last minute (unix) in which an endpoint accepted an event since `from_minute`; by endpoint.
pub async fn last_accepted(
    connection: &mut SqliteConnection,
    from_minute: i64,
) -> Result<Vec<(EndpointId, i64)>, DbError> {
    // The hours say where to look, so that a month is found as fast as a minute.
    let rows = sqlx::query_as(
        "WITH last AS (SELECT endpoint_id, max(hour) AS hour FROM measure_hours \
           WHERE measure = 'accepted' AND hour >= $1 AND count > 0 GROUP BY endpoint_id) \
         SELECT last.endpoint_id, coalesce((SELECT max(m.minute) FROM measure_minutes m WHERE m.measure = 'accepted' \
           AND m.minute >= last.hour * 60 AND m.minute < last.hour * 60 + 60 AND m.endpoint_id = last.endpoint_id \
           AND m.count > 0), last.hour * 60) FROM last",
    )
    .bind(from_minute.div_euclid(60))
    .fetch_all(connection)
    .await?;
    Ok(rows)
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

/// The silences since `from_minute` (unix), of one event type or of all.
pub async fn gaps(
    connection: &mut SqliteConnection,
    grain: Grain,
    from_minute: i64,
    event_type: Option<&str>,
) -> Result<Vec<Gap>, DbError> {
    let mut active = grain.select(
        "WITH active AS (SELECT DISTINCT endpoint_id, {at} AS at",
        &[Measure::Accepted],
        (from_minute, i64::from(u32::MAX)),
    );
    active.push(" AND count > 0");
    if let Some(event_type) = event_type {
        active.push(" AND label = ").push_bind(event_type.to_owned());
    }
    active.push(
        "), gaps AS (SELECT endpoint_id, at - lag(at) OVER (PARTITION BY endpoint_id ORDER BY at) AS minutes FROM active) \
         SELECT endpoint_id, minutes, count(*) AS count FROM gaps WHERE minutes IS NOT NULL GROUP BY endpoint_id, minutes",
    );
    Ok(active.build_query_as().fetch_all(connection).await?)
}
