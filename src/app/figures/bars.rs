//! Counts, one per slot of a range. No I/O.

use super::range::Range;
use crate::{
    db::counts::{Measure, Sum},
    model::ids::EndpointId,
};

/// Deliveries by outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Accepted ones.
    pub accepted: i64,
    /// Duplicates.
    pub duplicate: i64,
    /// Rejected ones.
    pub rejected: i64,
    /// Of all, those that were not the sender's first try.
    pub retries: i64,
}

impl Counts {
    pub fn total(self) -> i64 {
        self.accepted + self.duplicate + self.rejected
    }

    /// Percent that were not rejected.
    pub fn success(self) -> Option<f64> {
        let all = self.total();
        (all > 0).then(|| (all - self.rejected) as f64 * 100.0 / all as f64)
    }

    fn add(&mut self, sum: &Sum) {
        match sum.what {
            Measure::Accepted => self.accepted += sum.count,
            Measure::Duplicate => self.duplicate += sum.count,
            Measure::Rejected => self.rejected += sum.count,
            Measure::Retry => self.retries += sum.count,
            _ => {}
        }
    }
}

/// One count per slot, over all endpoints or one of them.
pub fn bars(sums: &[Sum], range: &Range, only: Option<EndpointId>) -> Vec<Counts> {
    let mut bars = vec![Counts::default(); range.len()];
    for sum in of(sums, only) {
        if let Some(bar) = range.slot_of_minute(sum.minute).and_then(|index| bars.get_mut(index)) {
            bar.add(sum);
        }
    }
    bars
}

/// What one endpoint (or all together) received in the whole range.
pub fn sum(sums: &[Sum], only: Option<EndpointId>) -> Counts {
    let mut counts = Counts::default();
    of(sums, only).for_each(|sum| counts.add(sum));
    counts
}

fn of(sums: &[Sum], only: Option<EndpointId>) -> impl Iterator<Item = &Sum> {
    sums.iter().filter(move |sum| only.is_none_or(|id| id.0 == sum.of))
}

/// Heights of the parts of a bar in a chart that is `height` high and whose top stands for `top`. A part that is not
/// empty is at least 1 high: one rejection among thousands must be seen.
pub fn heights<const N: usize>(parts: [i64; N], top: i64, height: i64) -> [i64; N] {
    parts.map(|count| match (count, top) {
        (..=0, _) | (_, ..=0) => 0,
        (count, top) => (count.saturating_mul(height) / top).clamp(1, height),
    })
}

/// The end of an axis that begins at 0: the next of 1, 2, 4, 6, 8, 10, 20, 40, 60 …, so that its half is a whole number from 2 on.
pub fn axis_end(highest: i64) -> i64 {
    let mut decade = 1_i64;
    loop {
        for step in [1, 2, 4, 6, 8] {
            let end = step * decade;
            if end >= highest {
                return end;
            }
        }
        match decade.checked_mul(10) {
            Some(next) if next < i64::MAX / 10 => decade = next,
            _ => return highest,
        }
    }
}

/// Percent by which a count changed against the period before; none when there was nothing before.
pub fn change(now: i64, before: i64) -> Option<i64> {
    (before > 0).then(|| (now - before).saturating_mul(100) / before)
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            choice::{Preset, Span},
            zone::Zone,
        },
        *,
    };

    /// What an endpoint accepted and rejected in one of the range's half hours.
    fn sums(range: &Range, of: EndpointId, slot: i64, accepted: i64, rejected: i64) -> [Sum; 2] {
        [(Measure::Accepted, accepted), (Measure::Rejected, rejected)].map(|(what, count)| Sum {
            of: of.0,
            minute: range.minutes().0 + slot * 30,
            ..Sum::new(what, count)
        })
    }

    #[test]
    fn bars_add_up_endpoints_or_show_one_and_leave_out_what_is_outside() {
        let range = Range::new(Span::Preset(Preset::Day), &Zone::utc(), 1_800_000_600_000);
        let (a, b) = (EndpointId::new(), EndpointId::new());
        let sums = |of, slot, accepted, rejected| sums(&range, of, slot, accepted, rejected);
        let sums = [sums(a, 0, 3, 1), sums(b, 0, 2, 0), sums(a, 47, 1, 0), sums(a, 48, 9, 9)].concat();
        let all = bars(&sums, &range, None);
        assert_eq!((all[0].accepted, all[0].rejected, all[47].total(), all[1].total()), (5, 1, 1, 0));
        assert_eq!(bars(&sums, &range, Some(b))[0].accepted, 2);
        assert_eq!(sum(&sums[..6], Some(a)).total(), 5);
        assert_eq!(all[0].success().map(f64::round), Some(83.0));
        assert_eq!(Counts::default().success(), None);
    }

    #[test]
    fn one_rejection_among_thousands_is_seen() {
        assert_eq!(heights([9_999, 0, 1], 10_000, 100), [99, 0, 1]);
        assert_eq!(heights([0, 0, 0], 0, 100), [0, 0, 0]);
    }

    #[test]
    fn an_axis_ends_at_a_round_number_above_the_highest() {
        assert_eq!([0, 1, 3, 7, 9, 11, 47, 101, 999].map(axis_end), [1, 1, 4, 8, 10, 20, 60, 200, 1_000]);
        assert!(axis_end(i64::MAX) > 0);
    }

    #[test]
    fn a_change_needs_something_before() {
        assert_eq!([change(15, 10), change(0, 10), change(3, 0)], [Some(50), Some(-100), None]);
    }
}
