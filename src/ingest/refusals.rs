//! Counting of requests that are answered without being stored.

use super::{answer::Refusal, refusal_log::RefusalLog};
use crate::{
    db::{self, Db},
    runtime::clock::Clock,
    telemetry::log_once::LogOnce,
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

const FLUSH_EVERY: Duration = Duration::from_secs(5);
const CAUSES: usize = Refusal::CAUSES.len();

/// Counts by cause.
#[derive(Debug, Default)]
pub struct Refusals {
    /// Since the last flush.
    unwritten: [AtomicI64; CAUSES],
    /// Since the start.
    total: [AtomicU64; CAUSES],
    /// How it went to write them down.
    flushes: LogOnce,
    /// Bounds what is logged of them.
    pub(super) log: RefusalLog,
}

impl Refusals {
    /// Counts one.
    pub fn add(&self, refusal: Refusal) {
        self.unwritten[refusal.index()].fetch_add(1, Ordering::Relaxed);
        self.total[refusal.index()].fetch_add(1, Ordering::Relaxed);
    }

    /// The counts since the start, by cause; zeros too.
    pub fn since_start(&self) -> impl Iterator<Item = (&'static str, u64)> {
        Refusal::CAUSES.into_iter().zip(&self.total).map(|(cause, n)| (cause, n.load(Ordering::Relaxed)))
    }

    /// Takes the counts out, leaving zeros.
    fn take(&self) -> Vec<(&'static str, i64)> {
        self.unwritten
            .iter()
            .zip(Refusal::CAUSES)
            .map(|(count, cause)| (cause, count.swap(0, Ordering::Relaxed)))
            .filter(|(_, count)| *count > 0)
            .collect()
    }

    /// Writes the counts to the minute that runs.
    pub async fn flush(&self, db: &Db, clock: &Clock) {
        self.log.tell_rest();
        let counts = self.take();
        if counts.is_empty() {
            return;
        }
        let written = async {
            let mut tx = db.begin().await?;
            db::counts::add_refused(&mut tx, clock.now_ms(), &counts).await?;
            tx.commit().await
        };
        let written = written.await;
        self.flushes.tell("storing the count of refused requests", &written);
        if written.is_err() {
            // For the next time.
            for (cause, count) in counts {
                if let Some(index) = Refusal::CAUSES.iter().position(|known| *known == cause) {
                    self.unwritten[index].fetch_add(count, Ordering::Relaxed);
                }
            }
        }
    }

    /// Writes the counts every few seconds, forever.
    pub async fn flush_regularly(self: Arc<Self>, db: Db, clock: Clock) {
        let mut tick = tokio::time::interval(FLUSH_EVERY);
        loop {
            tick.tick().await;
            self.flush(&db, &clock).await;
        }
    }
}
