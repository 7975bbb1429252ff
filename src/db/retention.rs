//! Deleting what is past its time, in slices small enough not to hold up deliveries.

use super::DbError;
use crate::model::ids::{DeliveryId, EndpointId};
use sqlx::SqliteConnection;

/// Deliveries deleted in one transaction.
pub const SLICE: i64 = 200;

const DAY_MS: i64 = 86_400_000;
/// Counts by minute are kept this long …
const MINUTE_DAYS: i64 = 90;
/// … and those by hour this long.
const HOUR_DAYS: i64 = 730;
/// Messages about incidents are kept this long after they were sent or given up.
const NOTICE_DAYS: i64 = 90;

/// What is looked at once a minute is kept this long: as long as a rule looks back.
const GAUGE_DAYS: i64 = 32;

/// The first unix minute whose counts are kept.
pub fn oldest_minute(now: i64) -> i64 {
    (now - MINUTE_DAYS * DAY_MS).div_euclid(60_000)
}

/// Deletes one slice of deliveries that are older than their endpoint keeps them, or whose endpoint is gone. Says how
/// many: fewer than [`SLICE`] means that nothing is left.
///
/// # Errors
/// When the database fails.
pub async fn delete_slice(connection: &mut SqliteConnection, now: i64) -> Result<i64, DbError> {
    let mut deleted = 0;
    for (endpoint_id, keep_days) in owners(connection).await? {
        // Ids tell the time of the commit, so the bound needs no index on time. An orphan keeps nothing.
        let bound = keep_days.map_or(DeliveryId(i64::MAX), |days| DeliveryId::at(now - days * DAY_MS));
        deleted += delete_below(connection, endpoint_id, bound, SLICE - deleted).await?;
        if deleted >= SLICE {
            break;
        }
    }
    Ok(deleted)
}

/// Every endpoint that has deliveries, with the days it keeps them; none when the endpoint is gone. Skips from one to
/// the next in the index.
async fn owners(connection: &mut SqliteConnection) -> Result<Vec<(EndpointId, Option<i64>)>, DbError> {
    let rows = sqlx::query_as(
        "WITH RECURSIVE owners (id) AS ( \
           SELECT min(endpoint_id) FROM deliveries \
           UNION ALL \
           SELECT (SELECT min(endpoint_id) FROM deliveries d WHERE d.endpoint_id > owners.id) FROM owners \
           WHERE owners.id IS NOT NULL \
         ) SELECT owners.id, e.retention_days FROM owners LEFT JOIN endpoints e ON e.id = owners.id \
         WHERE owners.id IS NOT NULL",
    )
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

async fn delete_below(
    connection: &mut SqliteConnection,
    endpoint_id: EndpointId,
    bound: DeliveryId,
    limit: i64,
) -> Result<i64, DbError> {
    let ids: Vec<DeliveryId> = sqlx::query_scalar(
        "SELECT id FROM deliveries WHERE endpoint_id = $1 AND id < $2 ORDER BY id LIMIT $3",
    )
    .bind(endpoint_id)
    .bind(bound)
    .bind(limit)
    .fetch_all(&mut *connection)
    .await?;
    let (Some(first), Some(last)) = (ids.first(), ids.last()) else { return Ok(0) };
    for statement in [
        // Counts of minutes up to this one cannot be made again.
        "UPDATE endpoints SET pruned_to = max(coalesce(pruned_to, 0), (SELECT max(received_at) FROM deliveries \
         WHERE endpoint_id = $1 AND id BETWEEN $2 AND $3)) WHERE id = $1",
        "DELETE FROM payloads WHERE delivery_id IN \
         (SELECT id FROM deliveries WHERE endpoint_id = $1 AND id BETWEEN $2 AND $3)",
        "DELETE FROM forwards WHERE delivery_id IN \
         (SELECT id FROM deliveries WHERE endpoint_id = $1 AND id BETWEEN $2 AND $3)",
        "DELETE FROM local_results WHERE delivery_id IN \
         (SELECT id FROM deliveries WHERE endpoint_id = $1 AND id BETWEEN $2 AND $3)",
        "DELETE FROM reverifications WHERE delivery_id IN \
         (SELECT id FROM deliveries WHERE endpoint_id = $1 AND id BETWEEN $2 AND $3)",
        "DELETE FROM deliveries WHERE endpoint_id = $1 AND id BETWEEN $2 AND $3",
    ] {
        sqlx::query(statement).bind(endpoint_id).bind(first).bind(last).execute(&mut *connection).await?;
    }
    Ok(ids.len() as i64)
}

/// Every measure, as a list in SQL.
macro_rules! measures {
    () => {
        "('accepted', 'duplicate', 'rejected', 'retry', 'lag', 'answer')"
    };
}

/// Deletes counts that are past their time and sessions and links that have expired, and gives free pages back.
///
/// # Errors
/// When the database fails.
pub async fn delete_leftovers(connection: &mut SqliteConnection, now: i64) -> Result<(), DbError> {
    let oldest_minute = oldest_minute(now);
    // The keys of these tables begin with what is counted: without it the whole table would be read, while senders wait.
    for (statement, bound) in [
        (
            concat!("DELETE FROM measure_minutes WHERE measure IN ", measures!(), " AND minute < $1"),
            oldest_minute,
        ),
        (
            concat!("DELETE FROM measure_hours WHERE measure IN ", measures!(), " AND hour < $1"),
            (now - HOUR_DAYS * DAY_MS) / 3_600_000,
        ),
        ("DELETE FROM refusal_minutes WHERE minute < $1", oldest_minute),
        ("DELETE FROM rejection_minutes WHERE minute < $1", oldest_minute),
        ("DELETE FROM secret_minutes WHERE minute < $1", oldest_minute),
        (
            "DELETE FROM attempt_minutes WHERE destination_id IN (SELECT id FROM destinations) AND minute < $1",
            oldest_minute,
        ),
        (
            "DELETE FROM attempt_hours WHERE destination_id IN (SELECT id FROM destinations) AND hour < $1",
            (now - HOUR_DAYS * DAY_MS) / 3_600_000,
        ),
        ("DELETE FROM gauge_minutes WHERE minute < $1", (now - GAUGE_DAYS * DAY_MS).div_euclid(60_000)),
        ("DELETE FROM incidents WHERE ended_at < $1", now - HOUR_DAYS * DAY_MS),
        ("UPDATE destinations SET old_sealed = NULL, old_until = NULL WHERE old_until < $1", now),
        (
            // Those of an open incident say who is to hear of its end.
            "DELETE FROM notices WHERE state <> 'queued' AND created_at < $1 AND NOT EXISTS \
             (SELECT 1 FROM incidents i WHERE i.id = notices.incident_id AND i.ended_at IS NULL)",
            now - NOTICE_DAYS * DAY_MS,
        ),
        ("DELETE FROM sessions WHERE expires_at < $1", now),
        ("DELETE FROM invites WHERE expires_at < $1", now - DAY_MS),
    ] {
        sqlx::query(statement).bind(bound).execute(&mut *connection).await?;
    }
    sqlx::query("PRAGMA incremental_vacuum(256)").execute(connection).await?;
    Ok(())
}
