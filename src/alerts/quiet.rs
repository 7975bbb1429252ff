//! When quiet hours are, on the clock of their zone.

use super::ranges::{Range, merged};
use crate::model::alert::{Quiet, QuietDays};
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, Time, Weekday},
    tz::TimeZone,
};

/// Whether there is a time zone of this name.
pub fn is_zone(name: &str) -> bool {
    TimeZone::get(name).is_ok()
}

/// The quiet stretches that touch a stretch of time.
pub fn stretches(quiet: &Quiet, (from, to): Range) -> Vec<Range> {
    let zone = TimeZone::get(&quiet.zone).unwrap_or(TimeZone::UTC);
    let day = |ms: i64| {
        let at = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
        at.to_zoned(zone.clone()).date()
    };
    // What began the evening before may last.
    let Ok(mut date) = day(from).checked_sub(1.day()) else { return Vec::new() };
    let last = day(to);
    let mut all = Vec::new();
    while date <= last {
        let Ok(next) = date.tomorrow() else { break };
        // What is stored may be no time of a day.
        if quiet.from != quiet.to && quiet.is_within_a_day() {
            let ends_on = if quiet.to > quiet.from { date } else { next };
            all.push((ms(date, quiet.from, &zone), ms(ends_on, quiet.to, &zone)));
        }
        if quiet.days == QuietDays::Weekend && matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) {
            all.push((ms(date, 0, &zone), ms(next, 0, &zone)));
        }
        date = next;
    }
    merged(all)
}

/// A clock's time on a day, unix ms. A time that is left out when clocks are put forward counts as the one after it.
fn ms(date: Date, minutes: i16, zone: &TimeZone) -> i64 {
    let part = |number: i16| i8::try_from(number).unwrap_or_default();
    let clock = Time::new(part(minutes / 60), part(minutes % 60), 0, 0).unwrap_or(Time::midnight());
    date.to_datetime(clock).to_zoned(zone.clone()).map_or(0, |at| at.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{alerts::ranges::overlap, model::time::parse_rfc3339};
    use proptest::prelude::*;

    fn at(text: &str) -> i64 {
        parse_rfc3339(text).unwrap()
    }

    fn quiet(hours: &str, days: QuietDays) -> Quiet {
        Quiet::parse(hours, days, "Europe/Berlin").unwrap().unwrap()
    }

    proptest! {
        #[test]
        fn whatever_a_row_may_hold_and_whenever_it_is_asked_it_ends(from in any::<i16>(), to in any::<i16>(), at in any::<i64>()) {
            let quiet = Quiet { from, to, days: QuietDays::Weekend, zone: "Europe/Berlin".into() };
            let all = stretches(&quiet, (at.saturating_sub(86_400_000), at));
            prop_assert!(all.len() < 20);
        }
    }

    #[test]
    fn the_night_is_quiet_by_the_clock_of_its_zone_also_when_clocks_change() {
        let night = quiet("22:00-06:00", QuietDays::None);
        let hours = |from: &str, to: &str| {
            let span = (at(from), at(to));
            overlap(&stretches(&night, span), span) / 3_600_000
        };
        // 22:00 in Berlin is 21:00 UTC in winter.
        assert_eq!(hours("2026-11-23T21:00:00Z", "2026-11-24T05:00:00Z"), 8);
        assert_eq!(hours("2026-11-23T06:00:00Z", "2026-11-23T21:00:00Z"), 0);
        // From summer time, when it is 20:00 UTC, to winter time.
        assert_eq!(hours("2026-10-24T19:00:00Z", "2026-10-25T09:00:00Z"), 9);
        assert_eq!(hours("2026-11-24T02:00:00Z", "2026-11-24T03:00:00Z"), 1, "it began the evening before");
    }

    #[test]
    fn weekends_are_quiet_from_midnight_to_midnight() {
        let weekend = quiet("", QuietDays::Weekend);
        let span = (at("2026-11-20T00:00:00Z"), at("2026-11-24T00:00:00Z"));
        assert_eq!(stretches(&weekend, span), [(at("2026-11-20T23:00:00Z"), at("2026-11-22T23:00:00Z"))]);
    }
}
