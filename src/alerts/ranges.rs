//! Stretches of time as lists of pairs: from one point up to before another, in order, none touching the next.

/// From one point (unix ms) up to before another.
pub type Range = (i64, i64);

/// Puts stretches in order and joins those that touch. Empty ones fall out.
pub fn merged(mut ranges: Vec<Range>) -> Vec<Range> {
    ranges.retain(|(from, to)| from < to);
    ranges.sort_unstable();
    let mut all: Vec<Range> = Vec::with_capacity(ranges.len());
    for (from, to) in ranges {
        match all.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => all.push((from, to)),
        }
    }
    all
}

/// What of `ranges` is not in `less`; both merged.
pub fn without(ranges: &[Range], less: &[Range]) -> Vec<Range> {
    let mut all = Vec::new();
    for &(from, to) in ranges {
        let mut at = from;
        for &(less_from, less_to) in less.iter().filter(|(f, t)| *f < to && *t > from) {
            if at < less_from {
                all.push((at, less_from));
            }
            at = at.max(less_to);
        }
        if at < to {
            all.push((at, to));
        }
    }
    all
}

/// How much of a stretch lies within `ranges`, ms.
pub fn overlap(ranges: &[Range], (from, to): Range) -> i64 {
    ranges.iter().map(|(f, t)| to.min(*t).saturating_sub(from.max(*f)).max(0)).fold(0, i64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any() -> impl Strategy<Value = Vec<Range>> {
        prop::collection::vec((0..60_i64, 0..20_i64).prop_map(|(from, length)| (from, from + length)), 0..8)
    }

    fn holds(ranges: &[Range], at: i64) -> bool {
        ranges.iter().any(|(from, to)| (*from..*to).contains(&at))
    }

    proptest! {
        #[test]
        fn stretches_are_joined_and_taken_away_point_by_point(one in any(), other in any(), from in 0..80_i64, to in 0..80_i64) {
            let (a, b) = (merged(one.clone()), merged(other));
            let rest = without(&a, &b);
            for at in 0..90 {
                prop_assert_eq!(holds(&a, at), holds(&one, at));
                prop_assert_eq!(holds(&rest, at), holds(&a, at) && !holds(&b, at));
            }
            prop_assert!(a.windows(2).all(|pair| pair[0].1 < pair[1].0));
            let expected = (from..to).filter(|at| holds(&a, *at)).count() as i64;
            prop_assert_eq!(overlap(&a, (from, to)), expected);
        }
    }
}
