//! What alert rules look at: counts by minute, and rows where only they tell.

use super::{DbError, measures::Measure};
use crate::model::ids::{DestinationId, EndpointId, SecretId};
use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection};

/// A stretch of unix minutes: from one up to before another.
pub type Minutes = (i64, i64);

/// A count of one minute.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Point {
    /// Unix minutes.
    pub minute: i64,
    /// What was counted.
    pub measure: Measure,
    /// Event type or reason; empty: none.
    pub label: String,
    /// A bound; 0 where nothing is measured.
    pub bucket: i64,
    /// How many.
    pub count: i64,
}

/// Counts of some measures by minute, oldest first; of one endpoint or of all.
pub async fn points(
    connection: &mut SqliteConnection,
    measures: &[Measure],
    endpoint: Option<EndpointId>,
    (from, to): Minutes,
) -> Result<Vec<Point>, DbError> {
    let mut all: Vec<Point> = Vec::new();
    for measure in measures {
        let mut query = QueryBuilder::<Sqlite>::new(
            "SELECT minute, measure, label, bucket, sum(count) AS count FROM measure_minutes WHERE measure = ",
        );
        query
            .push_bind(*measure)
            .push(" AND minute >= ")
            .push_bind(from)
            .push(" AND minute < ")
            .push_bind(to);
        if let Some(endpoint) = endpoint {
            query.push(" AND endpoint_id = ").push_bind(endpoint);
        }
        query.push(" GROUP BY minute, label, bucket HAVING sum(count) > 0");
        all.extend(query.build_query_as::<Point>().fetch_all(&mut *connection).await?);
    }
    all.sort_by_key(|point| point.minute);
    Ok(all)
}

/// A sum over a stretch of time.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Total {
    /// The endpoint.
    pub endpoint_id: EndpointId,
    /// Event type or reason; empty: none.
    pub label: String,
    /// A bound; 0 where nothing is measured.
    pub bucket: i64,
    /// How many.
    pub count: i64,
}

/// Sums of one measure over a stretch, of every endpoint. Whole hours are read as such, so that a day costs little more than
/// an hour.
pub async fn totals(
    connection: &mut SqliteConnection,
    measure: Measure,
    (from, to): Minutes,
) -> Result<Vec<Total>, DbError> {
    let (first_hour, end_hour) = (-(-from).div_euclid(60), to.div_euclid(60));
    let (first_hour, end_hour) = if first_hour < end_hour { (first_hour, end_hour) } else { (0, 0) };
    // Without a whole hour the first part is all of it.
    let first_end = if end_hour == 0 { to } else { first_hour * 60 };
    let last_start = if end_hour == 0 { to } else { end_hour * 60 };
    let rows = sqlx::query_as(
        "SELECT endpoint_id, label, bucket, sum(count) AS count FROM ( \
           SELECT endpoint_id, label, bucket, count FROM measure_minutes WHERE measure = $1 AND minute >= $2 AND minute < $3 \
           UNION ALL SELECT endpoint_id, label, bucket, count FROM measure_hours \
             WHERE measure = $1 AND hour >= $4 AND hour < $5 \
           UNION ALL SELECT endpoint_id, label, bucket, count FROM measure_minutes \
             WHERE measure = $1 AND minute >= $6 AND minute < $7 \
         ) GROUP BY endpoint_id, label, bucket HAVING sum(count) > 0",
    )
    .bind(measure)
    .bind(from)
    .bind(first_end)
    .bind(first_hour)
    .bind(end_hour)
    .bind(last_start)
    .bind(to)
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// The minutes (unix) in which something genuine came, oldest first, with the last one before them; of one endpoint or
/// of all, of one type or of all. It is looked for `back` minutes before the stretch.
pub async fn active_minutes(
    connection: &mut SqliteConnection,
    endpoint: Option<EndpointId>,
    event_type: Option<&str>,
    (from, to): Minutes,
    back: i64,
) -> Result<Vec<i64>, DbError> {
    let narrow = |query: &mut QueryBuilder<Sqlite>| {
        query.push(" AND count > 0");
        if let Some(endpoint) = endpoint {
            query.push(" AND endpoint_id = ").push_bind(endpoint);
        }
        if let Some(event_type) = event_type {
            query.push(" AND label = ").push_bind(event_type.to_owned());
        }
    };
    let (mut before, mut minutes): (Option<i64>, Vec<i64>) = (None, Vec::new());
    // A duplicate is a sign of life too.
    for measure in [Measure::Accepted, Measure::Duplicate] {
        // The hours say where to look, so that a month is found as fast as a minute.
        let mut query =
            QueryBuilder::<Sqlite>::new("SELECT DISTINCT hour FROM measure_hours WHERE measure = ");
        query.push_bind(measure);
        query.push(" AND hour >= ").push_bind((from - back).div_euclid(60));
        query.push(" AND hour <= ").push_bind((from - 1).div_euclid(60));
        narrow(&mut query);
        query.push(" ORDER BY hour DESC LIMIT 2");
        let hours: Vec<i64> = query.build_query_scalar().fetch_all(&mut *connection).await?;
        // The running hour may have begun before the stretch and be active only within it.
        for hour in hours {
            let mut query =
                QueryBuilder::<Sqlite>::new("SELECT max(minute) FROM measure_minutes WHERE measure = ");
            query.push_bind(measure);
            query.push(" AND minute >= ").push_bind(hour * 60);
            query.push(" AND minute < ").push_bind((hour * 60 + 60).min(from));
            narrow(&mut query);
            let found: Option<i64> = query.build_query_scalar().fetch_one(&mut *connection).await?;
            before = before.max(found);
        }
        let mut query =
            QueryBuilder::<Sqlite>::new("SELECT DISTINCT minute FROM measure_minutes WHERE measure = ");
        query.push_bind(measure).push(" AND minute >= ").push_bind(from).push(" AND minute < ").push_bind(to);
        narrow(&mut query);
        minutes.extend(query.build_query_scalar::<i64>().fetch_all(&mut *connection).await?);
    }
    minutes.extend(before);
    minutes.sort_unstable();
    minutes.dedup();
    Ok(minutes)
}

/// Attempts of one minute that ended in one way.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct AttemptPoint {
    /// Unix minutes.
    pub minute: i64,
    /// Whether the destination took it.
    pub taken: bool,
    /// Milliseconds that none of them exceeded.
    pub bucket: i64,
    /// How many.
    pub count: i64,
}

/// Attempts by minute, oldest first; at one destination or at all.
pub async fn attempts(
    connection: &mut SqliteConnection,
    destination: Option<DestinationId>,
    (from, to): Minutes,
) -> Result<Vec<AttemptPoint>, DbError> {
    let mut query = QueryBuilder::<Sqlite>::new(
        "SELECT a.minute, a.class = '2xx' AS taken, a.bucket, sum(a.count) AS count FROM destinations d \
         CROSS JOIN attempt_minutes a ON a.destination_id = d.id WHERE d.removed_at IS NULL AND a.minute >= ",
    );
    query.push_bind(from).push(" AND a.minute < ").push_bind(to);
    if let Some(destination) = destination {
        query.push(" AND d.id = ").push_bind(destination);
    }
    query.push(" GROUP BY a.minute, taken, a.bucket ORDER BY a.minute");
    Ok(query.build_query_as().fetch_all(connection).await?)
}

/// When forwards ran out of tries since `from` (unix ms), among the 10,000 of each destination that were queued last; of one
/// destination or of all.
pub async fn dead_at(
    connection: &mut SqliteConnection,
    destination: Option<DestinationId>,
    from: i64,
) -> Result<Vec<i64>, DbError> {
    let of = match destination {
        Some(destination) => vec![destination],
        None => {
            sqlx::query_scalar("SELECT id FROM destinations WHERE removed_at IS NULL")
                .fetch_all(&mut *connection)
                .await?
        }
    };
    let mut all: Vec<i64> = Vec::new();
    for destination in of {
        let dead: Vec<i64> = sqlx::query_scalar(
            "SELECT next_at FROM (SELECT next_at FROM forwards WHERE destination_id = $1 AND state = 'dead' \
             ORDER BY id DESC LIMIT 10000) WHERE next_at >= $2",
        )
        .bind(destination)
        .bind(from)
        .fetch_all(&mut *connection)
        .await?;
        all.extend(dead);
    }
    Ok(all)
}

/// An event that its sender tried more than once.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Tried {
    /// The endpoint.
    pub endpoint_id: EndpointId,
    /// When its first try came, unix ms.
    pub first_at: i64,
    /// When it was accepted, unix ms; none: never.
    pub accepted_at: Option<i64>,
}

/// Events that were rejected more than once, received from `from` up to before `to` (unix ms), of which the newest 50,000
/// rejected deliveries are looked at; of all endpoints.
pub async fn tried(connection: &mut SqliteConnection, (from, to): (i64, i64)) -> Result<Vec<Tried>, DbError> {
    use crate::model::ids::DeliveryId;
    let mut query = QueryBuilder::<Sqlite>::new(
        "SELECT endpoint_id, min(received_at) AS first_at, (SELECT a.received_at FROM deliveries a WHERE a.endpoint_id = t.endpoint_id \
           AND a.event_key = t.event_key AND a.outcome = 'accepted') AS accepted_at \
         FROM (SELECT endpoint_id, event_key, received_at FROM deliveries WHERE outcome = 'rejected' AND id >= ",
    );
    query.push_bind(DeliveryId::at(from)).push(" AND id < ").push_bind(DeliveryId::at(to));
    query.push(" ORDER BY id DESC LIMIT 50000) t WHERE event_key IS NOT NULL");
    query.push(" GROUP BY endpoint_id, event_key HAVING count(*) > 1");
    Ok(query.build_query_as().fetch_all(connection).await?)
}

/// A secret that expires, with the hours in which the sender signed with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expiring {
    /// When it ends, unix ms.
    pub expires_at: i64,
    /// Unix hours, oldest first.
    pub used: Vec<i64>,
}

/// Secrets that expire at or after `from` (unix ms) and are not revoked, with their use since 24 hours before; of one
/// endpoint or of all.
pub async fn expiring(
    connection: &mut SqliteConnection,
    endpoint: Option<EndpointId>,
    from: i64,
) -> Result<Vec<Expiring>, DbError> {
    let mut query = QueryBuilder::<Sqlite>::new(
        "SELECT id, expires_at FROM secrets WHERE revoked_at IS NULL AND expires_at >= ",
    );
    query.push_bind(from);
    if let Some(endpoint) = endpoint {
        query.push(" AND endpoint_id = ").push_bind(endpoint);
    }
    let secrets: Vec<(SecretId, i64)> = query.build_query_as().fetch_all(&mut *connection).await?;
    let mut all = Vec::new();
    for (id, expires_at) in secrets {
        let used = sqlx::query_scalar(
            "SELECT DISTINCT minute / 60 FROM secret_minutes WHERE secret_id = $1 AND minute >= $2 AND count > 0 ORDER BY 1",
        )
        .bind(id)
        .bind(from.div_euclid(60_000) - 24 * 60)
        .fetch_all(&mut *connection)
        .await?;
        all.push(Expiring { expires_at, used });
    }
    Ok(all)
}

/// An event with what it is about.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Told {
    /// `data.id`.
    pub resource: String,
    /// Unix ms.
    pub received_at: i64,
}

/// Events of one type that are looked at.
pub const MOST_TOLD: usize = 10_000;

/// Accepted events of one type that name a resource, received from `from` up to before `to` (unix ms), newest first, at
/// most [`MOST_TOLD`]; of one endpoint or of all.
pub async fn told(
    connection: &mut SqliteConnection,
    event_type: &str,
    endpoint: Option<EndpointId>,
    (from, to): (i64, i64),
) -> Result<Vec<Told>, DbError> {
    use crate::model::ids::DeliveryId;
    let mut query =
        QueryBuilder::<Sqlite>::new("SELECT resource, received_at FROM deliveries WHERE event_type = ");
    query.push_bind(event_type.to_owned());
    query
        .push(" AND id >= ")
        .push_bind(DeliveryId::at(from))
        .push(" AND id < ")
        .push_bind(DeliveryId::at(to));
    query.push(" AND outcome = 'accepted' AND resource IS NOT NULL");
    if let Some(endpoint) = endpoint {
        query.push(" AND endpoint_id = ").push_bind(endpoint);
    }
    query.push(" ORDER BY id DESC LIMIT ").push_bind(MOST_TOLD as i64);
    Ok(query.build_query_as().fetch_all(connection).await?)
}

/// Rejections by minute (unix), oldest first: all of them, and those that were genuine but for their time.
pub async fn off_in_time(
    connection: &mut SqliteConnection,
    (from, to): Minutes,
) -> Result<Vec<(i64, i64, i64)>, DbError> {
    let rows = sqlx::query_as(
        "SELECT minute, sum(count), sum(only_time) FROM rejection_minutes WHERE minute >= $1 AND minute < $2 \
         GROUP BY minute ORDER BY minute",
    )
    .bind(from)
    .bind(to)
    .fetch_all(connection)
    .await?;
    Ok(rows)
}
