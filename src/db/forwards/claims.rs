//! Taking forwards to be sent, and writing down what came of it. Each claim has a number: only the newest one writes, so a
//! request whose lease ran out and that was made again is recorded once.

use crate::{
    crypto,
    db::{Connection, DbError, attempts, destinations},
    model::{
        destination::{Attempt, Forward, ForwardState},
        ids::{DestinationId, ForwardId},
    },
};
use sqlx::FromRow;

/// No lease is longer than this, ms: one that seems to be was given before the clock went back.
pub const LONGEST_LEASE_MS: i64 = 120_000;
/// No circuit stays open longer, ms.
pub const LONGEST_OPEN_MS: i64 = 600_000;

/// What a destination can be sent now: the first of its resource, due, not under way, and not of a job that is paused or
/// stops. `$1` is now, `$2` is now and the longest lease.
macro_rules! ready {
    ($destination:literal, $which:literal) => {
        concat!(
            "FROM forwards f WHERE f.destination_id = ",
            $destination,
            " AND f.state = 'queued' AND f.blocked = FALSE AND f.held = FALSE AND f.next_at <= $1",
            $which,
            " AND (f.lease_until <= $1 OR f.lease_until > $2) \
             AND (f.job_id IS NULL OR f.attempts > 0 OR NOT EXISTS (SELECT 1 FROM jobs j WHERE j.id = f.job_id \
             AND j.state IN ('paused', 'stopping'))) \
             AND (f.resource IS NULL OR NOT EXISTS (SELECT 1 FROM forwards e WHERE e.destination_id = f.destination_id \
             AND e.resource = f.resource AND e.lease_until > 0 AND e.lease_until > $1 AND e.lease_until <= $2))"
        )
    };
}

/// What a destination is owed now.
#[derive(Clone, Copy, Debug, FromRow)]
pub struct Due {
    /// The destination.
    pub id: DestinationId,
    /// Forwards that can be sent, counted up to 64; none while its circuit is open.
    pub due: i64,
    /// Of these, or in spite of the open circuit, those that a person waits for.
    pub urgent: i64,
    /// Its failures in a row.
    pub failures: i64,
}

/// Destinations that can be sent something now.
pub async fn due(connection: &mut Connection, now: i64) -> Result<Vec<Due>, DbError> {
    connection
        .sql(concat!(
            "SELECT * FROM (SELECT d.id, d.failures, \
             CASE WHEN coalesce(d.open_until, 0) > $1 AND d.open_until <= $3 THEN 0 ELSE (SELECT count(*) FROM (SELECT 1 ",
            ready!("d.id", ""),
            " LIMIT 64) found) END AS due, (SELECT count(*) FROM (SELECT 1 ",
            ready!("d.id", " AND f.urgent_at IS NOT NULL"),
            " LIMIT 64) found) AS urgent FROM destinations d WHERE d.paused_at IS NULL) owed WHERE due > 0 OR urgent > 0"
        ))
        .bind(now)
        .bind(now.saturating_add(LONGEST_LEASE_MS))
        .bind(now.saturating_add(LONGEST_OPEN_MS))
        .all()
        .await
}

/// A forward that was taken.
#[derive(Clone, Debug, FromRow)]
pub struct Claimed {
    /// The claimed forward.
    #[sqlx(flatten)]
    pub forward: Forward,
    /// Number of the claim.
    pub claim: i64,
    /// Claims before this one that came to nothing, in a row.
    pub lost: i64,
}

/// Takes at most `limit` due forwards of a destination and leases them until `lease_until`: those that a person waits for
/// first, then the oldest.
pub async fn claim(
    connection: &mut Connection,
    destination: DestinationId,
    limit: i64,
    only_urgent: bool,
    now: i64,
    lease_until: i64,
) -> Result<Vec<Claimed>, DbError> {
    macro_rules! taken {
        ($which:literal, $order:literal) => {
            concat!(
                "UPDATE forwards SET lease_until = $5, claim = $6, lost = lost + 1 WHERE id IN (SELECT f.id ",
                ready!("$3", $which),
                " ORDER BY ",
                $order,
                " LIMIT $4) RETURNING id, delivery_id, destination_id, '' AS destination, kind, mode, state, attempts, \
                 next_at, actor, created_at, webhook_id, note, job_id, claim, lost - 1 AS lost"
            )
        };
    }
    let mut all: Vec<Claimed> = Vec::new();
    for (statement, wanted) in [
        (taken!(" AND f.urgent_at IS NOT NULL", "f.urgent_at, f.id"), true),
        (taken!("", "f.next_at, f.id"), !only_urgent),
    ] {
        let limit = limit - all.len() as i64;
        if !wanted || limit <= 0 {
            continue;
        }
        let taken: Vec<Claimed> = connection
            .sql(statement)
            .bind(now)
            .bind(now.saturating_add(LONGEST_LEASE_MS))
            .bind(destination)
            .bind(limit)
            .bind(lease_until)
            .bind(i64::from_be_bytes(crypto::random()?) >> 1)
            .all()
            .await?;
        all.extend(taken);
    }
    Ok(all)
}

/// Ends leases that a former process left.
pub async fn free_leases(connection: &mut Connection) -> Result<(), DbError> {
    connection.sql("UPDATE forwards SET lease_until = 0 WHERE lease_until > 0").run().await?;
    Ok(())
}

/// Lengthens the leases of what is still under way.
pub async fn renew(
    connection: &mut Connection,
    claims: &[(ForwardId, i64)],
    lease_until: i64,
) -> Result<(), DbError> {
    for (id, claim) in claims {
        connection
            .sql("UPDATE forwards SET lease_until = $3 WHERE id = $1 AND claim = $2 AND lease_until > 0")
            .bind(id)
            .bind(claim)
            .bind(lease_until)
            .run()
            .await?;
    }
    Ok(())
}

/// Gives a forward back that was not sent: nobody takes it before `until`. `lost`: the claim counts as one that came to
/// nothing.
pub async fn release(
    connection: &mut Connection,
    id: ForwardId,
    claim: i64,
    until: i64,
    lost: bool,
) -> Result<(), DbError> {
    connection
        .sql(
            "UPDATE forwards SET lease_until = $3, lost = CASE WHEN $4 OR lost = 0 THEN lost ELSE lost - 1 END \
             WHERE id = $1 AND claim = $2",
        )
        .bind(id)
        .bind(claim)
        .bind(until)
        .bind(lost)
        .run()
        .await?;
    Ok(())
}

/// What an attempt comes to.
#[derive(Clone, Debug)]
pub struct Finished {
    /// The attempt.
    pub attempt: Attempt,
    /// Number of the claim it was made under.
    pub claim: i64,
    /// Where it went.
    pub destination: DestinationId,
    /// How the forward stands now.
    pub state: ForwardState,
    /// When it is tried again, if it is.
    pub next_at: i64,
    /// Unix ms.
    pub now: i64,
    /// The destination's failures in a row, and until when nothing is sent there; none: they stay as they are.
    pub circuit: Option<(i64, Option<i64>)>,
}

/// Writes an attempt down with what it comes to. Says whether it did: not when the forward is gone, or was claimed again
/// meanwhile.
pub async fn finish(connection: &mut Connection, done: &Finished) -> Result<bool, DbError> {
    // One that was taken back or given up while it was under way is not tried again.
    let found = connection
        .sql(
            "UPDATE forwards SET state = CASE WHEN state <> 'queued' AND $3 = 'queued' THEN state ELSE $3 END, \
             next_at = $4, planned_at = $5, attempts = attempts + 1, lease_until = 0, lost = 0, urgent_at = NULL \
             WHERE id = $1 AND claim = $2 AND lease_until > 0",
        )
        .bind(done.attempt.forward_id)
        .bind(done.claim)
        .bind(done.state)
        .bind(done.next_at)
        .bind(done.now)
        .run()
        .await?;
    if found == 0 {
        return Ok(false);
    }
    attempts::insert(connection, &done.attempt, done.destination).await?;
    if done.state == ForwardState::Delivered {
        supersede(connection, done.attempt.forward_id).await?;
    }
    if let Some((failures, open_until)) = done.circuit {
        destinations::note_failures(connection, done.destination, failures, open_until).await?;
        if open_until.is_some() {
            // Who asked before this was known has the answer: further ones wait as all do.
            connection
                .sql(
                    "UPDATE forwards SET urgent_at = NULL \
                     WHERE destination_id = $1 AND state = 'queued' AND urgent_at IS NOT NULL AND urgent_at <= $2",
                )
                .bind(done.destination)
                .bind(done.attempt.at)
                .run()
                .await?;
        }
    }
    Ok(true)
}

/// What a replay delivered needs no further try of earlier forwards to the same destination, unless it was made another
/// event.
async fn supersede(connection: &mut Connection, replay: ForwardId) -> Result<(), DbError> {
    connection
        .sql(
            "UPDATE forwards SET state = 'skipped', note = 'a replay was delivered meanwhile' \
             WHERE state = 'queued' AND id < $1 AND (delivery_id, destination_id) = (SELECT delivery_id, destination_id \
             FROM forwards WHERE id = $1 AND kind = 'replay' AND mode <> 'edited' AND webhook_id IS NULL)",
        )
        .bind(replay)
        .run()
        .await?;
    Ok(())
}

/// Records that a forward is not sent, and why; `untold`: because its destination's condition could not be told.
pub async fn skip(
    connection: &mut Connection,
    id: ForwardId,
    claim: i64,
    note: &str,
    untold: bool,
) -> Result<(), DbError> {
    connection
        .sql(
            "UPDATE forwards SET state = 'skipped', lease_until = 0, lost = 0, urgent_at = NULL, note = $3, untold = $4 \
             WHERE id = $1 AND claim = $2",
        )
        .bind(id)
        .bind(claim)
        .bind(note)
        .bind(untold)
        .run()
        .await?;
    Ok(())
}

/// Lets a forward that waits, or is dead, be tried now, even where its destination is left alone for its failures. Says
/// whether there is such a one.
pub async fn retry_now(connection: &mut Connection, id: ForwardId, now: i64) -> Result<bool, DbError> {
    let done = connection
        .sql(
            "UPDATE forwards SET state = 'queued', next_at = $2, planned_at = $2, urgent_at = $2, held = FALSE \
             WHERE id = $1 AND state IN ('queued', 'dead')",
        )
        .bind(id)
        .bind(now)
        .run()
        .await?;
    Ok(done == 1)
}
