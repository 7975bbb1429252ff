//! Deleting what is past its time, in slices small enough not to hold up deliveries.

use super::{Connection, DbError, counts, samples};
use crate::model::{
    ids::{DeliveryId, EndpointId},
    time::DAY_MS,
};

/// Rows that are looked at in one transaction.
pub const SLICE: i64 = 200;
/// What was still owed when its time was up stays so long as dead, for people to see and send.
pub const OWED_DAYS: i64 = 7;

/// Incidents are kept this long after their end.
const INCIDENT_DAYS: i64 = 730;
/// Messages about incidents are kept this long after they were sent or given up.
const NOTICE_DAYS: i64 = 90;

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
    connection: &mut Connection,
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
        let ids: Vec<DeliveryId> = connection
            .sql("SELECT id FROM deliveries WHERE endpoint_id = $1 AND id > $2 AND id < $3 ORDER BY id LIMIT $4")
            .bind(endpoint)
            .bind(after)
            .bind(bound)
            .bind(room)
            .scalars()
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
    connection: &mut Connection,
    endpoint: EndpointId,
) -> Result<i64, DbError> {
    let ids: Vec<DeliveryId> = connection
        .sql("SELECT id FROM deliveries WHERE endpoint_id = $1 ORDER BY id LIMIT $2")
        .bind(endpoint)
        .bind(SLICE)
        .scalars()
        .await?;
    let (Some(first), Some(last)) = (ids.first(), ids.last()) else { return Ok(0) };
    Range { endpoint, first: *first, last: *last }.delete(connection, None).await
}

/// Every endpoint that has deliveries, with the days it keeps them; none when the endpoint is gone. Skips from one to
/// the next in the index.
async fn owners(connection: &mut Connection) -> Result<Vec<(EndpointId, Option<i64>)>, DbError> {
    connection
        .sql(
            "WITH RECURSIVE owners (id) AS ( \
             SELECT (SELECT endpoint_id FROM deliveries ORDER BY endpoint_id LIMIT 1) \
             UNION ALL \
             SELECT (SELECT d.endpoint_id FROM deliveries d WHERE d.endpoint_id > owners.id \
               ORDER BY d.endpoint_id LIMIT 1) FROM owners WHERE owners.id IS NOT NULL \
             ) SELECT owners.id, e.retention_days FROM owners LEFT JOIN endpoints e ON e.id = owners.id \
             WHERE owners.id IS NOT NULL ORDER BY owners.id",
        )
        .all()
        .await
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
    async fn let_owed_die(&self, connection: &mut Connection, now: i64) -> Result<i64, DbError> {
        let done = connection
            .sql(concat!(
                "UPDATE forwards SET state = 'dead', next_at = $4, lease_until = 0, note = $5 \
                 WHERE state = 'queued' AND lease_until <= $4 AND delivery_id IN (",
                in_range!("d.id"),
                ")"
            ))
            .bind(self.endpoint)
            .bind(self.first)
            .bind(self.last)
            .bind(now)
            .bind("its delivery is past the endpoint's retention: retry or replay it before it is deleted")
            .run()
            .await?;
        Ok(i64::try_from(done).unwrap_or(i64::MAX))
    }

    /// Deletes; `now` (none: whatever is owed) says since when what died may go.
    async fn delete(&self, connection: &mut Connection, now: Option<i64>) -> Result<i64, DbError> {
        let died_before = now.map(|now| now.saturating_sub(OWED_DAYS * DAY_MS));
        let pruned_to: Option<i64> = connection
            .sql(to_go!("max(d.received_at)"))
            .bind(self.endpoint)
            .bind(self.first)
            .bind(self.last)
            .bind(died_before)
            .scalar()
            .await?;
        // Counts of minutes up to this one cannot be made again.
        connection
            .sql(
                "UPDATE endpoints SET pruned_to = $2 WHERE id = $1 AND (pruned_to IS NULL OR pruned_to < $2)",
            )
            .bind(self.endpoint)
            .bind(pruned_to)
            .run()
            .await?;
        let mut deleted = 0;
        for statement in [
            concat!("DELETE FROM payloads WHERE delivery_id IN (", to_go!("d.id"), ")"),
            concat!("DELETE FROM local_results WHERE delivery_id IN (", to_go!("d.id"), ")"),
            concat!("DELETE FROM reverifications WHERE delivery_id IN (", to_go!("d.id"), ")"),
            // Before the forwards, which say what is owed …
            concat!("DELETE FROM deliveries WHERE id IN (", to_go!("d.id"), ")"),
        ] {
            deleted = connection
                .sql(statement)
                .bind(self.endpoint)
                .bind(self.first)
                .bind(self.last)
                .bind(died_before)
                .run()
                .await?;
        }
        // … and then those whose delivery is gone.
        connection
            .sql(
                "DELETE FROM forwards WHERE delivery_id BETWEEN $1 AND $2 \
                 AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.id = forwards.delivery_id)",
            )
            .bind(self.first)
            .bind(self.last)
            .run()
            .await?;
        Ok(i64::try_from(deleted).unwrap_or(i64::MAX))
    }
}

/// Deletes one slice of counts that are past their time, and of sessions, links, messages and incidents that are. Says
/// whether there may be more.
pub async fn delete_leftovers(connection: &mut Connection, now: i64) -> Result<bool, DbError> {
    let mut is_more = counts::remove_old(connection, now).await?;
    is_more |= samples::remove_old(connection, now).await?;
    for (statement, bound) in [
        (
            "DELETE FROM incidents WHERE id IN (SELECT id FROM incidents WHERE ended_at < $1 LIMIT 200)",
            now.saturating_sub(INCIDENT_DAYS * DAY_MS),
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
        let done = connection.sql(statement).bind(bound).run().await?;
        is_more |= done > 0;
    }
    connection
        .sql("UPDATE destinations SET old_sealed = NULL, old_until = NULL WHERE old_until < $1")
        .bind(now)
        .run()
        .await?;
    let has_room = connection.give_back_room().await?;
    Ok(is_more || has_room)
}

/// What the clock showed when it was last believed, unix ms: as it was recorded, or by the newest delivery.
pub async fn clock_seen(connection: &mut Connection) -> Result<Option<i64>, DbError> {
    let seen: Option<i64> = connection
        .sql(
            "SELECT coalesce((SELECT seen_at FROM clock), (SELECT received_at FROM deliveries ORDER BY id DESC LIMIT 1))",
        )
        .scalar()
        .await?;
    Ok(seen)
}

/// Records that the clock is believed.
pub async fn note_clock(connection: &mut Connection, now: i64) -> Result<(), DbError> {
    connection
        .sql(
            "INSERT INTO clock (singleton, seen_at) VALUES (1, $1) ON CONFLICT (singleton) DO UPDATE SET seen_at = excluded.seen_at",
        )
        .bind(now)
        .run()
        .await?;
    Ok(())
}
