//! Sends queued messages over their channels. Channels do not wait for one another; within one, order is kept.
//!
//! A message is marked as sent right after the channel took it. A crash between the two repeats it, under the same id;
//! nothing is lost.

mod grouping;
mod round;
mod schedule;
mod trial;

pub use trial::test;

use super::Alerts;
use crate::{
    db::{DbError, notices},
    model::ids::ChannelId,
};
use grouping::Pace;
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::{sync::Mutex, task::JoinSet};

/// What another process queued, and retries, are found within this time.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How fast each channel was sent to. Whoever holds one sends over its channel: nobody else does meanwhile.
type Lanes = HashMap<ChannelId, Arc<Mutex<Pace>>>;

/// Sends, forever. What is queued here is sent at once: wake it by [`crate::runtime::wake::Wake::notices`].
pub async fn run(alerts: Alerts) {
    let mut under_way = JoinSet::new();
    let mut lanes = Lanes::new();
    loop {
        if let Err(error) = start_due(&alerts, &mut under_way, &mut lanes).await {
            tracing::warn!(%error, "alert messages could not be looked up: {error}");
        }
        // A round that ends is not a reason to look again at once: what it left waits for a try of something before it.
        while under_way.try_join_next().is_some() {}
        tokio::select! {
            () = alerts.wake.notices.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

async fn start_due(alerts: &Alerts, under_way: &mut JoinSet<()>, lanes: &mut Lanes) -> Result<(), DbError> {
    let waiting = notices::waiting(&mut alerts.db.read().await?, alerts.clock.now_ms()).await?;
    for id in waiting {
        let lane = Arc::clone(lanes.entry(id).or_default());
        if let Ok(pace) = lane.try_lock_owned() {
            under_way.spawn(round::run(alerts.clone(), id, pace));
        }
    }
    Ok(())
}
