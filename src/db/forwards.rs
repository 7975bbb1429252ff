//! The queue of what goes to destinations.

mod claims;
mod clock;
mod many;
mod marks;
#[cfg(test)]
mod tests;

pub use claims::{
    Claimed, Due, Finished, LONGEST_OPEN_MS, claim, due, finish, free_leases, release, renew, retry_now, skip,
};
pub use clock::{SLICE as ASTRAY_SLICE, astray, bring_back, end_astray_circuits};
pub use many::{Progress, Standing, Tell, has_untried, progress, standings, tell};
pub use marks::marks;

use super::{Connection, DbError, destinations};
use crate::model::{
    destination::{Destination, Edit, Forward, ForwardState, ReplayMode},
    ids::{DeliveryId, DestinationId, ForwardId, JobId},
};
use sqlx::FromRow;
use std::collections::HashMap;

/// Queues events for destinations, each pair once. A destination that was removed a moment ago is passed over: no sender
/// is to be refused for it. Where order is kept the resource is recorded, so that one waits for the other.
pub async fn queue(
    connection: &mut Connection,
    pairs: &[(DeliveryId, DestinationId)],
    now: i64,
) -> Result<(), DbError> {
    // Each pair takes two parameters; SQLite takes tens of thousands.
    for chunk in pairs.chunks(500) {
        let mut query = connection.sql("WITH wanted (delivery_id, destination_id) AS (");
        query.push_rows(chunk, |row, (delivery, destination)| {
            row.bind(*delivery).bind(*destination);
        });
        query.push(
            ") INSERT INTO forwards (delivery_id, destination_id, kind, mode, state, resource, next_at, planned_at, created_at) \
             SELECT w.delivery_id, d.id, 'forward', 'fresh', 'queued', \
             CASE WHEN d.ordered THEN (SELECT resource FROM deliveries WHERE id = w.delivery_id) END, ",
        );
        query.push_bind(now).push(", ").push_bind(now).push(", ").push_bind(now);
        query.push(
            " FROM wanted w JOIN destinations d ON d.id = w.destination_id AND d.removed_at IS NULL \
             ORDER BY w.delivery_id",
        );
        query.run().await?;
    }
    Ok(())
}

/// A replay to be queued.
#[derive(Clone, Debug)]
pub struct NewReplay {
    /// What is sent.
    pub delivery: DeliveryId,
    /// The destination to send to.
    pub destination: DestinationId,
    /// Fresh, verbatim or edited.
    pub mode: ReplayMode,
    /// Instead of the event's own `webhook-id`.
    pub webhook_id: Option<String>,
    /// What is sent instead, as [`insert_edit`] stored it.
    pub edit: Option<i64>,
    /// The job it is part of; none: a person waits for it.
    pub job: Option<JobId>,
    /// Who asked.
    pub actor: String,
    /// Unix ms.
    pub at: i64,
}

/// Queues a replay. Says its id; none when the destination was removed.
pub async fn queue_replay(
    connection: &mut Connection,
    new: &NewReplay,
) -> Result<Option<ForwardId>, DbError> {
    connection
        .sql(
            "INSERT INTO forwards (delivery_id, destination_id, kind, mode, state, next_at, planned_at, actor, created_at, \
             webhook_id, edit_id, job_id, urgent_at) \
             SELECT $1, id, 'replay', $3, 'queued', $4, $4, $5, $4, $6, $7, $8, $9 \
             FROM destinations WHERE id = $2 AND removed_at IS NULL RETURNING id",
        )
        .bind(new.delivery)
        .bind(new.destination)
        .bind(new.mode)
        .bind(new.at)
        .bind(&new.actor)
        .bind(&new.webhook_id)
        .bind(new.edit)
        .bind(new.job)
        .bind(new.job.is_none().then_some(new.at))
        .optional_scalar()
        .await
}

/// Stores what edited replays send. Says its id.
pub async fn insert_edit(connection: &mut Connection, edit: &Edit) -> Result<i64, DbError> {
    connection
        .sql("INSERT INTO edits (headers, body) VALUES ($1, $2) RETURNING id")
        .bind(&edit.headers)
        .bind(&edit.body)
        .scalar()
        .await
}

/// Forgets an edit that no forward has.
pub async fn drop_unused_edit(connection: &mut Connection, id: i64) -> Result<(), DbError> {
    connection
        .sql("DELETE FROM edits WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM forwards WHERE edit_id = $1)")
        .bind(id)
        .run()
        .await?;
    Ok(())
}

/// What an edited replay sends.
pub async fn edit_of(connection: &mut Connection, id: ForwardId) -> Result<Option<Edit>, DbError> {
    connection
        .sql("SELECT e.headers, e.body FROM forwards f JOIN edits e ON e.id = f.edit_id WHERE f.id = $1")
        .bind(id)
        .optional()
        .await
}

const FORWARDS: &str = "SELECT f.id, f.delivery_id, f.destination_id, d.name AS destination, f.kind, f.mode, f.state, \
     f.attempts, f.next_at, f.actor, f.created_at, f.webhook_id, f.note, f.job_id \
     FROM forwards f JOIN destinations d ON d.id = f.destination_id AND d.removed_at IS NULL ";

/// Forwards of a delivery that are listed at most.
pub const MOST_LISTED: usize = 200;

/// What was or will be sent of a delivery, oldest first: the newest [`MOST_LISTED`].
pub async fn of_delivery(connection: &mut Connection, id: DeliveryId) -> Result<Vec<Forward>, DbError> {
    let mut query = connection.sql(FORWARDS);
    query.push("WHERE f.delivery_id = ").push_bind(id).push(" ORDER BY f.id DESC LIMIT ");
    query.push_bind(MOST_LISTED as i64);
    let mut newest: Vec<Forward> = query.all().await?;
    newest.reverse();
    Ok(newest)
}

/// The destinations whose newest forward of a delivery did not arrive: it is tried again, or dead. However many there are.
pub async fn failing(connection: &mut Connection, id: DeliveryId) -> Result<Vec<DestinationId>, DbError> {
    connection
        .sql(
            "SELECT destination_id FROM forwards \
             WHERE id IN (SELECT max(id) FROM forwards WHERE delivery_id = $1 GROUP BY destination_id) \
             AND (state = 'dead' OR (state = 'queued' AND attempts > 0)) ORDER BY id",
        )
        .bind(id)
        .scalars()
        .await
}

/// The dead forwards of a destination, newest first.
pub async fn dead(
    connection: &mut Connection,
    id: DestinationId,
    limit: i64,
) -> Result<Vec<Forward>, DbError> {
    let mut query = connection.sql(FORWARDS);
    query.push("WHERE f.destination_id = ").push_bind(id);
    query.push(" AND f.state = 'dead' ORDER BY f.id DESC LIMIT ").push_bind(limit);
    query.all().await
}

/// How much waits for a destination, each counted up to 10,000.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromRow)]
pub struct Depth {
    /// Waiting, or under way.
    pub queued: i64,
    /// Of these, how many were tried before.
    pub retrying: i64,
    /// Without a try left.
    pub dead: i64,
    /// Not sent because its condition could not be told.
    pub untold: i64,
    /// When the oldest of those that wait was queued, unix ms.
    pub oldest: Option<i64>,
}

macro_rules! depths {
    ($rest:literal) => {
        concat!(
            "SELECT d.id AS destination_id, \
             (SELECT count(*) FROM (SELECT 1 FROM forwards f WHERE f.destination_id = d.id AND f.state = 'queued' \
               LIMIT 10000) found) AS queued, \
             (SELECT count(*) FROM (SELECT 1 FROM forwards f WHERE f.destination_id = d.id AND f.state = 'queued' \
               AND f.attempts > 0 LIMIT 10000) found) AS retrying, \
             (SELECT count(*) FROM (SELECT 1 FROM forwards f WHERE f.destination_id = d.id AND f.state = 'dead' \
               LIMIT 10000) found) AS dead, \
             (SELECT count(*) FROM (SELECT 1 FROM forwards f WHERE f.destination_id = d.id AND f.untold = TRUE \
               LIMIT 10000) found) AS untold, \
             (SELECT min(found.created_at) FROM (SELECT f.created_at FROM forwards f WHERE f.destination_id = d.id \
               AND f.state = 'queued' LIMIT 10000) found) AS oldest \
             FROM destinations d WHERE d.removed_at IS NULL",
            $rest
        )
    };
}

/// The depth of a destination's queue.
pub async fn depth(connection: &mut Connection, id: DestinationId) -> Result<Depth, DbError> {
    let depth: Option<Depth> = connection.sql(depths!(" AND d.id = $1")).bind(id).optional().await?;
    Ok(depth.unwrap_or_default())
}

/// The depths of the queues of all destinations.
pub async fn depths(connection: &mut Connection) -> Result<HashMap<DestinationId, Depth>, DbError> {
    #[derive(FromRow)]
    struct Of {
        destination_id: DestinationId,
        #[sqlx(flatten)]
        depth: Depth,
    }
    let all: Vec<Of> = connection.sql(depths!("")).all().await?;
    Ok(all.into_iter().map(|of| (of.destination_id, of.depth)).collect())
}

/// Every destination, by name, with the depth of its queue.
pub async fn queues(connection: &mut Connection) -> Result<Vec<(Destination, Depth)>, DbError> {
    let depths = depths(connection).await?;
    let all = destinations::list(connection).await?;
    let with_depth = |one: Destination| {
        let depth = depths.get(&one.id).copied().unwrap_or_default();
        (one, depth)
    };
    Ok(all.into_iter().map(with_depth).collect())
}

/// One forward's state, and its attempts, for who waits for a replay.
pub async fn state_of(
    connection: &mut Connection,
    id: ForwardId,
) -> Result<Option<(ForwardState, i64)>, DbError> {
    connection.sql("SELECT state, attempts FROM forwards WHERE id = $1").bind(id).optional().await
}
