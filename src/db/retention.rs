//! Deleting what is past its time, in slices small enough not to hold up deliveries.

use super::DbError;
use crate::model::ids::{DeliveryId, EndpointId};
use sqlx::SqliteConnection;

/// Rows that are looked at in one transaction.
pub const SLICE: i64 = 200;
/// What was still owed when its time was up stays so long as dead, for people to see and send.
pub const OWED_DAYS: i64 = 7;

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

/// How far a look through what is past its time has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    endpoint: EndpointId,
    after: DeliveryId,
}

/// What one slice did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Slice {
    /// Deliveries that were deleted.
    pub deleted: i64,
    /// Forwards that were still owed, and are dead now.
    pub died: i64,
    /// Where the next slice begins; none: nothing is left to look at.
    pub next: Option<Place>,
}

/// Deletes one slice of deliveries that are older than their endpoint keeps them, or whose endpoint is gone, from `place`
/// on (none: from the first).
///
/// What is still owed to a destination is not lost in silence: such a forward is dead first, so that it is counted and
/// alerted, and its delivery stays for [`OWED_DAYS`] more. Only the deliveries of an endpoint that a person removed go at
/// once.
pub async fn delete_slice(
    connection: &mut SqliteConnection,
    now: i64,
    place: Option<Place>,
) -> Result<Slice, DbError> {
    let mut done = Slice::default();
    let mut room = SLICE;
    for (endpoint, keep_days) in owners(connection).await? {
        let after = match place {
            Some(place) if endpoint < place.endpoint => continue,
            Some(place) if endpoint == place.endpoint => place.after,
            _ => DeliveryId(0),
        };
        // Ids tell the time of the commit, so the bound needs no index on time. An orphan keeps nothing.
        let bound = keep_days.map_or(DeliveryId(i64::MAX), |days| {
            DeliveryId::at(now.saturating_sub(days.saturating_mul(DAY_MS)))
        });
        let ids: Vec<DeliveryId> = sqlx::query_scalar(
            "SELECT id FROM deliveries WHERE endpoint_id = $1 AND id > $2 AND id < $3 ORDER BY id LIMIT $4",
        )
        .bind(endpoint)
        .bind(after)
        .bind(bound)
        .bind(room)
        .fetch_all(&mut *connection)
        .await?;
        let (Some(first), Some(last)) = (ids.first(), ids.last()) else { continue };
        let range = Range { endpoint, first: *first, last: *last };
        if keep_days.is_some() {
            done.died += range.let_owed_die(connection, now).await?;
        }
        done.deleted += range.delete(connection, keep_days.is_some().then_some(now)).await?;
        room -= ids.len() as i64;
        if room <= 0 {
            done.next = Some(Place { endpoint, after: *last });
            break;
        }
    }
    Ok(done)
}

/// Deletes one slice of the deliveries of an endpoint that is gone, whatever is owed of them. Says how many.
pub(super) async fn delete_orphans(
    connection: &mut SqliteConnection,
    endpoint: EndpointId,
) -> Result<i64, DbError> {
    let ids: Vec<DeliveryId> =
        sqlx::query_scalar("SELECT id FROM deliveries WHERE endpoint_id = $1 ORDER BY id LIMIT $2")
            .bind(endpoint)
            .bind(SLICE)
            .fetch_all(&mut *connection)
            .await?;
    let (Some(first), Some(last)) = (ids.first(), ids.last()) else { return Ok(0) };
    Range { endpoint, first: *first, last: *last }.delete(connection, None).await
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
         WHERE owners.id IS NOT NULL ORDER BY owners.id",
    )
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// Deliveries of an endpoint, both ends included.
struct Range {
    endpoint: EndpointId,
    first: DeliveryId,
    last: DeliveryId,
}

/// The deliveries of the range.
macro_rules! in_range {
    ($columns:literal) => {
        concat!("SELECT ", $columns, " FROM deliveries d WHERE d.endpoint_id = $1 AND d.id BETWEEN $2 AND $3")
    };
}

/// Those that may go: nothing is owed of them, nor was until a while ago ($4; NULL: that does not matter).
macro_rules! to_go {
    ($column:literal) => {
        concat!(
            in_range!($column),
            " AND ($4 IS NULL OR NOT EXISTS (SELECT 1 FROM forwards f WHERE f.delivery_id = d.id AND \
             (f.state = 'queued' OR (f.state = 'dead' AND f.next_at > $4))))"
        )
    };
}

impl Range {
    /// Forwards that wait are dead from now on; one that is under way is left to its attempt.
    async fn let_owed_die(&self, connection: &mut SqliteConnection, now: i64) -> Result<i64, DbError> {
        let done = sqlx::query(concat!(
            "UPDATE forwards SET state = 'dead', next_at = $4, lease_until = 0, note = $5 \
             WHERE state = 'queued' AND lease_until <= $4 AND delivery_id IN (",
            in_range!("d.id"),
            ")"
        ))
        .bind(self.endpoint)
        .bind(self.first)
        .bind(self.last)
        .bind(now)
        .bind("its delivery is older than the endpoint keeps deliveries: retry or replay it before it is deleted")
        .execute(connection)
        .await?;
        Ok(i64::try_from(done.rows_affected()).unwrap_or(i64::MAX))
    }

    /// Deletes; `now` (none: whatever is owed) says since when what died may go.
    async fn delete(&self, connection: &mut SqliteConnection, now: Option<i64>) -> Result<i64, DbError> {
        let died_before = now.map(|now| now.saturating_sub(OWED_DAYS * DAY_MS));
        let mut deleted = 0;
        for statement in [
            // Counts of minutes up to this one cannot be made again.
            concat!(
                "UPDATE endpoints SET pruned_to = max(coalesce(pruned_to, 0), coalesce((",
                to_go!("max(d.received_at)"),
                "), 0)) WHERE id = $1"
            ),
            concat!("DELETE FROM payloads WHERE delivery_id IN (", to_go!("d.id"), ")"),
            concat!("DELETE FROM local_results WHERE delivery_id IN (", to_go!("d.id"), ")"),
            concat!("DELETE FROM reverifications WHERE delivery_id IN (", to_go!("d.id"), ")"),
            // Before the forwards, which say what is owed …
            concat!("DELETE FROM deliveries WHERE id IN (", to_go!("d.id"), ")"),
        ] {
            let done = sqlx::query(statement)
                .bind(self.endpoint)
                .bind(self.first)
                .bind(self.last)
                .bind(died_before)
                .execute(&mut *connection)
                .await?;
            deleted = done.rows_affected();
        }
        // … and then those whose delivery is gone.
        sqlx::query(
            "DELETE FROM forwards WHERE delivery_id BETWEEN $1 AND $2 \
             AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.id = forwards.delivery_id)",
        )
        .bind(self.first)
        .bind(self.last)
        .execute(&mut *connection)
        .await?;
        Ok(i64::try_from(deleted).unwrap_or(i64::MAX))
    }
}

/// Every measure, as a table in SQL.
macro_rules! measures {
    () => {
        "(SELECT 'accepted' AS value UNION ALL SELECT 'duplicate' UNION ALL SELECT 'rejected' UNION ALL SELECT 'retry' \
         UNION ALL SELECT 'lag' UNION ALL SELECT 'answer')"
    };
}

/// Deletes the oldest minutes or hours below $1, some thousand rows of each value of the key's first column at most (one
/// minute more at the most).
macro_rules! slice_of {
    ($table:literal, $time:literal) => {
        concat!(
            "DELETE FROM ",
            $table,
            " WHERE ",
            $time,
            " < $1 AND ",
            $time,
            " <= coalesce((SELECT ",
            $time,
            " FROM ",
            $table,
            " ORDER BY ",
            $time,
            " LIMIT 1 OFFSET 1000), $1)"
        )
    };
    ($table:literal, $key:literal, $values:expr, $time:literal) => {
        concat!(
            "DELETE FROM ",
            $table,
            " WHERE (",
            $key,
            ", ",
            $time,
            ") IN (SELECT DISTINCT v.value, t.",
            $time,
            " FROM ",
            $values,
            " v JOIN ",
            $table,
            " t ON t.",
            $key,
            " = v.value WHERE t.",
            $time,
            " < $1 AND t.",
            $time,
            " <= coalesce((SELECT s.",
            $time,
            " FROM ",
            $table,
            " s WHERE s.",
            $key,
            " = v.value ORDER BY s.",
            $time,
            " LIMIT 1 OFFSET 1000), $1))"
        )
    };
}

/// Free pages that are left in the file: it would need them again soon.
const FREE_PAGES: i64 = 1_024;

/// Deletes one slice of counts that are past their time, and of sessions, links, messages and incidents that are. Says
/// whether there may be more.
pub async fn delete_leftovers(connection: &mut SqliteConnection, now: i64) -> Result<bool, DbError> {
    let oldest_minute = oldest_minute(now);
    let oldest_hour = now.saturating_sub(HOUR_DAYS * DAY_MS).div_euclid(3_600_000);
    let oldest_gauge = now.saturating_sub(GAUGE_DAYS * DAY_MS).div_euclid(60_000);
    let mut is_more = false;
    // The keys of these tables begin with what is counted: without it the whole table would be read, while senders wait.
    for (statement, bound) in [
        (slice_of!("measure_minutes", "measure", measures!(), "minute"), oldest_minute),
        (slice_of!("measure_hours", "measure", measures!(), "hour"), oldest_hour),
        (
            slice_of!("secret_minutes", "secret_id", "(SELECT id AS value FROM secrets)", "minute"),
            oldest_minute,
        ),
        (
            slice_of!(
                "attempt_minutes",
                "destination_id",
                "(SELECT id AS value FROM destinations)",
                "minute"
            ),
            oldest_minute,
        ),
        (
            slice_of!("attempt_hours", "destination_id", "(SELECT id AS value FROM destinations)", "hour"),
            oldest_hour,
        ),
        (
            slice_of!(
                "gauge_minutes",
                "gauge",
                "(SELECT DISTINCT gauge AS value FROM gauge_minutes)",
                "minute"
            ),
            oldest_gauge,
        ),
        (slice_of!("refusal_minutes", "minute"), oldest_minute),
        (slice_of!("rejection_minutes", "minute"), oldest_minute),
        (
            "DELETE FROM incidents WHERE id IN (SELECT id FROM incidents WHERE ended_at < $1 LIMIT 200)",
            now.saturating_sub(HOUR_DAYS * DAY_MS),
        ),
        (
            // Those of an open incident say who is to hear of its end.
            "DELETE FROM notices WHERE id IN (SELECT id FROM notices WHERE state <> 'queued' AND created_at < $1 \
             AND NOT EXISTS (SELECT 1 FROM incidents i WHERE i.id = notices.incident_id AND i.ended_at IS NULL) LIMIT 200)",
            now.saturating_sub(NOTICE_DAYS * DAY_MS),
        ),
        (
            "DELETE FROM sessions WHERE token_hash IN (SELECT token_hash FROM sessions WHERE expires_at < $1 LIMIT 200)",
            now,
        ),
        (
            "DELETE FROM invites WHERE id IN (SELECT id FROM invites WHERE expires_at < $1 LIMIT 200)",
            now.saturating_sub(DAY_MS),
        ),
    ] {
        let done = sqlx::query(statement).bind(bound).execute(&mut *connection).await?;
        is_more |= done.rows_affected() > 0;
    }
    sqlx::query("UPDATE destinations SET old_sealed = NULL, old_until = NULL WHERE old_until < $1")
        .bind(now)
        .execute(&mut *connection)
        .await?;
    sqlx::query("PRAGMA incremental_vacuum(256)").execute(&mut *connection).await?;
    let free: i64 = sqlx::query_scalar("PRAGMA freelist_count").fetch_one(&mut *connection).await?;
    Ok(is_more || free > FREE_PAGES)
}

/// What the clock showed when it was last believed, unix ms: as it was written down, or by the newest delivery.
pub async fn clock_seen(connection: &mut SqliteConnection) -> Result<Option<i64>, DbError> {
    let seen: Option<i64> = sqlx::query_scalar(
        "SELECT coalesce((SELECT seen_at FROM clock), (SELECT received_at FROM deliveries ORDER BY id DESC LIMIT 1))",
    )
    .fetch_one(connection)
    .await?;
    Ok(seen)
}

/// Writes down that the clock is believed.
pub async fn note_clock(connection: &mut SqliteConnection, now: i64) -> Result<(), DbError> {
    sqlx::query(
        "INSERT INTO clock (singleton, seen_at) VALUES (1, $1) ON CONFLICT (singleton) DO UPDATE SET seen_at = excluded.seen_at",
    )
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}
