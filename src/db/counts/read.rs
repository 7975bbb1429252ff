//! Reading counts, added up.

use super::{Grain, Measure, Minutes};
use crate::db::{Connection, DbError, Query};
use sqlx::FromRow;
use std::cmp::Reverse;
use uuid::Uuid;

/// Labels that are told, at most.
const MOST_LABELS: i64 = 1_000;

/// Which counts are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'q> {
    what: &'q [Measure],
    pub(super) range: Minutes,
    grain: Option<Grain>,
    of: Option<Uuid>,
    label: Option<&'q str>,
}

/// What is told apart where counts are added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// What they are of.
    Object,
    /// Steps of this number of minutes from the start of the range.
    Steps(i64),
    /// Type, reason …
    Label,
    /// Bounds of a histogram.
    Bucket,
}

/// Counts, added up. What was not told apart is empty.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Sum {
    /// What was counted.
    pub what: Measure,
    /// What it is of.
    #[sqlx(default)]
    pub of: Uuid,
    /// Start of its step, unix minutes.
    #[sqlx(default)]
    pub minute: i64,
    /// Type, reason …
    #[sqlx(default)]
    pub label: String,
    /// The value that none of them exceeds.
    #[sqlx(default)]
    pub bucket: i64,
    /// How many, more than none.
    pub count: i64,
    /// Of what is added up besides.
    pub sum: i64,
}

impl Sum {
    /// With nothing told apart.
    #[cfg(test)]
    pub(crate) fn new(what: Measure, count: i64) -> Self {
        Self { what, of: Uuid::nil(), minute: 0, label: String::new(), bucket: 0, count, sum: 0 }
    }

    /// Of [`Measure::Attempt`] by label: the destination took it.
    pub fn is_taken(&self) -> bool {
        self.label == "2xx"
    }
}

impl<'q> Ask<'q> {
    /// Of all objects that are not removed. Whole hours are read as such, so that a year costs little more than a day.
    pub fn new(what: &'q [Measure], range: Minutes) -> Self {
        Self { what, range, grain: None, of: None, label: None }
    }

    /// Only what is counted at this grain: slots that the range touches count as a whole.
    pub fn grain(self, grain: Grain) -> Self {
        Self { grain: Some(grain), ..self }
    }

    /// Of one object; none: of all.
    pub fn of(self, of: Option<Uuid>) -> Self {
        Self { of, ..self }
    }

    /// With one label; none: with any.
    pub fn label(self, label: Option<&'q str>) -> Self {
        Self { label, ..self }
    }

    /// Adds them up. By steps they come in the order of time, of one time most first.
    pub async fn sums(&self, connection: &mut Connection, by: &[By]) -> Result<Vec<Sum>, DbError> {
        let mut sums = Vec::new();
        for (grain, range) in self.parts() {
            sums.extend(self.read(connection, grain, range, by).all().await?);
        }
        Ok(merged(sums))
    }

    /// The most frequent labels: senders choose them, and how many there are.
    pub async fn labels(&self, connection: &mut Connection, grain: Grain) -> Result<Vec<Sum>, DbError> {
        let mut query = self.read(connection, grain, self.range, &[By::Label]);
        query.push(" ORDER BY count DESC, label LIMIT ").push_bind(MOST_LABELS);
        query.all().await
    }

    /// The range as it is best read.
    fn parts(&self) -> Vec<(Grain, Minutes)> {
        let (from, to) = self.range;
        let (first, end) = Grain::Hour.whole_slots(self.range);
        let parts = match self.grain {
            Some(grain) => vec![(grain, self.range)],
            None if first >= end => vec![(Grain::Minute, self.range)],
            None => {
                let (first, end) = (first * 60, end * 60);
                vec![(Grain::Minute, (from, first)), (Grain::Hour, (first, end)), (Grain::Minute, (end, to))]
            }
        };
        parts.into_iter().filter(|(_, (from, to))| from < to).collect()
    }

    fn read<'c>(&self, connection: &'c mut Connection, grain: Grain, range: Minutes, by: &[By]) -> Query<'c> {
        let mut query = connection.sql("SELECT c.what");
        for by in by {
            match by {
                By::Object => query.push(", c.of"),
                By::Label => query.push(", c.label"),
                By::Bucket => query.push(", c.bucket"),
                By::Steps(minutes) => {
                    let (from, minutes) = (self.range.0, (*minutes).max(1));
                    query.push(", (c.slot * c.grain - ").push_bind(from).push(") / ").push_bind(minutes);
                    query.push(" * ").push_bind(minutes).push(" + ").push_bind(from).push(" AS minute")
                }
            };
        }
        query.push(", CAST(sum(c.count) AS BIGINT) AS count, CAST(sum(c.sum) AS BIGINT) AS sum");
        self.push_from(&mut query, self.what, grain, grain.slots(range));
        query.push(" GROUP BY 1");
        for column in [", 2", ", 3", ", 4", ", 5"].iter().take(by.len()) {
            query.push(column);
        }
        query.push(" HAVING sum(c.count) > 0");
        query
    }

    /// The table, of which only what is asked for is looked at, from a slot up to before another.
    pub(super) fn push_from(
        &self,
        query: &mut Query<'_>,
        what: &[Measure],
        grain: Grain,
        (first, end): (i64, i64),
    ) {
        query.push(" FROM counts c WHERE c.what IN (").push_list(what.iter().copied());
        query.push(") AND c.grain = ").push_bind(grain.minutes());
        query.push(" AND c.slot >= ").push_bind(first).push(" AND c.slot < ").push_bind(end);
        match self.of {
            Some(of) => query.push(" AND c.of = ").push_bind(of),
            None => query.push(" AND c.of NOT IN (SELECT object_id FROM removals)"),
        };
        if let Some(label) = self.label {
            query.push(" AND c.label = ").push_bind(label);
        }
    }
}

/// Adds up what was read in parts.
fn merged(mut sums: Vec<Sum>) -> Vec<Sum> {
    fn key(sum: &Sum) -> (i64, Measure, Uuid, &str, i64) {
        (sum.minute, sum.what, sum.of, &sum.label, sum.bucket)
    }
    sums.sort_unstable_by(|a, b| key(a).cmp(&key(b)));
    sums.dedup_by(|next, kept| {
        let is_same = key(next) == key(kept);
        if is_same {
            kept.count += next.count;
            kept.sum += next.sum;
        }
        is_same
    });
    sums.sort_by_key(|sum| (sum.minute, Reverse(sum.count)));
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_hours_are_read_as_such_and_the_rest_by_minute() {
        let parts = |range| Ask::new(&[], range).parts();
        assert_eq!(parts((30, 30)), []);
        assert_eq!(parts((61, 119)), [(Grain::Minute, (61, 119))]);
        assert_eq!(parts((60, 180)), [(Grain::Hour, (60, 180))]);
        assert_eq!(
            parts((59, 181)),
            [(Grain::Minute, (59, 60)), (Grain::Hour, (60, 180)), (Grain::Minute, (180, 181))]
        );
        assert_eq!(Ask::new(&[], (59, 181)).grain(Grain::Minute).parts(), [(Grain::Minute, (59, 181))]);
    }

    #[test]
    fn parts_are_added_up_in_the_order_of_time_and_most_first() {
        let sum = |minute, label: &str, count| Sum {
            minute,
            label: label.into(),
            ..Sum::new(Measure::Accepted, count)
        };
        let parts = vec![sum(60, "a", 1), sum(60, "b", 2), sum(0, "a", 1), sum(60, "a", 4)];
        assert_eq!(merged(parts), [sum(0, "a", 1), sum(60, "a", 5), sum(60, "b", 2)]);
    }
}
