//! Tasks that run beside the requests.

use crate::{
    db::{DbError, retention},
    state::AppState,
};
use std::{sync::Arc, time::Duration};
use tokio::task::JoinSet;

const RETENTION_EVERY: Duration = Duration::from_secs(600);
/// Between two slices, so that deliveries go first.
const SLICE_PAUSE: Duration = Duration::from_millis(20);
const FORGET_EVERY: Duration = Duration::from_secs(60);

/// Starts them; they end when the set is dropped.
pub(super) fn start(state: &AppState) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    tasks.spawn(state.ingest.registry.clone().follow(state.db.clone()));
    tasks.spawn(Arc::clone(&state.ingest.refusals).flush_regularly(state.db.clone(), state.clock.clone()));
    tasks.spawn(forget_idle(state.clone()));
    tasks.spawn(keep_to_retention(state.clone()));
    tasks
}

async fn forget_idle(state: AppState) {
    let mut tick = tokio::time::interval(FORGET_EVERY);
    loop {
        tick.tick().await;
        state.ingest.limits.forget_idle();
        state.auth.throttle.forget_idle();
    }
}

async fn keep_to_retention(state: AppState) {
    let mut tick = tokio::time::interval(RETENTION_EVERY);
    loop {
        tick.tick().await;
        if let Err(error) = delete_past_retention(&state).await {
            tracing::warn!(%error, "what is past its retention was not deleted: {error}");
        }
    }
}

async fn delete_past_retention(state: &AppState) -> Result<(), DbError> {
    let now = state.clock.now_ms();
    while state.db.write(move |c| Box::pin(async move { retention::delete_slice(c, now).await })).await?
        >= retention::SLICE
    {
        tokio::time::sleep(SLICE_PAUSE).await;
    }
    state.db.write(move |c| Box::pin(async move { retention::delete_leftovers(c, now).await })).await
}
