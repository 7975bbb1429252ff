//! When the server ran: what did not come while it was down is not the sender's silence.

use super::ranges::{Range, merged};
use crate::{
    db::{Db, DbError, samples},
    model::time::MINUTE_MS,
};

/// Longer than any silence that is watched.
const REMEMBERED_MINUTES: i64 = 31 * 24 * 60;

/// The minutes in which the server ran.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uptime(Vec<Range>);

impl Uptime {
    /// Reads the minutes that were recorded.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn load(db: &Db, now: i64) -> Result<Self, DbError> {
        let minute = now.div_euclid(MINUTE_MS);
        let range = (minute - REMEMBERED_MINUTES, minute);
        Ok(Self::of_minutes(&samples::minutes_run(&mut db.read().await?, range).await?))
    }

    /// `minutes` in unix minutes, in order. What was before the first is not known and counts as running.
    pub fn of_minutes(minutes: &[i64]) -> Self {
        let mut ranges: Vec<Range> = minutes
            .iter()
            .map(|m| (m.saturating_mul(MINUTE_MS), m.saturating_add(1).saturating_mul(MINUTE_MS)))
            .collect();
        if let Some((first, _)) = ranges.first() {
            ranges.push((i64::MIN / 2, *first));
        }
        Self(merged(ranges))
    }

    /// Adds the minute of `now`.
    pub fn add(&mut self, now: i64) {
        let start = now.div_euclid(MINUTE_MS).saturating_mul(MINUTE_MS);
        // What is ahead was written while the clock was.
        self.0.retain(|(from, _)| *from <= start);
        match self.0.last_mut() {
            Some(last) if last.1 > start => {}
            Some(last) if last.1 == start => last.1 = start.saturating_add(MINUTE_MS),
            Some(_) => self.0.push((start, start.saturating_add(MINUTE_MS))),
            None => self.0.push((i64::MIN / 2, start.saturating_add(MINUTE_MS))),
        }
    }

    /// The stretches in which it ran.
    pub fn ranges(&self) -> &[Range] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alerts::ranges::overlap;

    #[test]
    fn minutes_add_up_to_stretches_and_the_unknown_past_counts() {
        let mut uptime = Uptime::of_minutes(&[10, 11, 20]);
        for now in [20 * MINUTE_MS + 5, 21 * MINUTE_MS, 30 * MINUTE_MS, 30 * MINUTE_MS + 59_999] {
            uptime.add(now);
        }
        assert_eq!(uptime, Uptime::of_minutes(&[10, 11, 20, 21, 30]));
        let minutes =
            |from: i64, to: i64| overlap(uptime.ranges(), (from * MINUTE_MS, to * MINUTE_MS)) / MINUTE_MS;
        assert_eq!([minutes(0, 12), minutes(12, 20), minutes(0, 31)], [12, 0, 15]);
        uptime.add(9_000 * MINUTE_MS);
        uptime.add(31 * MINUTE_MS);
        assert_eq!(uptime, Uptime::of_minutes(&[10, 11, 20, 21, 30, 31]), "the clock was ahead for a moment");
        let mut fresh = Uptime::default();
        fresh.add(0);
        assert_eq!(overlap(fresh.ranges(), (-60 * MINUTE_MS, MINUTE_MS)), 61 * MINUTE_MS);
    }
}
