//! Sends what is queued. Each destination has its own number of requests at once, so a slow one delays no other; what is
//! under way when the process dies is taken up again by the next.

mod attempt;
mod under_way;

use crate::{
    db::{DbError, destinations, forwards, instance},
    forward::{circuit, rate_limit::Pace, via::Mark},
    model::{error::AppError, ids::DestinationId},
    state::AppState,
    telemetry::log_once::Streak,
};
use attempt::Attempting;
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::sync::Semaphore;
use under_way::{Held, UnderWay};

/// What another process queued, and retries, are found within this time.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Beyond the request's own time, for writing the attempt down.
const LEASE_SLACK_MS: i64 = 30_000;
/// When we are to stop, what is under way has this long.
const DRAIN: Duration = Duration::from_secs(20);
/// The clock went back when it shows this much less than a moment ago, ms.
const JUMP_MS: i64 = 1_000;

/// Sends until it is asked to stop. What is accepted is sent at once: each commit wakes it.
pub async fn run(state: AppState) {
    if let Err(error) = state.db.write(|c| Box::pin(async move { forwards::free_leases(c).await })).await {
        tracing::warn!(%error, "leases of an earlier run were not freed, they end by themselves: {error}");
    }
    let Some(mark) = own_mark(&state).await else { return };
    let mut commits = state.db.writer.subscribe();
    let mut worker = Worker {
        under_way: UnderWay::default(),
        lanes: HashMap::new(),
        mark: Arc::new(mark),
        looked_at: state.clock.now_ms(),
        // A clock that was ahead may have been set right while nobody ran.
        mend: true,
        state,
    };
    let (state, looks) = (worker.state.clone(), Streak::default());
    while !state.stop.is_requested() {
        looks.tell("looking up what is to be forwarded", &worker.start_due().await);
        tokio::select! {
            // Lagging behind is no harm: what is due is looked up.
            _ = commits.recv() => {}
            () = state.wake.forwards.notified() => {}
            ended = worker.under_way.ended() => worker.under_way.settle_all(&state, ended).await,
            () = state.stop.requested() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
    worker.under_way.drain(&state, DRAIN).await;
}

/// Our mark; none when we are asked to stop before it can be read.
async fn own_mark(state: &AppState) -> Option<Mark> {
    while !state.stop.is_requested() {
        let read = async { instance::id(&mut *state.db.read().await?).await };
        match read.await {
            Ok(id) => return Some(Mark::of(&id, &state.base_url)),
            Err(error) => {
                tracing::warn!(%error, "forwarding cannot begin yet: {error}");
                tokio::time::sleep(LOOK_EVERY).await;
            }
        }
    }
    None
}

/// What is known of one destination while the process runs.
struct Lane {
    pace: Pace,
    /// Its condition takes one thread at a time: a sender may make it slow.
    condition: Arc<Semaphore>,
}

struct Worker {
    state: AppState,
    under_way: UnderWay,
    lanes: HashMap<DestinationId, Lane>,
    mark: Arc<Mark>,
    /// When it looked last, unix ms.
    looked_at: i64,
    /// The clock went back: times are to be looked through.
    mend: bool,
}

impl Worker {
    async fn start_due(&mut self) -> Result<(), AppError> {
        // Each commit wakes this: who forwards nothing pays nothing.
        if self.state.destinations.is_empty() {
            return Ok(());
        }
        let now = self.state.clock.now_ms();
        self.mend |= now < self.looked_at.saturating_sub(JUMP_MS);
        self.looked_at = now;
        // Before anything is claimed: whatever the clock did, what is under way is not claimed again.
        self.under_way.keep_leases(&self.state, now).await?;
        if self.mend {
            self.mend_times(now).await?;
            self.mend = false;
        }
        let due = forwards::due(&mut *self.state.db.read().await?, now).await?;
        for one in due {
            self.start(one, now).await?;
        }
        Ok(())
    }

    async fn start(&mut self, one: forwards::Due, now: i64) -> Result<(), AppError> {
        let Some(live) = self.state.destinations.by_id(one.id) else { return Ok(()) };
        if let Some(why) = live.condition.as_ref().and_then(|condition| condition.unreadable()) {
            return pause(&self.state, one.id, format!("its condition cannot be read: {why}")).await;
        }
        let serving = &live.destination.serving;
        let is_probe = circuit::is_open(one.failures);
        let (busy, probes) = self.under_way.of(one.id);
        let room = if is_probe { 1 - probes } else { serving.in_flight - busy };
        let lane = self.lanes.entry(one.id).or_insert_with(|| Lane {
            pace: Pace::new(serving.rate),
            condition: Arc::new(Semaphore::new(1)),
        });
        let limit = lane.pace.take(serving.rate, room.min(one.due.max(one.urgent)));
        if limit <= 0 {
            return Ok(());
        }
        let (id, lease_until, only_urgent) =
            (one.id, now.saturating_add(serving.timeout_ms + LEASE_SLACK_MS), one.due == 0);
        let claimed = self
            .state
            .db
            .write(move |c| {
                Box::pin(async move { forwards::claim(c, id, limit, only_urgent, now, lease_until).await })
            })
            .await?;
        for claimed in claimed {
            let held = Held {
                destination: one.id,
                forward: claimed.forward.id,
                claim: claimed.claim,
                lease_until,
                lease_ms: serving.timeout_ms + LEASE_SLACK_MS,
                is_probe,
            };
            let attempting = Attempting {
                state: self.state.clone(),
                live: live.clone(),
                claimed,
                failures: one.failures,
                mark: self.mark.clone(),
                condition: lane.condition.clone(),
            };
            self.under_way.start(held, attempting.run());
        }
        Ok(())
    }

    /// Brings back what waits for a time that a clock that was ahead has planned, in slices.
    async fn mend_times(&self, now: i64) -> Result<(), DbError> {
        let db = &self.state.db;
        db.write(move |c| Box::pin(async move { forwards::end_astray_circuits(c, now).await })).await?;
        for destination in self.state.destinations.ids() {
            loop {
                let all = forwards::astray(&mut *db.read().await?, destination, now).await?;
                let found = all.len();
                if found > 0 {
                    tracing::warn!(
                        forwards = found,
                        "the clock went back: {found} forwards wait as long as was meant, from now"
                    );
                    db.write(move |c| Box::pin(async move { forwards::bring_back(c, &all, now).await }))
                        .await?;
                }
                if found < forwards::ASTRAY_SLICE {
                    break;
                }
            }
        }
        Ok(())
    }
}

/// Pauses a destination until a person looks, with the reason; what is queued waits.
async fn pause(state: &AppState, id: DestinationId, why: String) -> Result<(), AppError> {
    let now = state.clock.now_ms();
    tracing::warn!(destination = %id, "a destination is paused: {why}");
    state
        .db
        .write(move |c| {
            Box::pin(async move { destinations::set_paused(c, id, Some((now, why.as_str()))).await })
        })
        .await?;
    Ok(state.destinations.reload(&state.db).await?)
}
