//! What happened within a window that ends at a time.

use super::{MINUTE_MS, Value};
use crate::model::histogram::percentile;
use std::collections::{BTreeMap, BTreeSet};

/// What 95 % do not exceed is told.
const PERCENT: i64 = 95;

/// A share, or a percentile, of what happened in the minutes of a window, the running one included.
///
/// Counts are summed up from the first minute on, so that any window costs two look-ups for each value that came.
#[derive(Debug)]
pub struct Rates {
    /// Minutes.
    window: i64,
    /// Those in which something happened, in order.
    minutes: Vec<i64>,
    /// For each value that came how often it had come before each of these minutes, and in all at the end. A share knows
    /// two values: 0 is good, 1 is bad; others are thousandths.
    sums: Vec<(i64, Vec<i64>)>,
    is_share: bool,
}

impl Rates {
    /// The share of what was bad: minute, whether it was bad, how many.
    pub(super) fn share(window: i64, counts: impl IntoIterator<Item = (i64, bool, i64)>) -> Self {
        Self::new(
            window,
            counts.into_iter().map(|(minute, bad, count)| (minute, i64::from(bad), count)),
            true,
        )
    }

    /// The value that 95 % do not exceed: minute, value, how many.
    pub(super) fn percentile(window: i64, counts: impl IntoIterator<Item = (i64, f64, i64)>) -> Self {
        let thousandths = |value: f64| (value * 1_000.0) as i64;
        Self::new(window, counts.into_iter().map(|(m, value, count)| (m, thousandths(value), count)), false)
    }

    fn new(window: i64, counts: impl Iterator<Item = (i64, i64, i64)>, is_share: bool) -> Self {
        let mut by_minute: BTreeMap<i64, BTreeMap<i64, i64>> = BTreeMap::new();
        for (minute, value, count) in counts {
            let sum = by_minute.entry(minute).or_default().entry(value).or_default();
            *sum = sum.saturating_add(count);
        }
        let values: BTreeSet<i64> = by_minute.values().flat_map(|counts| counts.keys().copied()).collect();
        let sums = values.into_iter().map(|value| {
            let mut sum = 0_i64;
            let mut sums = vec![0];
            sums.extend(by_minute.values().map(|counts| {
                sum = sum.saturating_add(counts.get(&value).copied().unwrap_or_default());
                sum
            }));
            (value, sums)
        });
        Self { window, sums: sums.collect(), minutes: by_minute.into_keys().collect(), is_share }
    }

    pub(super) fn at(&self, now: i64) -> Value {
        let minute = now.div_euclid(MINUTE_MS);
        let first = self.minutes.partition_point(|at| *at <= minute.saturating_sub(self.window));
        let end = self.minutes.partition_point(|at| *at <= minute);
        // One more sum than minutes; a window that ends before it begins holds nothing.
        let within = |sums: &[i64]| if first < end { sums[end].saturating_sub(sums[first]) } else { 0 };
        let counts: Vec<(i64, i64)> = self.sums.iter().map(|(value, sums)| (*value, within(sums))).collect();
        let of = sum(counts.iter().map(|(_, count)| *count));
        let bad = || sum(counts.iter().filter(|(value, _)| *value == 1).map(|(_, count)| *count));
        let part: i64 = if self.is_share { bad() } else { 0 };
        let value = match (self.is_share, of) {
            (_, 0) => 0.0,
            (true, of) => part as f64 * 100.0 / of as f64,
            (false, _) => percentile(counts, PERCENT).unwrap_or_default() as f64 / 1_000.0,
        };
        Value { value, part, of }
    }
}

/// A sum that stays within bounds, whatever is added up.
fn sum(counts: impl Iterator<Item = i64>) -> i64 {
    counts.fold(0, i64::saturating_add)
}

/// How often something happened in a window.
#[derive(Debug)]
pub struct Times {
    /// ms.
    window: i64,
    /// When (unix ms) and how often, in order.
    times: Vec<(i64, i64)>,
}

impl Times {
    pub(super) fn new(window: i64, times: impl IntoIterator<Item = (i64, i64)>) -> Self {
        let mut times: Vec<_> = times.into_iter().collect();
        times.sort_unstable();
        Self { window, times }
    }

    pub(super) fn at(&self, now: i64) -> Value {
        let first = self.times.partition_point(|(at, _)| *at <= now.saturating_sub(self.window));
        let end = self.times.partition_point(|(at, _)| *at <= now);
        let count = sum(self.times.get(first..end).unwrap_or_default().iter().map(|(_, count)| *count));
        Value::plain(count as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_window_count_or_time_overflows(
            window in any::<i64>(), now in any::<i64>(),
            counts in prop::collection::vec((any::<i64>(), any::<i64>(), 0..i64::MAX), 0..6),
        ) {
            let shares = counts.iter().map(|(minute, value, count)| (*minute, *value > 0, *count));
            Rates::share(window, shares).at(now);
            let values = counts.iter().map(|(minute, value, count)| (*minute, *value as f64, *count));
            Rates::percentile(window, values).at(now);
            Times::new(window, counts.iter().map(|(at, _, count)| (*at, *count))).at(now);
        }
    }

    #[test]
    fn a_share_is_of_the_minutes_of_the_window() {
        let rates = Rates::share(10, [(100, true, 1), (100, false, 3), (105, true, 2), (111, false, 4)]);
        let at = |minute: i64| rates.at(minute * MINUTE_MS + 59_999);
        assert_eq!(at(99), Value::default());
        assert_eq!(at(100), Value { value: 25.0, part: 1, of: 4 });
        assert_eq!(at(109), Value { value: 50.0, part: 3, of: 6 });
        assert_eq!(at(111), Value { value: 100.0 / 3.0, part: 2, of: 6 }, "the first minute is past");
        assert_eq!(at(200), Value::default());
        assert_eq!(Rates::share(10, []).at(0), Value::default());
    }

    #[test]
    fn a_percentile_is_of_everything_in_the_window() {
        let rates = Rates::percentile(5, [(1, 0.25, 90), (2, 40.0, 6), (3, 900.0, 4), (9, 1.0, 1)]);
        assert_eq!(rates.at(3 * MINUTE_MS), Value { value: 40.0, part: 0, of: 100 });
        assert_eq!(rates.at(9 * MINUTE_MS), Value { value: 1.0, part: 0, of: 1 });
    }

    #[test]
    fn times_leave_the_window_one_by_one() {
        let times = Times::new(1_000, [(5_000, 1), (4_500, 2)]);
        assert_eq!(
            [4_499, 4_500, 5_000, 5_500, 5_999, 6_000].map(|at| times.at(at).value),
            [0.0, 2.0, 3.0, 1.0, 1.0, 0.0]
        );
    }
}
