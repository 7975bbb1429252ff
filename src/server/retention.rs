//! Deletes what is past its time, in slices between which deliveries go first; nothing while the clock is doubted.

use crate::{
    db::{Db, DbError, removals, retention},
    model::time::DAY_MS,
    runtime::clock::{Clock, Leap},
    state::AppState,
    telemetry::log_once::{LogOnce, Turn},
};
use std::time::Duration;

const EVERY: Duration = Duration::from_secs(600);
/// A removal that a person asked for begins within this time.
const LOOK_EVERY: Duration = Duration::from_secs(2);
const SLICE_PAUSE: Duration = Duration::from_millis(20);

/// Reads when the clock was last believed.
pub(super) async fn remember_clock(db: &Db, clock: &Clock) -> Result<(), DbError> {
    if let Some(seen) = retention::clock_seen(&mut db.read().await?).await? {
        clock.remember(seen);
    }
    // Said at once: an admin should not have to wait for it.
    if let Err(leap) = clock.believed_ms() {
        tracing::warn!(days = leap.ahead_ms / DAY_MS, "{leap}");
    }
    Ok(())
}

/// Deletes, forever.
pub(super) async fn run(state: AppState) {
    let (doubts, removals) = (LogOnce::default(), LogOnce::default());
    let mut due = tokio::time::Instant::now();
    loop {
        removals.tell("deleting removed objects", &remove(&state).await);
        if tokio::time::Instant::now() >= due {
            due = tokio::time::Instant::now() + EVERY;
            if let Err(error) = round(&state, &doubts).await {
                tracing::warn!(%error, "expired data could not be deleted: {error}");
            }
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn round(state: &AppState, doubts: &LogOnce) -> Result<(), DbError> {
    let believed = state.clock.believed_ms();
    match (doubts.note(believed.is_ok()), believed) {
        (Some(Turn::Recovered(_)), _) => tracing::info!("the clock is trusted again"),
        (Some(Turn::Broke), Err(leap)) => tracing::warn!(days = leap.ahead_ms / DAY_MS, "{leap}"),
        _ => {}
    }
    match believed {
        Ok(now) => delete(state, now).await,
        // Said above.
        Err(Leap { .. }) => Ok(()),
    }
}

async fn delete(state: &AppState, now: i64) -> Result<(), DbError> {
    let mut tx = state.db.begin().await?;
    retention::note_clock(&mut tx, now).await?;
    tx.commit().await?;
    let (mut place, mut died) = (None, 0);
    loop {
        let mut tx = state.db.begin().await?;
        let done = retention::delete_slice(&mut tx, now, place).await?;
        tx.commit().await?;
        died += done.died;
        place = done.next;
        if place.is_none() {
            break;
        }
        tokio::time::sleep(SLICE_PAUSE).await;
    }
    if died > 0 {
        tracing::warn!(
            died,
            "{died} forwards are dead: their deliveries are past their endpoint's retention and are kept {} more days",
            retention::OWED_DAYS
        );
    }
    loop {
        let mut tx = state.db.begin().await?;
        let is_more = retention::delete_leftovers(&mut tx, now).await?;
        tx.commit().await?;
        if !is_more {
            return Ok(());
        }
        tokio::time::sleep(SLICE_PAUSE).await;
    }
}

/// Deletes what endpoints and destinations that people removed left behind.
async fn remove(state: &AppState) -> Result<(), DbError> {
    while let Some(one) = removals::first(&mut state.db.read().await?).await? {
        let mut tx = state.db.begin().await?;
        removals::slice(&mut tx, &one).await?;
        tx.commit().await?;
        tokio::time::sleep(SLICE_PAUSE).await;
    }
    Ok(())
}
