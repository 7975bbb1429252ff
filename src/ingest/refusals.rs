//! Counting of requests that are answered without being stored.

use super::answer::Refusal;
use crate::{
    clock::Clock,
    db::{Db, rollups},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

const FLUSH_EVERY: Duration = Duration::from_secs(5);

/// Counts by cause since the last flush.
#[derive(Debug, Default)]
pub struct Refusals([AtomicI64; Refusal::CAUSES.len()]);

impl Refusals {
    /// Counts one.
    pub fn add(&self, refusal: Refusal) {
        self.0[refusal.index()].fetch_add(1, Ordering::Relaxed);
    }

    /// Takes the counts out, leaving zeros.
    fn take(&self) -> Vec<(&'static str, i64)> {
        self.0
            .iter()
            .zip(Refusal::CAUSES)
            .map(|(count, cause)| (cause, count.swap(0, Ordering::Relaxed)))
            .filter(|(_, count)| *count > 0)
            .collect()
    }

    /// Writes the counts to the minute that runs.
    pub async fn flush(&self, db: &Db, clock: &Clock) {
        let counts = self.take();
        if counts.is_empty() {
            return;
        }
        let minute = clock.now_ms().div_euclid(60_000);
        let written =
            db.write(move |c| Box::pin(async move { rollups::add_refusals(c, minute, &counts).await })).await;
        if let Err(error) = written {
            tracing::warn!(%error, "counts of refused requests were not written: {error}");
        }
    }

    /// Writes the counts every few seconds, for ever.
    pub async fn flush_regularly(self: Arc<Self>, db: Db, clock: Clock) {
        let mut tick = tokio::time::interval(FLUSH_EVERY);
        loop {
            tick.tick().await;
            self.flush(&db, &clock).await;
        }
    }
}
