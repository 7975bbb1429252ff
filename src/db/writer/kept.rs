//! How much is kept of what need not be stored whole. A delivery that made its event always is; of rejected and duplicate
//! ones the first bytes of large bodies are enough, and duplicates have a quota: whoever has recorded one genuine request can
//! send it forever.

use crate::model::{ids::EndpointId, time::MINUTE_MS};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// The bounds, and what duplicates have used of them.
#[derive(Debug)]
pub struct KeptBodies {
    /// Bytes of a body.
    limit: usize,
    /// Bytes of the duplicates of an endpoint in a minute.
    per_minute: u64,
    /// The minute (unix) and the bytes in it, by endpoint.
    spent: Mutex<HashMap<EndpointId, (i64, u64)>>,
}

/// Everything is kept.
impl Default for KeptBodies {
    fn default() -> Self {
        Self::new(u64::MAX, u64::MAX)
    }
}

impl KeptBodies {
    /// `limit` bytes of a body; `per_minute` bytes of the duplicates of each endpoint.
    pub fn new(limit: u64, per_minute: u64) -> Self {
        Self { limit: usize::try_from(limit).unwrap_or(usize::MAX), per_minute, spent: Mutex::default() }
    }

    /// Bytes that are kept of a body of this size.
    pub fn of(&self, size: usize) -> usize {
        size.min(self.limit)
    }

    /// Bytes that are kept of the body of a duplicate; none: it is not stored at all. `around` is what is stored beside the
    /// body. Beyond the quota the body is left out, and beyond twice the quota all of it.
    pub(super) fn of_duplicate(
        &self,
        endpoint: EndpointId,
        around: usize,
        size: usize,
        now_ms: i64,
    ) -> Option<usize> {
        let minute = now_ms.div_euclid(MINUTE_MS);
        // A panic leaves counts as good as they were.
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        let (of, bytes) = spent.entry(endpoint).or_default();
        if *of != minute {
            (*of, *bytes) = (minute, 0);
        }
        let (kept, twice) = (self.of(size), self.per_minute.saturating_mul(2));
        for (body, most) in [(kept, self.per_minute), (0, twice)] {
            let then = bytes.saturating_add(around as u64).saturating_add(body as u64);
            if then <= most {
                *bytes = then;
                return Some(body);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_duplicates_beyond_the_quota_first_the_bodies_are_left_out_and_then_all() {
        let (kept, endpoint) = (KeptBodies::new(100, 300), EndpointId::new());
        let of = |now_ms| kept.of_duplicate(endpoint, 50, 1_000, now_ms);
        assert_eq!(
            [(); 9].map(|()| of(0)),
            [Some(100), Some(100), Some(0), Some(0), Some(0), Some(0), Some(0), Some(0), None]
        );
        assert_eq!(of(59_999), None);
        assert_eq!(kept.of_duplicate(EndpointId::new(), 50, 10, 0), Some(10), "another endpoint has its own");
        assert_eq!(of(60_000), Some(100), "the next minute");
    }

    #[test]
    fn by_default_all_is_kept() {
        assert_eq!(KeptBodies::default().of_duplicate(EndpointId::new(), 1_000, 7, 0), Some(7));
    }
}
