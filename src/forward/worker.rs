//! Sends what is queued. Each destination has its own number of requests at once, so a slow one delays no other; what is
//! under way when the process dies is taken up again by the next.

mod attempt;
mod under_way;

use crate::{
    db::{DbError, destinations, forwards, instance},
    forward::Forwarding,
    forward::{circuit, rate_limit::RateLimit, via::Mark},
    model::{error::AppError, ids::DestinationId},
    telemetry::log_once::LogOnce,
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
pub async fn run(forwarding: Forwarding) {
    let freed = async {
        let mut tx = forwarding.db.begin().await?;
        forwards::free_leases(&mut tx).await?;
        tx.commit().await
    };
    if let Err(error) = freed.await {
        tracing::warn!(%error, "leases of an earlier run were not released and will expire: {error}");
    }
    let Some(mark) = own_mark(&forwarding).await else { return };
    let mut commits = forwarding.db.writer.subscribe();
    let mut worker = Worker {
        under_way: UnderWay::default(),
        lanes: HashMap::new(),
        mark: Arc::new(mark),
        looked_at: forwarding.clock.now_ms(),
        // A clock that was ahead may have been set right while nobody ran.
        mend: true,
        forwarding,
    };
    let (forwarding, looks) = (worker.forwarding.clone(), LogOnce::default());
    while !forwarding.stop.is_requested() {
        looks.tell("looking up due forwards", &worker.start_due().await);
        tokio::select! {
            // Lagging behind is no harm: what is due is looked up.
            _ = commits.recv() => {}
            () = forwarding.wake.forwards.notified() => {}
            ended = worker.under_way.ended() => worker.under_way.settle_all(&forwarding, ended).await,
            () = forwarding.stop.requested() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
    worker.under_way.drain(&forwarding, DRAIN).await;
}

/// Our mark; none when we are asked to stop before it can be read.
async fn own_mark(forwarding: &Forwarding) -> Option<Mark> {
    while !forwarding.stop.is_requested() {
        let read = async { instance::id(&mut forwarding.db.read().await?).await };
        match read.await {
            Ok(id) => return Some(Mark::of(&id, &forwarding.base_url)),
            Err(error) => {
                tracing::warn!(%error, "forwarding can't start yet: {error}");
                tokio::time::sleep(LOOK_EVERY).await;
            }
        }
    }
    None
}

/// What is known of one destination while the process runs.
struct Lane {
    rate_limit: RateLimit,
    /// Its condition takes one thread at a time: a sender may make it slow.
    condition: Arc<Semaphore>,
}

struct Worker {
    forwarding: Forwarding,
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
        if self.forwarding.destinations.is_empty() {
            return Ok(());
        }
        let now = self.forwarding.clock.now_ms();
        self.mend |= now < self.looked_at.saturating_sub(JUMP_MS);
        self.looked_at = now;
        // Before anything is claimed: whatever the clock did, what is under way is not claimed again.
        self.under_way.keep_leases(&self.forwarding, now).await?;
        if self.mend {
            self.mend_times(now).await?;
            self.mend = false;
        }
        let due = forwards::due(&mut self.forwarding.db.read().await?, now).await?;
        for one in due {
            self.start(one, now).await?;
        }
        Ok(())
    }

    async fn start(&mut self, one: forwards::Due, now: i64) -> Result<(), AppError> {
        let Some(live) = self.forwarding.destinations.by_id(one.id) else { return Ok(()) };
        if let Some(why) = live.condition.as_ref().and_then(|condition| condition.unreadable()) {
            return pause(&self.forwarding, one.id, format!("its condition can't be read: {why}")).await;
        }
        let policy = &live.destination.policy;
        let is_probe = circuit::is_open(one.failures);
        let (busy, probes) = self.under_way.of(one.id);
        let room = if is_probe { 1 - probes } else { policy.in_flight - busy };
        let lane = self.lanes.entry(one.id).or_insert_with(|| Lane {
            rate_limit: RateLimit::new(policy.rate),
            condition: Arc::new(Semaphore::new(1)),
        });
        let limit = lane.rate_limit.take(policy.rate, room.min(one.due.max(one.urgent)));
        if limit <= 0 {
            return Ok(());
        }
        let (id, lease_until, only_urgent) =
            (one.id, now.saturating_add(policy.timeout_ms + LEASE_SLACK_MS), one.due == 0);
        let mut tx = self.forwarding.db.begin().await?;
        let claimed = forwards::claim(&mut tx, id, limit, only_urgent, now, lease_until).await?;
        tx.commit().await?;
        for claimed in claimed {
            let held = Held {
                destination: one.id,
                forward: claimed.forward.id,
                claim: claimed.claim,
                lease_until,
                lease_ms: policy.timeout_ms + LEASE_SLACK_MS,
                is_probe,
            };
            let attempting = Attempting {
                forwarding: self.forwarding.clone(),
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
        let db = &self.forwarding.db;
        let mut tx = db.begin().await?;
        forwards::end_astray_circuits(&mut tx, now).await?;
        tx.commit().await?;
        for destination in self.forwarding.destinations.ids() {
            loop {
                let all = forwards::astray(&mut db.read().await?, destination, now).await?;
                let found = all.len();
                if found > 0 {
                    tracing::warn!(
                        forwards = found,
                        "the clock went back: {found} forwards were rescheduled from now"
                    );
                    let mut tx = db.begin().await?;
                    forwards::bring_back(&mut tx, &all, now).await?;
                    tx.commit().await?;
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
async fn pause(forwarding: &Forwarding, id: DestinationId, why: String) -> Result<(), AppError> {
    let now = forwarding.clock.now_ms();
    tracing::warn!(destination = %id, "a destination was paused: {why}");
    let mut tx = forwarding.db.begin().await?;
    destinations::set_paused(&mut tx, id, Some((now, why.as_str()))).await?;
    tx.commit().await?;
    Ok(forwarding.destinations.reload(&forwarding.db).await?)
}
