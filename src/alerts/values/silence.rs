//! How long nothing came.

use super::{BACK_MINUTES, MINUTE_MS, Value};
use crate::{
    alerts::{
        quiet,
        ranges::{Range, overlap, without},
        uptime::Uptime,
    },
    model::alert::Quiet,
};

/// When something came, and which time counts.
#[derive(Debug)]
pub struct Silences {
    /// Ends of the minutes in which something came, unix ms, in order.
    heard: Vec<i64>,
    /// Time in which the server ran and events are expected.
    counts: Vec<Range>,
}

impl Silences {
    /// `active` in unix minutes, in order.
    pub(in crate::alerts) fn new(active: &[i64], quiet: Option<&Quiet>, uptime: &Uptime, to: i64) -> Self {
        let heard: Vec<i64> =
            active.iter().map(|minute| minute.saturating_add(1).saturating_mul(MINUTE_MS)).collect();
        let from = heard.first().copied().unwrap_or(to).max(to.saturating_sub(2 * BACK_MINUTES * MINUTE_MS));
        let quiet = quiet.map(|quiet| quiet::stretches(quiet, (from, to))).unwrap_or_default();
        Self { heard, counts: without(uptime.ranges(), &quiet) }
    }

    /// In minutes; none before anything came.
    pub(super) fn at(&self, now: i64) -> Option<Value> {
        // A minute in which something came is heard from its beginning on.
        let heard = self.heard.partition_point(|end| end.saturating_sub(MINUTE_MS) <= now).checked_sub(1)?;
        let silent = overlap(&self.counts, (self.heard[heard], now));
        Some(Value::plain(silent as f64 / MINUTE_MS as f64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::alert::QuietDays;

    const HOUR: i64 = 60;

    fn at(silences: &Silences, minute: i64) -> Option<f64> {
        silences.at(minute * MINUTE_MS).map(|value| value.value)
    }

    #[test]
    fn silence_is_counted_from_the_end_of_the_minute_in_which_something_came() {
        let silences = Silences::new(&[100, 110], None, &Uptime::of_minutes(&[0]), 0);
        assert_eq!(at(&silences, 99), None, "nothing has come yet");
        // The server ran for its first minute only, and before, as far as is known.
        assert_eq!(at(&silences, 111), Some(0.0));
        let mut uptime = Uptime::default();
        for minute in 0..300 {
            uptime.add(minute * MINUTE_MS);
        }
        let silences = Silences::new(&[100, 110], None, &uptime, 300 * MINUTE_MS);
        assert_eq!(
            [100, 101, 109, 110, 111, 141].map(|m| at(&silences, m).unwrap()),
            [0.0, 0.0, 8.0, 0.0, 0.0, 30.0]
        );
    }

    #[test]
    fn minutes_in_which_the_server_was_down_are_not_the_sender_s_silence() {
        let up: Vec<i64> = (0..120).chain(180..400).collect();
        let silences = Silences::new(&[99], None, &Uptime::of_minutes(&up), 400 * MINUTE_MS);
        assert_eq!([120, 180, 200].map(|m| at(&silences, m).unwrap()), [20.0, 20.0, 40.0]);
    }

    #[test]
    fn minutes_of_quiet_hours_do_not_count() {
        let mut uptime = Uptime::default();
        uptime.add(48 * HOUR * MINUTE_MS);
        let night = Quiet::parse("22:00-06:00", QuietDays::None, "UTC").unwrap();
        let silences = Silences::new(&[21 * HOUR - 1], night.as_ref(), &uptime, 48 * HOUR * MINUTE_MS);
        assert_eq!(
            [22, 25, 30, 31].map(|hour| at(&silences, hour * HOUR).unwrap()),
            [60.0, 60.0, 60.0, 120.0]
        );
    }
}
