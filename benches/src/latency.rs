//! Latencies of one run. Each is kept: a few MB, and the percentiles are exact.

use serde::Serialize;
use std::time::Duration;

/// Latencies in the order in which they came.
#[derive(Clone, Debug, Default)]
pub struct Latencies(Vec<u32>);

impl Latencies {
    /// Adds one.
    pub fn add(&mut self, latency: Duration) {
        self.0.push(u32::try_from(latency.as_micros()).unwrap_or(u32::MAX));
    }

    /// Adds those of another connection.
    pub fn append(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// What is told of them.
    pub fn summary(mut self) -> Percentiles {
        self.0.sort_unstable();
        let at = |per_mille: usize| match self.0.len() {
            0 => 0,
            count => self.0[(count * per_mille).div_ceil(1_000).clamp(1, count) - 1],
        };
        Percentiles { p50_us: at(500), p99_us: at(990), max_us: at(1_000) }
    }
}

/// Microseconds.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Percentiles {
    /// Half took no longer.
    pub p50_us: u32,
    /// 99 of 100 took no longer.
    pub p99_us: u32,
    /// The longest.
    pub max_us: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_the_smallest_values_that_cover_their_share() {
        let mut latencies = Latencies::default();
        for us in (1..=200).rev() {
            latencies.add(Duration::from_micros(us));
        }
        let summary = latencies.summary();
        assert_eq!((summary.p50_us, summary.p99_us, summary.max_us), (100, 198, 200));
    }
}
