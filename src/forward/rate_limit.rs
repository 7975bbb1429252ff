//! How many requests a destination may be sent in a second.

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use std::num::NonZeroU32;

/// The limiter of one destination, with the rate that it was made for.
#[derive(Debug)]
pub(crate) struct RateLimit {
    rate: Option<i64>,
    limiter: Option<DefaultDirectRateLimiter>,
}

impl RateLimit {
    pub(crate) fn new(rate: Option<i64>) -> Self {
        let per_second = rate.and_then(|rate| u32::try_from(rate).ok()).and_then(NonZeroU32::new);
        let limiter = per_second.map(|per_second| {
            // The worker looks four times a second: what may come at once is what one look may take.
            let burst = NonZeroU32::new(per_second.get().div_ceil(4)).unwrap_or(NonZeroU32::MIN);
            RateLimiter::direct(Quota::per_second(per_second).allow_burst(burst))
        });
        Self { rate, limiter }
    }

    /// How many of `wanted` requests may go out now. They count as sent.
    pub(crate) fn take(&mut self, rate: Option<i64>, wanted: i64) -> i64 {
        if self.rate != rate {
            *self = Self::new(rate);
        }
        match &self.limiter {
            None => wanted,
            Some(limiter) => (0..wanted).take_while(|_| limiter.check().is_ok()).count() as i64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_than_the_rate_goes_out_and_a_changed_rate_holds_at_once() {
        let mut rate_limit = RateLimit::new(Some(8));
        assert_eq!([rate_limit.take(Some(8), 5), rate_limit.take(Some(8), 5)], [2, 0]);
        assert_eq!(rate_limit.take(None, 5), 5);
        assert_eq!(rate_limit.take(Some(400), 500), 100);
    }
}
