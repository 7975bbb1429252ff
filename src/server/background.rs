//! Tasks that run beside the requests.

use crate::{
    alerts,
    db::{DbError, retention},
    jobs, outbound,
    server::heartbeat,
    state::AppState,
};
use std::{sync::Arc, time::Duration};
use tokio::{
    signal::unix::{SignalKind, signal},
    task::JoinSet,
};

const RETENTION_EVERY: Duration = Duration::from_secs(600);
/// Between two slices, so that deliveries go first.
const SLICE_PAUSE: Duration = Duration::from_millis(20);
const FORGET_EVERY: Duration = Duration::from_secs(60);

/// Starts them; they end when the set is dropped.
pub(super) fn start(state: &AppState) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    tasks.spawn(state.ingest.registry.clone().follow(state.db.clone()));
    tasks.spawn(Arc::clone(&state.ingest.refusals).flush_regularly(state.db.clone(), state.clock.clone()));
    tasks.spawn(reload_on_hangup(state.clone()));
    tasks.spawn(forget_idle(state.clone()));
    tasks.spawn(keep_to_retention(state.clone()));
    tasks.spawn(jobs::run(state.clone()));
    tasks.spawn(state.destinations.clone().follow(state.db.clone()));
    tasks.spawn(outbound::forward_events(state.clone()));
    tasks.spawn(alerts::evaluate::run(state.clone()));
    tasks.spawn(alerts::notices::run(state.clone()));
    tasks.spawn(heartbeat::run(state.clone()));
    tasks
}

/// Reads secrets that are kept elsewhere again, when an operator asks for it by SIGHUP.
async fn reload_on_hangup(state: AppState) {
    let mut hangups = match signal(SignalKind::hangup()) {
        Ok(hangups) => hangups,
        Err(error) => {
            tracing::warn!(%error, "SIGHUP will not be heard: {error}");
            return;
        }
    };
    while hangups.recv().await.is_some() {
        match state.ingest.registry.reload(&state.db).await {
            Ok(()) => tracing::info!("endpoints and secrets were read again"),
            Err(error) => tracing::error!(%error, "endpoints and secrets could not be read again: {error}"),
        }
    }
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
