//! Deletes what is past its time, in slices between which deliveries go first; nothing while the clock is doubted.

use crate::{
    db::{Db, DbError, removals, retention},
    runtime::clock::{Clock, Leap},
    state::AppState,
    telemetry::log_once::{Streak, Turn},
};
use std::time::Duration;

const EVERY: Duration = Duration::from_secs(600);
/// A removal that a person asked for begins within this time.
const LOOK_EVERY: Duration = Duration::from_secs(2);
const SLICE_PAUSE: Duration = Duration::from_millis(20);

/// Reads when the clock was last believed.
pub(super) async fn remember_clock(db: &Db, clock: &Clock) -> Result<(), DbError> {
    if let Some(seen) = retention::clock_seen(&mut *db.read().await?).await? {
        clock.remember(seen);
    }
    // Said at once: an admin should not have to wait for it.
    if let Err(leap) = clock.believed_ms() {
        tracing::warn!(days = leap.ahead_ms / 86_400_000, "{leap}");
    }
    Ok(())
}

/// Deletes, for ever.
pub(super) async fn run(state: AppState) {
    let (doubts, removals) = (Streak::default(), Streak::default());
    let mut due = tokio::time::Instant::now();
    loop {
        removals.tell("deleting what was removed", &remove(&state).await);
        if tokio::time::Instant::now() >= due {
            due = tokio::time::Instant::now() + EVERY;
            if let Err(error) = round(&state, &doubts).await {
                tracing::warn!(%error, "what is past its retention was not deleted: {error}");
            }
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn round(state: &AppState, doubts: &Streak) -> Result<(), DbError> {
    let believed = state.clock.believed_ms();
    match (doubts.note(believed.is_ok()), believed) {
        (Some(Turn::Recovered(_)), _) => tracing::info!("the clock is believed again"),
        (Some(Turn::Broke), Err(leap)) => tracing::warn!(days = leap.ahead_ms / 86_400_000, "{leap}"),
        _ => {}
    }
    match believed {
        Ok(now) => delete(state, now).await,
        // Said above.
        Err(Leap { .. }) => Ok(()),
    }
}

async fn delete(state: &AppState, now: i64) -> Result<(), DbError> {
    state.db.write(move |c| Box::pin(async move { retention::note_clock(c, now).await })).await?;
    let (mut place, mut died) = (None, 0);
    loop {
        let done = state
            .db
            .write(move |c| Box::pin(async move { retention::delete_slice(c, now, place).await }))
            .await?;
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
            "{died} forwards are dead: their deliveries are past the retention of their endpoint, and stay {} days more",
            retention::OWED_DAYS
        );
    }
    while state.db.write(move |c| Box::pin(async move { retention::delete_leftovers(c, now).await })).await? {
        tokio::time::sleep(SLICE_PAUSE).await;
    }
    Ok(())
}

/// Deletes what endpoints and destinations that people removed left behind.
async fn remove(state: &AppState) -> Result<(), DbError> {
    while let Some(one) = removals::first(&mut *state.db.read().await?).await? {
        state.db.write(move |c| Box::pin(async move { removals::slice(c, &one).await })).await?;
        tokio::time::sleep(SLICE_PAUSE).await;
    }
    Ok(())
}
