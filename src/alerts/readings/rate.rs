//! What happened within a window that ends at a time.

use super::{MINUTE_MS, Reading};
use std::collections::BTreeMap;

/// Counts of one minute.
#[derive(Clone, Debug, Default)]
struct Minute {
    minute: i64,
    bad: i64,
    all: i64,
    /// Pairs of a value in thousandths and how often it came.
    values: Vec<(i64, i64)>,
}

/// A share, or a percentile, of what happened in the minutes of a window, the running one included.
#[derive(Debug)]
pub struct Rates {
    /// Minutes.
    window: i64,
    /// In order.
    minutes: Vec<Minute>,
    is_share: bool,
}

/// What 95 % do not exceed is told.
const PERCENT: i64 = 95;

impl Rates {
    /// The share of what was bad: minute, whether it was bad, how many.
    pub(super) fn share(window: i64, counts: impl IntoIterator<Item = (i64, bool, i64)>) -> Self {
        let mut minutes: BTreeMap<i64, Minute> = BTreeMap::new();
        for (minute, bad, count) in counts {
            let at = minutes.entry(minute).or_insert_with(|| Minute { minute, ..Minute::default() });
            at.all += count;
            at.bad += if bad { count } else { 0 };
        }
        Self { window, minutes: minutes.into_values().collect(), is_share: true }
    }

    /// The value that 95 % do not exceed: minute, value, how many.
    pub(super) fn percentile(window: i64, counts: impl IntoIterator<Item = (i64, f64, i64)>) -> Self {
        let mut minutes: BTreeMap<i64, Minute> = BTreeMap::new();
        for (minute, value, count) in counts {
            let at = minutes.entry(minute).or_insert_with(|| Minute { minute, ..Minute::default() });
            at.all += count;
            at.values.push(((value * 1_000.0) as i64, count));
        }
        Self { window, minutes: minutes.into_values().collect(), is_share: false }
    }

    pub(super) fn at(&self, now: i64) -> Reading {
        let minute = now.div_euclid(MINUTE_MS);
        let first = self.minutes.partition_point(|at| at.minute <= minute - self.window);
        let end = self.minutes.partition_point(|at| at.minute <= minute);
        let within = self.minutes.get(first..end).unwrap_or_default();
        let all: i64 = within.iter().map(|at| at.all).sum();
        let part: i64 = within.iter().map(|at| at.bad).sum();
        let value = match (self.is_share, all) {
            (_, 0) => 0.0,
            (true, all) => part as f64 * 100.0 / all as f64,
            (false, _) => {
                let values = within.iter().flat_map(|at| at.values.iter().copied());
                crate::model::histogram::percentile(values, PERCENT).unwrap_or_default() as f64 / 1_000.0
            }
        };
        Reading { value, part, of: all }
    }
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

    pub(super) fn at(&self, now: i64) -> Reading {
        let first = self.times.partition_point(|(at, _)| *at <= now - self.window);
        let end = self.times.partition_point(|(at, _)| *at <= now);
        let count: i64 = self.times.get(first..end).unwrap_or_default().iter().map(|(_, count)| count).sum();
        Reading::plain(count as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_of_the_minutes_of_the_window() {
        let rates = Rates::share(10, [(100, true, 1), (100, false, 3), (105, true, 2), (111, false, 4)]);
        let at = |minute: i64| rates.at(minute * MINUTE_MS + 59_999);
        assert_eq!(at(99), Reading::default());
        assert_eq!(at(100), Reading { value: 25.0, part: 1, of: 4 });
        assert_eq!(at(109), Reading { value: 50.0, part: 3, of: 6 });
        assert_eq!(at(111), Reading { value: 100.0 / 3.0, part: 2, of: 6 }, "the first minute is past");
        assert_eq!(at(200), Reading::default());
    }

    #[test]
    fn a_percentile_is_of_everything_in_the_window() {
        let rates = Rates::percentile(5, [(1, 0.25, 90), (2, 40.0, 6), (3, 900.0, 4), (9, 1.0, 1)]);
        assert_eq!(rates.at(3 * MINUTE_MS), Reading { value: 40.0, part: 0, of: 100 });
        assert_eq!(rates.at(9 * MINUTE_MS), Reading { value: 1.0, part: 0, of: 1 });
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
