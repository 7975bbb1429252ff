//! Bounds on what a stranger can make us do.

use super::answer::Refusal;
use crate::{
    model::{
        error::AppError,
        ids::{EndpointId, TokenId},
    },
    runtime::config::Settings,
};
use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    state::keyed::DashMapStateStore,
};
use std::{hash::Hash, net::IpAddr, num::NonZeroU32};

type Keyed<K> = RateLimiter<K, DashMapStateStore<K>, DefaultClock>;

/// Bytes by endpoint and minute.
#[derive(Debug)]
struct Bytes {
    per_minute: NonZeroU32,
    limiter: Keyed<EndpointId>,
}

impl Bytes {
    fn new(per_minute: NonZeroU32) -> Self {
        Self { per_minute, limiter: RateLimiter::dashmap(Quota::per_minute(per_minute)) }
    }

    fn check(&self, endpoint: EndpointId, bytes: usize, clock: &DefaultClock) -> Result<(), Refusal> {
        let bytes = u32::try_from(bytes).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MIN);
        // What is larger than all of the quota takes all of it.
        match self.limiter.check_key_n(&endpoint, bytes.min(self.per_minute)) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(not_until)) => Err(Refusal::Rate(not_until.wait_time_from(clock.now()))),
            Err(_never) => Ok(()),
        }
    }
}

/// Rates of the ingest route.
#[derive(Debug)]
pub struct Limits {
    /// Requests per address; none: unlimited.
    per_address: Option<Keyed<IpAddr>>,
    /// Rejected deliveries stored per endpoint, so that strangers cannot fill the disk. Verified ones never count.
    rejected: Keyed<EndpointId>,
    /// The same in bytes.
    rejected_bytes: Bytes,
    /// Requests of one API token; none: unlimited.
    per_token: Option<Keyed<TokenId>>,
    /// Bytes stored per endpoint that checks nothing; none: unlimited.
    unverified_bytes: Option<Bytes>,
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
            per_token: NonZeroU32::new(settings.api_rate_limit)
                .map(|count| RateLimiter::dashmap(Quota::per_second(count))),
            rejected_bytes: Bytes::new(
                NonZeroU32::new(settings.rejected_bytes_per_minute).unwrap_or(NonZeroU32::MIN),
            ),
            unverified_bytes: NonZeroU32::new(settings.unverified_bytes_per_minute).map(Bytes::new),
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

    /// Takes one request of this API token off its rate.
    ///
    /// # Errors
    /// [`AppError::TooFast`] when there is none left.
    pub fn check_token(&self, token: TokenId) -> Result<(), AppError> {
        let Some(limiter) = &self.per_token else { return Ok(()) };
        limiter.check_key(&token).map_err(|not_until| AppError::TooFast {
            retry_after_s: not_until.wait_time_from(self.clock.now()).as_secs() + 1,
        })
    }

    /// Takes one rejected delivery, of which `bytes` are to be stored, off the endpoint's quotas.
    ///
    /// # Errors
    /// [`Refusal::Rate`] when there is none left.
    pub fn check_rejected(&self, endpoint: EndpointId, bytes: usize) -> Result<(), Refusal> {
        self.check(&self.rejected, &endpoint)?;
        self.rejected_bytes.check(endpoint, bytes, &self.clock)
    }

    /// Takes a delivery of `bytes` off the quota of an endpoint that checks nothing.
    ///
    /// # Errors
    /// [`Refusal::Rate`] when there is none left.
    pub fn check_unverified(&self, endpoint: EndpointId, bytes: usize) -> Result<(), Refusal> {
        self.unverified_bytes.as_ref().map_or(Ok(()), |quota| quota.check(endpoint, bytes, &self.clock))
    }

    fn check<K: Hash + Eq + Clone>(&self, limiter: &Keyed<K>, key: &K) -> Result<(), Refusal> {
        limiter.check_key(key).map_err(|not_until| Refusal::Rate(not_until.wait_time_from(self.clock.now())))
    }

    /// Forgets addresses that have their full rate back.
    pub fn forget_idle(&self) {
        if let Some(limiter) = &self.per_address {
            limiter.retain_recent();
        }
        if let Some(limiter) = &self.per_token {
            limiter.retain_recent();
        }
        self.rejected.retain_recent();
        self.rejected_bytes.limiter.retain_recent();
        if let Some(quota) = &self.unverified_bytes {
            quota.limiter.retain_recent();
        }
    }
}
