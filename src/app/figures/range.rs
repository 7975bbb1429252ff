//! A stretch of time cut into slots, one for each bar of a chart.

use super::{
    choice::{Preset, Span},
    zone::Zone,
};
use crate::{
    db::counts::Grain,
    model::time::{DAY_MS, HOUR_MS, MINUTE_MS},
};

/// Above it, counts are read by hour.
const LONGEST_BY_MINUTE_MS: i64 = 48 * HOUR_MS;
/// Bars of a chart, at most, where a length is picked by hand.
const MOST_SLOTS: i64 = 100;

/// How long a slot is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Minutes, which divide the hour.
    Minutes(i64),
    /// Hours, counted from each midnight.
    Hours(i64),
    /// Days from midnight to midnight.
    Days(i64),
}

/// A stretch of time and its slots. Bars stay where they are when the page is loaded again: slots begin at full minutes,
/// hours or days of the viewer's zone, and the last one may still be running.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// Start of each slot, unix ms; one more at the end: where the last one ends.
    edges: Vec<i64>,
    /// At which grain its counts are read.
    pub grain: Grain,
    step: Step,
}

impl Range {
    /// `now` in unix ms.
    pub fn new(span: Span, zone: &Zone, now: i64) -> Self {
        let (from, to, step) = match span {
            Span::Preset(Preset::Hour) => (now - 59 * MINUTE_MS, now, Step::Minutes(1)),
            Span::Preset(Preset::Day) => (now - DAY_MS + 30 * MINUTE_MS, now, Step::Minutes(30)),
            Span::Preset(Preset::Week) => (zone.start_of_day_after(now, -6), now, Step::Hours(2)),
            Span::Preset(Preset::Month) => (zone.start_of_day_after(now, -29), now, Step::Days(1)),
            // What ends at 12:00 does not need the minute that begins there.
            Span::Custom(from, to) => (from, to - 1, step_for(to - from)),
        };
        // Minutes are deleted after 90 days.
        let by_minute = matches!(step, Step::Minutes(_)) && now - from <= 89 * DAY_MS;
        let grain = if by_minute && to - from <= LONGEST_BY_MINUTE_MS { Grain::Minute } else { Grain::Hour };
        let step = match step {
            Step::Minutes(_) if grain == Grain::Hour => Step::Minutes(60),
            step => step,
        };
        Self { edges: edges(from, to, step, zone), grain, step }
    }

    /// Number of slots.
    pub fn len(&self) -> usize {
        self.edges.len() - 1
    }

    /// Where it begins, unix ms.
    pub fn from(&self) -> i64 {
        self.edges[0]
    }

    /// Where its last slot ends, unix ms.
    pub fn to(&self) -> i64 {
        self.edges[self.len()]
    }

    /// Its bounds in unix minutes.
    pub fn minutes(&self) -> (i64, i64) {
        (self.from() / MINUTE_MS, self.to() / MINUTE_MS)
    }

    /// The bounds of the period before, which is as long, in unix minutes.
    pub fn minutes_before(&self) -> (i64, i64) {
        let (from, to) = self.minutes();
        (from - (to - from), from)
    }

    /// Steps, in minutes, by which counts are told apart: each lies within one slot.
    pub fn step_minutes(&self) -> i64 {
        match (self.grain, self.step) {
            (Grain::Minute, Step::Minutes(minutes)) => minutes,
            (Grain::Minute, _) => 1,
            (Grain::Hour, _) => 60,
        }
    }

    /// The slot of a minute (unix).
    pub fn slot_of_minute(&self, minute: i64) -> Option<usize> {
        let at = minute.saturating_mul(MINUTE_MS);
        let after = self.edges.partition_point(|edge| *edge <= at);
        (after > 0 && after <= self.len()).then(|| after - 1)
    }

    /// When a slot begins and ends, unix ms.
    pub fn slot(&self, index: usize) -> (i64, i64) {
        (self.edges[index], self.edges[index + 1])
    }

    /// `14:00 to 14:30`, `Sun 11-22`, for a tooltip.
    pub fn label(&self, index: usize, zone: &Zone, now: i64) -> String {
        let (start, end) = self.slot(index);
        match self.step {
            Step::Days(1) => zone.day(start),
            Step::Days(_) => format!("{} to {}", zone.day(start), zone.day(end - 1)),
            // An hour that comes twice has to be told apart.
            _ if zone.changes_within(self.from(), self.to()) => {
                format!("{} to {}", zone.full(start), zone.full(end))
            }
            _ => format!("{} to {}", zone.hour_minute(start, now), zone.hour_minute(end, end)),
        }
    }

    /// What stands below the slot on the axis; empty for most.
    pub fn tick(&self, index: usize, zone: &Zone, now: i64) -> String {
        let start = self.edges[index];
        let every = match self.step {
            Step::Days(_) => self.len().div_ceil(6),
            // One per day, or per two.
            Step::Hours(_) => {
                let midnight = index == 0 || zone.start_of_day(start) > self.edges[index - 1];
                let days = (self.to() - self.from()) / DAY_MS + 1;
                let day = (start - self.from() + HOUR_MS) / DAY_MS;
                return if midnight && day % (days / 9 + 1) == 0 { zone.day(start) } else { String::new() };
            }
            Step::Minutes(_) => self.len().div_ceil(4),
        };
        match self.step {
            _ if !index.is_multiple_of(every) => String::new(),
            Step::Days(_) => zone.day(start),
            _ => zone.hour_minute(start, now),
        }
    }

    /// What one bar stands for.
    pub fn per(&self) -> String {
        match self.step {
            Step::Minutes(1) => "minute".to_owned(),
            Step::Minutes(30) => "half hour".to_owned(),
            Step::Minutes(60) | Step::Hours(1) => "hour".to_owned(),
            Step::Minutes(minutes) => format!("{minutes} minutes"),
            Step::Hours(hours) => format!("{hours} hours"),
            Step::Days(1) => "day".to_owned(),
            Step::Days(days) => format!("{days} days"),
        }
    }
}

/// The shortest slot that results in at most this number of bars.
fn step_for(length: i64) -> Step {
    let minutes = [1, 5, 15, 30, 60].map(|n| (n * MINUTE_MS, Step::Minutes(n)));
    let longer = [2, 6, 12].map(|n| (n * HOUR_MS, Step::Hours(n)));
    let days = [1, 7].map(|n| (n * DAY_MS, Step::Days(n)));
    let mut all = minutes.into_iter().chain(longer).chain(days);
    all.find(|(step, _)| length / step < MOST_SLOTS).map_or(Step::Days(14), |(_, step)| step)
}

/// Where slots begin, and where the last one ends, so that `from` and `to` (unix ms) lie within them.
fn edges(from: i64, to: i64, step: Step, zone: &Zone) -> Vec<i64> {
    let mut edges = Vec::new();
    match step {
        Step::Minutes(minutes) => {
            let step = minutes * MINUTE_MS;
            let mut at = from.div_euclid(step) * step;
            while at <= to {
                edges.push(at);
                at += step;
            }
            edges.push(at);
        }
        Step::Hours(hours) => {
            let mut day = zone.start_of_day(from);
            while day <= to {
                let next = zone.start_of_day_after(day, 1).max(day + HOUR_MS);
                let mut at = day;
                while at < next {
                    edges.push(at);
                    at += hours * HOUR_MS;
                }
                day = next;
            }
            edges.push(day);
            trim(&mut edges, from, to);
        }
        Step::Days(days) => {
            let mut at = zone.start_of_day(from);
            while at <= to {
                edges.push(at);
                at = zone.start_of_day_after(at, days).max(at + HOUR_MS);
            }
            edges.push(at);
        }
    }
    if !matches!(step, Step::Minutes(_)) {
        // Hours are counted from full hours of UTC: where a zone is half an hour off, so are its bars.
        let last = edges.len() - 1;
        for (index, edge) in edges.iter_mut().enumerate() {
            let up = if index == last { HOUR_MS - 1 } else { 0 };
            *edge = (*edge + up).div_euclid(HOUR_MS) * HOUR_MS;
        }
        // A day of 24 and a half hours leaves half an hour over.
        edges.dedup();
    }
    edges
}

/// Leaves out slots that end before the start or begin after the end.
fn trim(edges: &mut Vec<i64>, from: i64, to: i64) {
    let first = edges.partition_point(|edge| *edge <= from).saturating_sub(1);
    edges.drain(..first);
    let last = edges.partition_point(|edge| *edge <= to);
    edges.truncate(last + 1);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::parse_rfc3339;
    use proptest::prelude::*;

    fn ms(text: &str) -> i64 {
        parse_rfc3339(text).unwrap()
    }

    fn preset(preset: Preset, zone: &str, now: &str) -> Range {
        Range::new(Span::Preset(preset), &Zone::named(zone), ms(now))
    }

    #[test]
    fn a_day_is_48_half_hours_up_to_the_running_one() {
        let range = preset(Preset::Day, "UTC", "2027-01-15T08:10:00Z");
        assert_eq!(
            (range.len(), range.from(), range.to()),
            (48, ms("2027-01-14T08:30:00Z"), ms("2027-01-15T08:30:00Z"))
        );
        assert_eq!((range.grain, range.step_minutes(), range.per()), (Grain::Minute, 30, "half hour".into()));
        let half_past = preset(Preset::Day, "UTC", "2027-01-15T08:30:00Z");
        assert_eq!(half_past.slot(47).0, ms("2027-01-15T08:30:00Z"), "its first minute has a bar");
        assert_eq!(
            [0, 47, 48, -1].map(|step| range.slot_of_minute(range.minutes().0 + step * 30)),
            [Some(0), Some(47), None, None]
        );
        assert_eq!(preset(Preset::Hour, "UTC", "2027-01-15T08:10:30Z").len(), 60);
    }

    #[test]
    fn days_are_those_of_the_viewer_and_clocks_that_are_put_back_make_one_longer() {
        let range = preset(Preset::Month, "Europe/Berlin", "2026-11-10T12:00:00Z");
        assert_eq!((range.len(), range.grain), (30, Grain::Hour));
        let long: Vec<_> =
            (0..30).filter(|index| range.slot(*index).1 - range.slot(*index).0 == 25 * HOUR_MS).collect();
        assert_eq!(long.len(), 1);
        assert_eq!(range.label(long[0], &Zone::named("Europe/Berlin"), 0), "Sun 10-25");
        // The hour after the longer day is in the next slot.
        let after = ms("2026-10-25T23:00:00Z") / MINUTE_MS;
        assert_eq!(range.slot_of_minute(after), Some(long[0] + 1));
    }

    #[test]
    fn a_week_is_cut_at_each_midnight() {
        let range = preset(Preset::Week, "Europe/Berlin", "2026-10-27T09:10:00Z");
        let label = range.label(4 * 12 + 1, &Zone::named("Europe/Berlin"), 0);
        assert_eq!(label, "2026-10-25 02:00 CEST to 2026-10-25 03:00 CET");
        // Six days of 12 slots and one of 13, up to the running one (10:00 to 12:00 local).
        assert_eq!(range.len(), 4 * 12 + 13 + 12 + 6);
        let ticks: Vec<_> = (0..range.len())
            .map(|i| range.tick(i, &Zone::named("Europe/Berlin"), 0))
            .filter(|t| !t.is_empty())
            .collect();
        assert_eq!(
            ticks,
            ["Wed 10-21", "Thu 10-22", "Fri 10-23", "Sat 10-24", "Sun 10-25", "Mon 10-26", "Tue 10-27"]
        );
    }

    #[test]
    fn where_a_zone_is_half_an_hour_off_bars_begin_at_full_hours_of_utc() {
        let range = preset(Preset::Month, "Asia/Kolkata", "2026-11-10T12:00:00Z");
        assert!((0..range.len()).all(|index| range.slot(index).0 % HOUR_MS == 0));
    }

    #[test]
    fn old_minutes_are_read_by_the_hour() {
        let now = ms("2026-11-10T12:00:00Z");
        let old =
            Range::new(Span::Custom(now - 100 * DAY_MS, now - 100 * DAY_MS + HOUR_MS), &Zone::utc(), now);
        assert_eq!((old.grain, old.step_minutes()), (Grain::Hour, 60));
    }

    proptest! {
        #[test]
        fn every_step_of_any_range_lies_in_one_slot(
            length in 1..700 * 24 * 60_i64, before in 0..500 * 24 * 60_i64, zone in 0..4_usize, choice in 0..5_usize,
        ) {
            let zone = Zone::named(["UTC", "Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe"][zone]);
            let now = ms("2026-11-10T12:34:56Z");
            let to = now - before * MINUTE_MS;
            let span = Preset::ALL.get(choice).map_or(Span::Custom(to - length * MINUTE_MS, to), |p| Span::Preset(*p));
            let range = Range::new(span, &zone, now);
            prop_assert!(range.len() <= 110, "{}", range.len());
            for index in 0..range.len() {
                let (start, end) = range.slot(index);
                prop_assert!(start < end && (end - start) % (range.step_minutes() * MINUTE_MS) == 0);
                range.label(index, &zone, now);
                range.tick(index, &zone, now);
            }
            if let Span::Custom(from, to) = span {
                prop_assert!(range.from() <= from && to <= range.to());
            }
            let (from, to) = range.minutes();
            for step in 0..(to - from) / range.step_minutes() {
                prop_assert!(range.slot_of_minute(from + step * range.step_minutes()).is_some());
            }
        }
    }
}
