//! Histograms whose bounds are the same everywhere, so that counts of different minutes can be added.

/// Within a decade: steps of about 1.6 (the Renard series R5), so that a percentile read from a histogram is off by less
/// than that.
const STEPS: [i64; 5] = [10, 16, 25, 40, 63];

/// The bound at which a value is counted: the smallest that it does not exceed; 0 for what is not positive.
pub fn bound(value: i64) -> i64 {
    if value <= 0 {
        return 0;
    }
    if let Some(small) = [1, 2, 3, 4, 6].into_iter().find(|bound| value <= *bound) {
        return small;
    }
    let mut decade = 1_i64;
    loop {
        for step in STEPS {
            match step.checked_mul(decade) {
                Some(bound) if value <= bound => return bound,
                Some(_) => {}
                None => return i64::MAX,
            }
        }
        decade = decade.saturating_mul(10);
    }
}

/// The value that this share (percent) of what was counted does not exceed: a bound. `counts` are pairs of bound and
/// count, in any order.
pub fn percentile(counts: impl IntoIterator<Item = (i64, i64)>, percent: i64) -> Option<i64> {
    let mut counts: Vec<(i64, i64)> = counts.into_iter().filter(|(_, count)| *count > 0).collect();
    counts.sort_unstable();
    // Wide enough for any counts.
    let all: i128 = counts.iter().map(|(_, count)| i128::from(*count)).sum();
    let wanted = (all * i128::from(percent) + 99) / 100;
    let mut seen = 0_i128;
    counts.into_iter().find_map(|(bound, count)| {
        seen += i128::from(count);
        (seen >= wanted).then_some(bound)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_counted_at_the_smallest_bound_that_it_does_not_exceed() {
        assert_eq!(
            [-5, 0, 1, 5, 6, 7, 10, 11, 63, 64, 101].map(bound),
            [0, 0, 1, 6, 6, 10, 10, 16, 63, 100, 160]
        );
        assert_eq!([1_000_001, 259_200_000, i64::MAX].map(bound), [1_600_000, 400_000_000, i64::MAX]);
    }

    #[test]
    fn the_bounds_of_four_decades_are_these() {
        let bounds = [
            0, 1, 2, 3, 4, 6, 10, 16, 25, 40, 63, 100, 160, 250, 400, 630, 1_000, 1_600, 2_500, 4_000, 6_300,
            10_000,
        ];
        assert!(bounds.iter().all(|at| bound(*at) == *at));
        assert!(bounds.windows(2).all(|pair| bound(pair[0] + 1) == pair[1]));
        // And so on: each decade is the one before, ten times as large.
        let mut at = 10_000;
        while at < 6_300_000_000_000 {
            let next = bound(at + 1);
            assert_eq!(next, bound(at / 10 + 1) * 10);
            at = next;
        }
    }

    #[test]
    fn percentiles_are_the_bounds_that_the_share_does_not_exceed() {
        let counts = [(250, 9), (16, 90), (25_000, 1), (3, 0)];
        assert_eq!(
            [50, 90, 91, 99, 100].map(|p| percentile(counts, p)),
            [16, 16, 250, 250, 25_000].map(Some)
        );
        assert_eq!(percentile([], 50), None);
    }
}
