//! Questions about deliveries. (They are written by [`super::writer`].)

pub use super::payloads::{Payload, cut_body, payload};

use super::{DbError, endpoints};
use crate::model::{
    delivery::{Delivery, DeliverySummary, Outcome},
    destination::ForwardMark,
    endpoint::EndpointRef,
    filter::{DeliveryFilter, VerdictFilter},
    ids::{DeliveryId, EndpointId, SecretId},
};
use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection};

/// A delivery is stored at most this long after it arrived (body deadline, queue): the slack when a bound on the time of
/// receipt is turned into one on ids, which tell the time of the commit.
const COMMIT_LAG_MS: i64 = 330_000;

const COLUMNS: &str = "SELECT d.id, d.endpoint_id, e.name, e.scheme, d.received_at, d.outcome, d.reason, d.old_secret, \
     d.try_number, d.event_type, d.resource, d.created_at, d.body_size, d.answer_status, d.event_key, d.event_id, \
     d.secret_id, d.client, d.answer_us, d.reverified_at FROM deliveries d JOIN endpoints e ON e.id = d.endpoint_id";

#[derive(FromRow)]
struct Row {
    id: DeliveryId,
    endpoint_id: EndpointId,
    name: String,
    scheme: String,
    received_at: i64,
    outcome: Outcome,
    reason: Option<String>,
    old_secret: bool,
    try_number: i64,
    event_type: Option<String>,
    resource: Option<String>,
    created_at: Option<i64>,
    body_size: i64,
    answer_status: i64,
    event_key: Option<String>,
    event_id: Option<String>,
    secret_id: Option<SecretId>,
    client: String,
    answer_us: i64,
    reverified_at: Option<i64>,
}

impl TryFrom<Row> for Delivery {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        let scheme = endpoints::scheme(&row.scheme)?;
        Ok(Self {
            summary: DeliverySummary {
                id: row.id,
                endpoint: EndpointRef { id: row.endpoint_id, name: row.name, scheme },
                received_at: row.received_at,
                outcome: row.outcome,
                reason: row.reason,
                old_secret: row.old_secret,
                try_number: row.try_number,
                event_type: row.event_type,
                resource: row.resource,
                created_at: row.created_at,
                body_size: row.body_size,
                answer_status: u16::try_from(row.answer_status).unwrap_or_default(),
                forward: None,
            },
            event_key: row.event_key,
            event_id: row.event_id,
            secret_id: row.secret_id,
            client: row.client,
            answer_us: row.answer_us,
            reverified_at: row.reverified_at,
        })
    }
}

/// Where a page of a list begins and in which direction it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// The newest ones.
    Newest,
    /// Those older than this one, newest first.
    OlderThan(DeliveryId),
    /// Those newer than this one, oldest first: pages back, and streams that resume.
    NewerThan(DeliveryId),
}

/// At most `limit` deliveries that the filter lets through, from the cursor on. `bounds` are the filter's times
/// ([`DeliveryFilter::time_bounds`]).
///
/// # Errors
/// [`DbError::TooSlow`] when a filter has to look through too much, or when the database fails.
pub async fn page(
    connection: &mut SqliteConnection,
    filter: &DeliveryFilter,
    bounds: (Option<i64>, Option<i64>),
    cursor: Cursor,
    limit: i64,
) -> Result<Vec<Delivery>, DbError> {
    let mut query = QueryBuilder::<Sqlite>::new(COLUMNS);
    query.push(" WHERE 1 = 1");
    narrow(&mut query, filter, bounds);
    match cursor {
        Cursor::Newest => query.push(" ORDER BY d.id DESC"),
        Cursor::OlderThan(id) => query.push(" AND d.id < ").push_bind(id).push(" ORDER BY d.id DESC"),
        Cursor::NewerThan(id) => query.push(" AND d.id > ").push_bind(id).push(" ORDER BY d.id"),
    };
    query.push(" LIMIT ").push_bind(limit);
    let rows: Vec<Row> = query.build_query_as().fetch_all(connection).await?;
    rows.into_iter().map(Delivery::try_from).collect()
}

/// The newest forward to a destination, of the delivery `d`.
macro_rules! newest_forward {
    () => {
        "EXISTS (SELECT 1 FROM forwards f WHERE f.delivery_id = d.id AND NOT EXISTS (SELECT 1 FROM forwards g \
         WHERE g.delivery_id = f.delivery_id AND g.destination_id = f.destination_id AND g.id > f.id) AND "
    };
}
// What `forwards::marks` says of each, as conditions.
const FAILING: &str =
    concat!(" AND ", newest_forward!(), "(f.state = 'dead' OR (f.state = 'queued' AND f.attempts > 0)))");
const QUEUED: &str = concat!(" AND ", newest_forward!(), "f.state = 'queued' AND f.attempts = 0)");
const DELIVERED: &str = concat!(
    " AND ",
    newest_forward!(),
    "f.state = 'delivered') AND NOT ",
    newest_forward!(),
    "f.state IN ('queued', 'dead'))"
);

/// Of the deliveries `d` only those of these endpoints.
fn push_within(query: &mut QueryBuilder<Sqlite>, within: &[EndpointId]) {
    // `IN ()` is not everybody's SQL.
    if within.is_empty() {
        query.push(" AND 1 = 0");
        return;
    }
    query.push(" AND d.endpoint_id IN (");
    let mut ids = query.separated(", ");
    for id in within {
        ids.push_bind(*id);
    }
    query.push(")");
}

/// Those of the deliveries `ids` that belong to one of these endpoints.
pub async fn of_endpoints(
    connection: &mut SqliteConnection,
    ids: &[DeliveryId],
    within: &[EndpointId],
) -> Result<Vec<DeliveryId>, DbError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = QueryBuilder::<Sqlite>::new("SELECT d.id FROM deliveries d WHERE d.id IN (");
    let mut listed = query.separated(", ");
    for id in ids {
        listed.push_bind(*id);
    }
    query.push(")");
    push_within(&mut query, within);
    Ok(query.build_query_scalar().fetch_all(connection).await?)
}

/// Narrows a question about the deliveries `d` by a filter.
pub(super) fn narrow(
    query: &mut QueryBuilder<Sqlite>,
    filter: &DeliveryFilter,
    bounds: (Option<i64>, Option<i64>),
) {
    if let Some(name) = &filter.endpoint {
        query
            .push(" AND d.endpoint_id = (SELECT id FROM endpoints WHERE name = ")
            .push_bind(name.clone())
            .push(")");
    }
    if let Some(within) = &filter.within {
        push_within(query, within);
    }
    match filter.event_type.as_deref().map(|want| want.strip_suffix('*').ok_or(want)) {
        Some(Ok(prefix)) => {
            // Up to the prefix followed by the last code point: a range that the index can serve.
            query.push(" AND d.event_type >= ").push_bind(prefix.to_owned());
            query.push(" AND d.event_type < ").push_bind(format!("{prefix}\u{10ffff}"));
        }
        Some(Err(exact)) => {
            query.push(" AND d.event_type = ").push_bind(exact.to_owned());
        }
        None => {}
    }
    match &filter.verdict {
        // Written out, so that the partial index on failures can serve it.
        Some(VerdictFilter::Outcome(Outcome::Rejected)) => {
            query.push(" AND d.outcome = 'rejected'");
        }
        Some(VerdictFilter::Outcome(outcome)) => {
            query.push(" AND d.outcome = ").push_bind(*outcome);
        }
        Some(VerdictFilter::Reason(code)) => {
            query.push(" AND d.outcome = 'rejected' AND d.reason = ").push_bind(code.clone());
        }
        None => {}
    }
    if let Some(mark) = filter.forward {
        query.push(match mark {
            ForwardMark::Failing => FAILING,
            ForwardMark::Queued => QUEUED,
            ForwardMark::Delivered => DELIVERED,
        });
    }
    if let Some(id) = &filter.id {
        query.push(" AND (d.event_key = ").push_bind(id.clone());
        query.push(" OR d.event_id = ").push_bind(id.clone());
        query.push(" OR d.resource = ").push_bind(id.clone()).push(")");
    }
    if let Some(after) = bounds.0 {
        query.push(" AND d.id >= ").push_bind(DeliveryId::at(after));
        query.push(" AND d.received_at >= ").push_bind(after);
    }
    if let Some(before) = bounds.1 {
        query.push(" AND d.id < ").push_bind(DeliveryId::at(before.saturating_add(COMMIT_LAG_MS)));
        query.push(" AND d.received_at < ").push_bind(before);
    }
}

/// How many deliveries the filter lets through, counting up to `most`. Only where rollups cannot tell.
///
/// # Errors
/// [`DbError::TooSlow`] when a filter has to look through too much, or when the database fails.
pub async fn count_up_to(
    connection: &mut SqliteConnection,
    filter: &DeliveryFilter,
    bounds: (Option<i64>, Option<i64>),
    most: i64,
) -> Result<i64, DbError> {
    let mut query =
        QueryBuilder::<Sqlite>::new("SELECT count(*) FROM (SELECT 1 FROM deliveries d WHERE 1 = 1");
    narrow(&mut query, filter, bounds);
    query.push(" LIMIT ").push_bind(most).push(")");
    Ok(query.build_query_scalar().fetch_one(connection).await?)
}

/// One delivery.
pub async fn by_id(connection: &mut SqliteConnection, id: DeliveryId) -> Result<Option<Delivery>, DbError> {
    let mut query = QueryBuilder::<Sqlite>::new(COLUMNS);
    let row: Option<Row> =
        query.push(" WHERE d.id = ").push_bind(id).build_query_as().fetch_optional(connection).await?;
    row.map(Delivery::try_from).transpose()
}

/// The deliveries that bear the same event key, oldest first: the first one and the newest, at most `limit` and one of the
/// accepted and of the others.
pub async fn with_key(
    connection: &mut SqliteConnection,
    endpoint_id: EndpointId,
    event_key: &str,
    limit: i64,
) -> Result<Vec<Delivery>, DbError> {
    let mut all = Vec::new();
    // The two halves of the key's index, see the migration.
    for half in [" AND d.outcome = 'accepted'", " AND d.outcome <> 'accepted'"] {
        for (order, limit) in
            [(" ORDER BY d.try_number LIMIT ", 1), (" ORDER BY d.try_number DESC LIMIT ", limit)]
        {
            let mut query = QueryBuilder::<Sqlite>::new(COLUMNS);
            query.push(" WHERE d.event_key IS NOT NULL AND d.endpoint_id = ").push_bind(endpoint_id);
            query.push(" AND d.event_key = ").push_bind(event_key.to_owned()).push(half);
            query.push(order).push_bind(limit);
            all.extend(query.build_query_as::<Row>().fetch_all(&mut *connection).await?);
        }
    }
    let mut all = all.into_iter().map(Delivery::try_from).collect::<Result<Vec<_>, _>>()?;
    all.sort_by_key(|delivery| delivery.summary.id);
    all.dedup_by_key(|delivery| delivery.summary.id);
    Ok(all)
}

/// Whether there is any delivery yet.
pub async fn any(connection: &mut SqliteConnection) -> Result<bool, DbError> {
    Ok(sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM deliveries)").fetch_one(connection).await?)
}

/// The event types seen, by name; at most `limit`. Skips from one type to the next in the index.
pub async fn event_types(connection: &mut SqliteConnection, limit: i64) -> Result<Vec<String>, DbError> {
    let types = sqlx::query_scalar(
        "WITH RECURSIVE types (event_type) AS ( \
           SELECT min(event_type) FROM deliveries \
           UNION ALL \
           SELECT (SELECT min(event_type) FROM deliveries d WHERE d.event_type > types.event_type) FROM types \
           WHERE types.event_type IS NOT NULL \
         ) SELECT event_type FROM types WHERE event_type IS NOT NULL LIMIT $1",
    )
    .bind(limit)
    .fetch_all(connection)
    .await?;
    Ok(types)
}

/// An id that comes after every delivery there is, at `now` (unix ms). Ids may lie ahead of a clock that was put back.
pub async fn after_all(connection: &mut SqliteConnection, now: i64) -> Result<DeliveryId, DbError> {
    let newest: Option<i64> =
        sqlx::query_scalar("SELECT max(id) FROM deliveries").fetch_one(connection).await?;
    Ok(DeliveryId(newest.unwrap_or(0).saturating_add(1)).max(DeliveryId::at(now.saturating_add(1))))
}
