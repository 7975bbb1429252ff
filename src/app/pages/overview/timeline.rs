//! The last 24 hours in half-hour bars, from the counts per minute. No I/O.

use crate::{db::measures::Bucket, model::ids::EndpointId};

/// Minutes of one bar.
pub const BAR_MINUTES: i64 = 30;
/// Number of bars: 24 hours.
pub const BARS: usize = 48;

const MINUTE_MS: i64 = 60_000;

/// Deliveries by outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Accepted ones.
    pub accepted: i64,
    /// Duplicates.
    pub duplicate: i64,
    /// Rejected ones.
    pub rejected: i64,
}

impl Counts {
    /// All of them.
    pub fn total(self) -> i64 {
        self.accepted + self.duplicate + self.rejected
    }

    fn add(&mut self, bucket: &Bucket) {
        self.accepted += bucket.accepted;
        self.duplicate += bucket.duplicate;
        self.rejected += bucket.rejected;
    }
}

/// The stretch of time that the bars cover, in unix minutes. Bars begin at full and half hours, so that they stay the
/// same when the page is loaded again; the last one is still running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// First minute.
    pub from: i64,
    /// The minute after the last one.
    pub to: i64,
}

impl Range {
    /// The last 48 half hours, with the one that runs at `now` (unix ms).
    pub fn ending_at(now: i64) -> Self {
        let minute = now.div_euclid(MINUTE_MS);
        let to = (minute.div_euclid(BAR_MINUTES) + 1) * BAR_MINUTES;
        Self { from: to - BARS as i64 * BAR_MINUTES, to }
    }

    /// When bar `index` begins, unix ms.
    pub fn bar_start(self, index: usize) -> i64 {
        (self.from + index as i64 * BAR_MINUTES) * MINUTE_MS
    }
}

/// One count per bar, over all endpoints or one of them.
pub fn bars(buckets: &[Bucket], only: Option<EndpointId>) -> [Counts; BARS] {
    let mut bars = [Counts::default(); BARS];
    for bucket in buckets.iter().filter(|bucket| only.is_none_or(|id| id == bucket.endpoint_id)) {
        if let Some(bar) = usize::try_from(bucket.bucket).ok().and_then(|index| bars.get_mut(index)) {
            bar.add(bucket);
        }
    }
    bars
}

/// What one endpoint (or all together) received in the whole range.
pub fn sum(buckets: &[Bucket], only: Option<EndpointId>) -> Counts {
    let mut counts = Counts::default();
    buckets
        .iter()
        .filter(|bucket| only.is_none_or(|id| id == bucket.endpoint_id))
        .for_each(|b| counts.add(b));
    counts
}

/// Heights of the three parts of a bar in a chart that is `height` high and whose highest bar stands for `highest`.
/// A part that is not empty is at least 1 high: one rejection among thousands must be seen.
pub fn heights(bar: Counts, highest: i64, height: i64) -> [i64; 3] {
    [bar.accepted, bar.duplicate, bar.rejected].map(|count| match (count, highest) {
        (0, _) | (_, ..=0) => 0,
        (count, highest) => (count.saturating_mul(height) / highest).max(1),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(endpoint_id: EndpointId, bucket: i64, accepted: i64, rejected: i64) -> Bucket {
        Bucket { endpoint_id, bucket, accepted, duplicate: 0, rejected, retries: 0 }
    }

    #[test]
    fn the_range_covers_48_half_hours_up_to_the_running_one() {
        // 2027-01-15 08:10:00 UTC
        let range = Range::ending_at(1_800_000_600_000);
        assert_eq!(range.to - range.from, 24 * 60);
        assert_eq!(crate::model::time::full(range.bar_start(0)), "2027-01-14 08:30:00.000 UTC");
        assert_eq!(crate::model::time::full(range.bar_start(47)), "2027-01-15 08:00:00.000 UTC");
    }

    #[test]
    fn the_first_minute_of_a_half_hour_has_a_bar_of_its_own() {
        let half_past = 1_800_001_800_000;
        assert_eq!(Range::ending_at(half_past).bar_start(47), half_past);
        assert_eq!(Range::ending_at(half_past - 1).bar_start(47), half_past - 30 * MINUTE_MS);
    }

    #[test]
    fn bars_add_up_endpoints_or_show_one() {
        let (a, b) = (EndpointId::new(), EndpointId::new());
        let buckets = [bucket(a, 0, 3, 1), bucket(b, 0, 2, 0), bucket(a, 47, 1, 0)];
        let all = bars(&buckets, None);
        assert_eq!((all[0].accepted, all[0].rejected, all[47].total(), all[1].total()), (5, 1, 1, 0));
        assert_eq!(bars(&buckets, Some(b))[0].accepted, 2);
        assert_eq!(sum(&buckets, Some(a)).total(), 5);
    }

    #[test]
    fn counts_outside_the_range_are_left_out() {
        let id = EndpointId::new();
        assert!(bars(&[bucket(id, -1, 9, 0), bucket(id, 48, 9, 0)], None).iter().all(|bar| bar.total() == 0));
    }

    #[test]
    fn one_rejection_among_thousands_is_seen() {
        let bar = Counts { accepted: 9_999, duplicate: 0, rejected: 1 };
        assert_eq!(heights(bar, bar.total(), 100), [99, 0, 1]);
        assert_eq!(heights(Counts::default(), 0, 100), [0, 0, 0]);
    }
}
