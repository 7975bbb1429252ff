//! Sends queued messages over their channels. Channels do not wait for one another; within one, order is kept.
//!
//! A message is marked as sent right after the channel took it. A crash between the two repeats it, under the same id;
//! nothing is lost.

mod grouping;
mod round;
mod schedule;
mod trial;

pub use trial::test;

use super::channels::Carrier;
use crate::{
    db::{DbError, notices},
    model::ids::ChannelId,
    state::AppState,
};
use grouping::Pace;
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::{sync::Mutex, task::JoinSet};

/// What another process queued, and retries, are found within this time.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How fast each channel was sent to. Whoever holds one sends over its channel: nobody else does meanwhile.
type Lanes = HashMap<ChannelId, Arc<Mutex<Pace>>>;

/// Sends, for ever. What is queued here is sent at once: wake it by [`crate::state::Wake::notices`].
pub async fn run(state: AppState) {
    let carrier = Carrier::of(&state);
    let mut under_way = JoinSet::new();
    let mut lanes = Lanes::new();
    loop {
        if let Err(error) = start_due(&state, &carrier, &mut under_way, &mut lanes).await {
            tracing::warn!(%error, "messages about incidents could not be looked up: {error}");
        }
        // A round that ends is no reason to look again at once: what it left waits for a try of something before it.
        while under_way.try_join_next().is_some() {}
        tokio::select! {
            () = state.wake.notices.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

async fn start_due(
    state: &AppState,
    carrier: &Carrier,
    under_way: &mut JoinSet<()>,
    lanes: &mut Lanes,
) -> Result<(), DbError> {
    let waiting = notices::waiting(&mut *state.db.read().await?, state.clock.now_ms()).await?;
    for id in waiting {
        let lane = Arc::clone(lanes.entry(id).or_default());
        if let Ok(pace) = lane.try_lock_owned() {
            under_way.spawn(round::run(state.clone(), carrier.clone(), id, pace));
        }
    }
    Ok(())
}
