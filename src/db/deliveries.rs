//! Questions about deliveries. (They are written by [`super::writer`].)

pub use super::payloads::{Payload, cut_body, payload};

use super::{Connection, DbError, Query};
use crate::model::{
    delivery::{Delivery, Outcome},
    destination::ForwardMark,
    filter::{DeliveryFilter, VerdictFilter},
    ids::{DeliveryId, EndpointId},
};

/// A delivery is stored at most this long after it arrived (body deadline, queue): the slack when a bound on the time of
/// receipt is turned into one on ids, which tell the time of the commit.
const COMMIT_LAG_MS: i64 = 330_000;

const DELIVERIES: &str = "SELECT d.id, d.endpoint_id, e.name AS endpoint, e.scheme = 'none' AS unverified, d.received_at, d.outcome, d.reason, \
     d.old_secret, d.try_number, d.event_type, d.resource, d.created_at, d.body_size, d.answer_status, d.event_key, \
     d.event_id, d.secret_id, d.client, d.answer_us, d.reverified_at \
     FROM deliveries d JOIN endpoints e ON e.id = d.endpoint_id";

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
    connection: &mut Connection,
    filter: &DeliveryFilter,
    bounds: (Option<i64>, Option<i64>),
    cursor: Cursor,
    limit: i64,
) -> Result<Vec<Delivery>, DbError> {
    let mut query = connection.sql(DELIVERIES);
    query.push(" WHERE 1 = 1");
    narrow(&mut query, filter, bounds);
    match cursor {
        Cursor::Newest => query.push(" ORDER BY d.id DESC"),
        Cursor::OlderThan(id) => query.push(" AND d.id < ").push_bind(id).push(" ORDER BY d.id DESC"),
        Cursor::NewerThan(id) => query.push(" AND d.id > ").push_bind(id).push(" ORDER BY d.id"),
    };
    query.push(" LIMIT ").push_bind(limit);
    query.all().await
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
fn push_within(query: &mut Query<'_>, within: &[EndpointId]) {
    // `IN ()` is not everybody's SQL.
    if within.is_empty() {
        query.push(" AND 1 = 0");
    } else {
        query.push(" AND d.endpoint_id IN (").push_list(within).push(")");
    }
}

/// Those of the deliveries `ids` that belong to one of these endpoints.
pub async fn of_endpoints(
    connection: &mut Connection,
    ids: &[DeliveryId],
    within: &[EndpointId],
) -> Result<Vec<DeliveryId>, DbError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = connection.sql("SELECT d.id FROM deliveries d WHERE d.id IN (");
    query.push_list(ids).push(")");
    push_within(&mut query, within);
    query.scalars().await
}

/// Narrows a question about the deliveries `d` by a filter.
pub(super) fn narrow(query: &mut Query<'_>, filter: &DeliveryFilter, bounds: (Option<i64>, Option<i64>)) {
    if let Some(name) = &filter.endpoint {
        query.push(" AND d.endpoint_id = (SELECT id FROM endpoints WHERE name = ").push_bind(name).push(")");
    }
    if let Some(within) = &filter.within {
        push_within(query, within);
    }
    match filter.event_type.as_deref().map(|want| want.strip_suffix('*').ok_or(want)) {
        Some(Ok(prefix)) => {
            // Up to the prefix followed by the last code point: a range that the index can serve.
            query.push(" AND d.event_type >= ").push_bind(prefix);
            query.push(" AND d.event_type < ").push_bind(format!("{prefix}\u{10ffff}"));
        }
        Some(Err(exact)) => {
            query.push(" AND d.event_type = ").push_bind(exact);
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
            query.push(" AND d.outcome = 'rejected' AND d.reason = ").push_bind(code);
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
        query.push(" AND (d.event_key = ").push_bind(id);
        query.push(" OR d.event_id = ").push_bind(id);
        query.push(" OR d.resource = ").push_bind(id).push(")");
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
    connection: &mut Connection,
    filter: &DeliveryFilter,
    bounds: (Option<i64>, Option<i64>),
    most: i64,
) -> Result<i64, DbError> {
    let mut query = connection.sql("SELECT count(*) FROM (SELECT 1 FROM deliveries d WHERE 1 = 1");
    narrow(&mut query, filter, bounds);
    query.push(" LIMIT ").push_bind(most).push(") found");
    query.scalar().await
}

/// The delivery with this id.
pub async fn by_id(connection: &mut Connection, id: DeliveryId) -> Result<Option<Delivery>, DbError> {
    let mut query = connection.sql(DELIVERIES);
    query.push(" WHERE d.id = ").push_bind(id);
    query.optional().await
}

/// The deliveries with the same event key, oldest first: the first one and the newest, at most `limit` and one of the
/// accepted and of the others.
pub async fn with_key(
    connection: &mut Connection,
    endpoint_id: EndpointId,
    event_key: &str,
    limit: i64,
) -> Result<Vec<Delivery>, DbError> {
    let mut all: Vec<Delivery> = Vec::new();
    // The two halves of the key's index, see the migration.
    for half in [" AND d.outcome = 'accepted'", " AND d.outcome <> 'accepted'"] {
        for (order, limit) in
            [(" ORDER BY d.try_number LIMIT ", 1), (" ORDER BY d.try_number DESC LIMIT ", limit)]
        {
            let mut query = connection.sql(DELIVERIES);
            query.push(" WHERE d.event_key IS NOT NULL AND d.endpoint_id = ").push_bind(endpoint_id);
            query.push(" AND d.event_key = ").push_bind(event_key).push(half);
            query.push(order).push_bind(limit);
            all.extend(query.all::<Delivery>().await?);
        }
    }
    all.sort_by_key(|delivery| delivery.summary.id);
    all.dedup_by_key(|delivery| delivery.summary.id);
    Ok(all)
}

/// Whether there is any delivery yet.
pub async fn any(connection: &mut Connection) -> Result<bool, DbError> {
    connection.sql("SELECT EXISTS (SELECT 1 FROM deliveries)").scalar().await
}

/// The event types seen, by name; at most `limit`. Skips from one type to the next in the index.
pub async fn event_types(connection: &mut Connection, limit: i64) -> Result<Vec<String>, DbError> {
    connection
        .sql(
            "WITH RECURSIVE types (event_type) AS ( \
               SELECT min(event_type) FROM deliveries \
               UNION ALL \
               SELECT (SELECT min(event_type) FROM deliveries d WHERE d.event_type > types.event_type) FROM types \
               WHERE types.event_type IS NOT NULL \
             ) SELECT event_type FROM types WHERE event_type IS NOT NULL LIMIT $1",
        )
        .bind(limit)
        .scalars()
        .await
}

/// An id that comes after every delivery there is, at `now` (unix ms). Ids may lie ahead of a clock that was put back.
pub async fn after_all(connection: &mut Connection, now: i64) -> Result<DeliveryId, DbError> {
    let newest: Option<i64> = connection.sql("SELECT max(id) FROM deliveries").scalar().await?;
    Ok(DeliveryId(newest.unwrap_or(0).saturating_add(1)).max(DeliveryId::at(now.saturating_add(1))))
}
