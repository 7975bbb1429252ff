//! Bounds on what a stranger can make us do.

use super::answer::Refusal;
use crate::{config::Settings, model::ids::EndpointId};
use axum::body::{Body, Bytes};
use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    state::keyed::DashMapStateStore,
};
use http_body_util::{BodyExt, Limited};
use std::{hash::Hash, net::IpAddr, num::NonZeroU32, time::Duration};

type Keyed<K> = RateLimiter<K, DashMapStateStore<K>, DefaultClock>;

/// Rates of the ingest route.
#[derive(Debug)]
pub struct Limits {
    /// Requests per address; none: unlimited.
    per_address: Option<Keyed<IpAddr>>,
    /// Rejected deliveries stored per endpoint, so that strangers cannot fill the disk. Verified ones never count.
    rejected: Keyed<EndpointId>,
    clock: DefaultClock,
}

impl Limits {
    /// Limits as the settings say.
    pub fn new(settings: &Settings) -> Self {
        let rejected = NonZeroU32::new(settings.rejected_per_minute).unwrap_or(NonZeroU32::MIN);
        Self {
            per_address: NonZeroU32::new(settings.rate_limit)
                .map(|count| RateLimiter::dashmap(Quota::per_second(count))),
            rejected: RateLimiter::dashmap(Quota::per_minute(rejected)),
            clock: DefaultClock::default(),
        }
    }

    /// Takes one request of this address off its rate.
    ///
    /// # Errors
    /// [`Refusal::Rate`] when there is none left.
    pub fn check_address(&self, address: IpAddr) -> Result<(), Refusal> {
        self.per_address.as_ref().map_or(Ok(()), |limiter| self.check(limiter, &address))
    }

    /// Takes one rejected delivery off the endpoint's quota.
    ///
    /// # Errors
    /// [`Refusal::Rate`] when there is none left.
    pub fn check_rejected(&self, endpoint: EndpointId) -> Result<(), Refusal> {
        self.check(&self.rejected, &endpoint)
    }

    fn check<K: Hash + Eq + Clone>(&self, limiter: &Keyed<K>, key: &K) -> Result<(), Refusal> {
        limiter.check_key(key).map_err(|not_until| Refusal::Rate(not_until.wait_time_from(self.clock.now())))
    }

    /// Forgets addresses that have their full rate back.
    pub fn forget_idle(&self) {
        if let Some(limiter) = &self.per_address {
            limiter.retain_recent();
        }
        self.rejected.retain_recent();
    }
}

/// Reads the body, counting while it streams.
///
/// # Errors
/// Too large, too slow, or broken off.
pub async fn read_body(body: Body, limit: usize, deadline: Duration) -> Result<Bytes, Refusal> {
    let collected = tokio::time::timeout(deadline, Limited::new(body, limit).collect()).await;
    match collected {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => Err(Refusal::TooLarge),
        Ok(Err(_)) => Err(Refusal::Broken),
        Err(_) => Err(Refusal::Slow),
    }
}
