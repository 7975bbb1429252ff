//! The requests under way: how many each destination has, and what becomes of their leases however they end.

use crate::{
    db::{DbError, forwards},
    forward::Forwarding,
    model::ids::{DestinationId, ForwardId},
};
use std::{collections::HashMap, time::Duration};
use tokio::{
    task::{Id, JoinError, JoinSet},
    time::Instant,
};

/// A lease that ends within this time is lengthened, ms.
const SOON_MS: i64 = 15_000;
/// A forward whose attempt panicked is not tried before this time, ms.
const PANIC_PAUSE_MS: i64 = 30_000;

/// How a task ended.
pub(crate) type Ended = Result<(Id, ()), JoinError>;

/// A forward under way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    pub(crate) destination: DestinationId,
    pub(crate) forward: ForwardId,
    /// Number of its claim.
    pub(crate) claim: i64,
    /// Unix ms.
    pub(crate) lease_until: i64,
    /// How long its lease is.
    pub(crate) lease_ms: i64,
    /// It was begun to see whether the destination answers again.
    pub(crate) is_probe: bool,
}

#[derive(Debug, Default)]
pub(crate) struct UnderWay {
    tasks: JoinSet<()>,
    held: HashMap<Id, Held>,
}

impl UnderWay {
    pub(crate) fn start(&mut self, held: Held, attempt: impl Future<Output = ()> + Send + 'static) {
        let id = self.tasks.spawn(attempt).id();
        self.held.insert(id, held);
    }

    /// How many requests a destination has under way, and how many of them are probes.
    pub(crate) fn of(&self, destination: DestinationId) -> (i64, i64) {
        let own = self.held.values().filter(|held| held.destination == destination);
        own.fold((0, 0), |(all, probes), held| (all + 1, probes + i64::from(held.is_probe)))
    }

    /// Waits until one ended. Never ready while there is none.
    pub(crate) async fn ended(&mut self) -> Ended {
        match self.tasks.join_next_with_id().await {
            Some(ended) => ended,
            None => std::future::pending().await,
        }
    }

    /// Gives the places of this one and of all others that ended back.
    pub(crate) async fn settle_all(&mut self, forwarding: &Forwarding, first: Ended) {
        self.settle(forwarding, first).await;
        while let Some(next) = self.tasks.try_join_next_with_id() {
            self.settle(forwarding, next).await;
        }
    }

    async fn settle(&mut self, forwarding: &Forwarding, ended: Ended) {
        let Some(fallen) = self.take(ended) else { return };
        // What it said is in the log already, with its place.
        tracing::error!(forward = %fallen.forward, "an attempt panicked and will be repeated later");
        let until = forwarding.clock.now_ms().saturating_add(PANIC_PAUSE_MS);
        release(forwarding, fallen, until).await;
    }

    /// Gives the place of an ended task back; says which forward it held when it panicked.
    fn take(&mut self, ended: Ended) -> Option<Held> {
        match ended {
            Ok((id, ())) => {
                self.held.remove(&id);
                None
            }
            Err(error) => self.held.remove(&error.id()).filter(|_| error.is_panic()),
        }
    }

    /// Lengthens the leases that end soon, or that the clock has left behind or far ahead.
    pub(crate) async fn keep_leases(&mut self, forwarding: &Forwarding, now: i64) -> Result<(), DbError> {
        let mut by_length: HashMap<i64, Vec<(ForwardId, i64)>> = HashMap::new();
        for held in self.held.values().filter(|held| held.is_off(now)) {
            by_length.entry(held.lease_ms).or_default().push((held.forward, held.claim));
        }
        for (length, claims) in by_length {
            let until = now.saturating_add(length);
            let mut tx = forwarding.db.begin().await?;
            forwards::renew(&mut tx, &claims, until).await?;
            tx.commit().await?;
            for held in self.held.values_mut().filter(|held| held.lease_ms == length && held.is_off(now)) {
                held.lease_until = until;
            }
        }
        Ok(())
    }

    /// Waits for what is under way, at most `most`; what is left then is broken off and given back.
    pub(crate) async fn drain(&mut self, forwarding: &Forwarding, most: Duration) {
        let until = Instant::now() + most;
        if !self.held.is_empty() {
            tracing::info!(requests = self.held.len(), "waiting for requests to destinations in progress");
        }
        while !self.held.is_empty() {
            match tokio::time::timeout_at(until, self.tasks.join_next_with_id()).await {
                Ok(Some(ended)) => self.settle(forwarding, ended).await,
                Ok(None) | Err(_) => break,
            }
        }
        self.tasks.abort_all();
        for (_, held) in self.held.drain() {
            release(forwarding, held, 0).await;
        }
    }
}

impl Held {
    fn is_off(&self, now: i64) -> bool {
        let left = self.lease_until.saturating_sub(now);
        left < SOON_MS.min(self.lease_ms) || left > self.lease_ms
    }
}

/// Its claim came to nothing.
async fn release(forwarding: &Forwarding, held: Held, until: i64) {
    let freed = async {
        let mut tx = forwarding.db.begin().await?;
        forwards::release(&mut tx, held.forward, held.claim, until, true).await?;
        tx.commit().await
    };
    if let Err(error) = freed.await {
        tracing::warn!(forward = %held.forward, %error, "a lease was not released and will expire: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn held(forward: i64, is_probe: bool) -> Held {
        Held {
            destination: DestinationId(Uuid::nil()),
            forward: ForwardId(forward),
            claim: 1,
            lease_until: 45_000,
            lease_ms: 45_000,
            is_probe,
        }
    }

    #[tokio::test]
    async fn a_place_comes_back_however_the_attempt_ends() {
        let mut under_way = UnderWay::default();
        under_way.start(held(1, false), async {});
        under_way.start(held(2, true), async { panic!("an attempt that panics, as the test wants") });
        assert_eq!(under_way.of(DestinationId(Uuid::nil())), (2, 1));
        let mut fallen = Vec::new();
        while let Some(ended) = under_way.tasks.join_next_with_id().await {
            fallen.extend(under_way.take(ended).map(|held| held.forward));
        }
        assert_eq!((fallen, under_way.of(DestinationId(Uuid::nil()))), (vec![ForwardId(2)], (0, 0)));
    }

    #[test]
    fn a_lease_is_kept_when_it_ends_soon_and_when_the_clock_jumped() {
        let off = |now| held(1, false).is_off(now);
        assert_eq!([0, 20_000, 31_000, 1_000_000, -1].map(off), [false, false, true, true, true]);
    }
}
