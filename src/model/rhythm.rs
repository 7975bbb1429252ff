//! How often something usually happens, learnt from its silences.

use super::histogram::percentile;

/// Fewer silences say nothing.
const LEAST: i64 = 5;

/// The length that 95 % of the silences do not exceed. `gaps` are pairs of length and count; none when there were too few
/// to tell.
pub fn usual_gap(gaps: impl IntoIterator<Item = (i64, i64)>) -> Option<i64> {
    let gaps: Vec<(i64, i64)> = gaps.into_iter().collect();
    let all: i64 = gaps.iter().fold(0_i64, |sum, (_, count)| sum.saturating_add(*count));
    if all < LEAST { None } else { percentile(gaps, 95) }
}

/// How long a silence may last before it is worth a look: three times the usual, and at least a quarter of an hour.
/// All in minutes.
pub fn too_long(usual: i64) -> i64 {
    usual.saturating_mul(3).max(15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_silence_is_one_that_few_exceed() {
        assert_eq!(usual_gap([(1, 90), (5, 8), (600, 2)]), Some(5), "one night does not count");
        assert_eq!(usual_gap([(60, 3), (61, 3)]), Some(61));
        assert_eq!(usual_gap([(60, 4)]), None, "too few");
        assert_eq!([too_long(1), too_long(60)], [15, 180]);
    }
}
