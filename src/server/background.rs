//! Tasks that run beside the requests.

use super::{header_passes, heartbeat, retention};
use crate::{
    alerts, auth,
    forward::worker,
    jobs::{backup, run as jobs},
    state::AppState,
};
use std::{sync::Arc, time::Duration};
use tokio::{
    signal::unix::{SignalKind, signal},
    task::JoinSet,
};

/// Requests to destinations that are under way get this long to finish when the server stops.
const FINISH: Duration = Duration::from_secs(25);
const DISK_EVERY: Duration = Duration::from_millis(500);
const FORGET_EVERY: Duration = Duration::from_secs(60);

/// Starts them, each watched; they end when `state.stop` is requested, or the set is dropped.
pub(super) fn start(state: &AppState) -> JoinSet<()> {
    let mut set = JoinSet::new();
    let mut spawn = Spawn { state, set: &mut set };
    spawn.task("endpoints", |s| s.ingest.registry.clone().follow(s.db));
    spawn.task("refusals", |s| Arc::clone(&s.ingest.refusals).flush_regularly(s.db.clone(), s.clock.clone()));
    spawn.task("audit", |s| auth::notes::flush_regularly(s.auth));
    spawn.task("hangup", reload_on_hangup);
    spawn.task("forgetting", forget_idle);
    spawn.task("disk", watch_disk);
    spawn.task("retention", retention::run);
    spawn.task("header-passes", header_passes::run);
    spawn.task("jobs", jobs::run);
    spawn.task("destinations", |s| s.destinations.follow(s.db));
    spawn.task("forwards", |s| worker::run(s.forwarding));
    spawn.task("alerts", |s| alerts::evaluate::run(s.alerts));
    spawn.task("notices", |s| alerts::notices::run(s.alerts));
    spawn.task("backups", backup::schedule::run);
    if let Some(beats) = heartbeat::prepare(state) {
        let beats = Arc::new(beats);
        spawn.task("heartbeat", move |s| heartbeat::run(s, beats.clone()));
    }
    set
}

struct Spawn<'a> {
    state: &'a AppState,
    set: &'a mut JoinSet<()>,
}

impl Spawn<'_> {
    fn task<F, Fut>(&mut self, name: &'static str, make: F)
    where
        F: Fn(AppState) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let state = self.state.clone();
        self.state.tasks.supervise(self.set, &self.state.stop, name, move || make(state.clone()));
    }
}

/// Asks the tasks to stop, and gives those that finish what is under way some time for it.
pub(super) async fn stop(state: &AppState, mut set: JoinSet<()>) {
    state.stop.request();
    let finished = async {
        while state.tasks.states().get("forwards").is_some_and(|task| task.is_up) {
            if set.join_next().await.is_none() {
                break;
            }
        }
    };
    if tokio::time::timeout(FINISH, finished).await.is_err() {
        tracing::warn!("requests to destinations did not finish within {} s", FINISH.as_secs());
    }
    set.shutdown().await;
}

/// Reads secrets that are kept elsewhere again, when an operator asks for it by SIGHUP.
async fn reload_on_hangup(state: AppState) {
    let mut hangups = match signal(SignalKind::hangup()) {
        Ok(hangups) => hangups,
        Err(error) => {
            tracing::warn!(%error, "SIGHUP will be ignored: {error}");
            // Trying again would not help.
            return std::future::pending().await;
        }
    };
    while hangups.recv().await.is_some() {
        match state.ingest.registry.reload(&state.db).await {
            Ok(()) => tracing::info!("endpoints and secrets reloaded"),
            Err(error) => tracing::error!(%error, "endpoints and secrets could not be reloaded: {error}"),
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

/// Looks at the room on the disk, often enough that what was refused for want of it is taken soon after there is some.
async fn watch_disk(state: AppState) {
    let mut tick = tokio::time::interval(DISK_EVERY);
    loop {
        tick.tick().await;
        state.disk.look();
    }
}
