//! Copies that the server makes by itself: when the next one is due, and which stay.

use super::words::words;
use super::{
    ids::BackupId,
    time::{DAY_MS, HOUR_MS, MINUTE_MS},
};
use std::collections::HashSet;

/// A copy that failed is tried again after this long, or when the next one is due, whichever comes first.
const AGAIN_MS: i64 = HOUR_MS;

/// How often copies are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rhythm {
    /// Hours from one start to the next.
    Hours(i64),
    /// Each day at this minute of it, UTC.
    Daily(i64),
}

impl Rhythm {
    /// Between two copies, ms.
    pub fn period_ms(self) -> i64 {
        match self {
            Self::Hours(hours) => hours * HOUR_MS,
            Self::Daily(_) => DAY_MS,
        }
    }

    /// When the one after that of `last` (unix ms) is due.
    fn after(self, last: i64) -> i64 {
        match self {
            Self::Hours(hours) => last.saturating_add(hours * HOUR_MS),
            Self::Daily(minute) => {
                let today = last.div_euclid(DAY_MS) * DAY_MS + minute * MINUTE_MS;
                if today > last { today } else { today.saturating_add(DAY_MS) }
            }
        }
    }
}

/// How many copies stay. One that any of the three keeps stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// Number of the newest ones.
    pub last: i64,
    /// Number of days of which the newest is kept.
    pub days: i64,
    /// Number of weeks of which the newest is kept.
    pub weeks: i64,
}

impl Keep {
    /// Which of these copies (id and unix ms of its beginning) stay. Ages play no part: a clock that jumped takes nothing away.
    pub fn kept(self, copies: &[(BackupId, i64)]) -> HashSet<BackupId> {
        let mut newest_first = copies.to_vec();
        newest_first.sort_by_key(|(_, at)| std::cmp::Reverse(*at));
        let count = |wanted: i64| usize::try_from(wanted).unwrap_or(0);
        let mut kept: HashSet<_> = newest_first.iter().take(count(self.last)).map(|(id, _)| *id).collect();
        for (length, wanted) in [(DAY_MS, self.days), (7 * DAY_MS, self.weeks)] {
            let mut seen = HashSet::new();
            // Weeks begin on Mondays; the first of January 1970 was a Thursday.
            let shift = if length == DAY_MS { 0 } else { 3 * DAY_MS };
            for (id, at) in &newest_first {
                if seen.len() < count(wanted) && seen.insert((at + shift).div_euclid(length)) {
                    kept.insert(*id);
                }
            }
        }
        kept
    }
}

/// What is to be done regularly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupPlan {
    /// Switched on.
    pub enabled: bool,
    /// How often.
    pub rhythm: Rhythm,
    /// Below the folder that the operator allows; empty: that one itself.
    pub folder: String,
    /// How many stay.
    pub keep: Keep,
    /// Whether there is a passphrase.
    pub encrypted: bool,
    /// When a person asked for a copy now, and who; none once it is begun.
    pub asked: Option<(i64, String)>,
    /// When it was switched on, unix ms.
    pub enabled_at: Option<i64>,
    /// Copies that failed, ever.
    pub failures: i64,
}

impl Default for BackupPlan {
    fn default() -> Self {
        Self {
            enabled: false,
            rhythm: Rhythm::Daily(3 * 60),
            folder: String::new(),
            keep: Keep { last: 7, days: 0, weeks: 4 },
            encrypted: false,
            asked: None,
            enabled_at: None,
            failures: 0,
        }
    }
}

impl BackupPlan {
    /// When the next copy is due, unix ms; none: the plan is off. `last` is the one that was begun last.
    pub fn next_at(&self, last: Option<&Backup>) -> Option<i64> {
        if !self.enabled {
            return None;
        }
        // Whoever switches it on wants to see that it works.
        let Some(last) = last else { return Some(self.enabled_at.unwrap_or(0)) };
        let due = self.rhythm.after(last.started_at);
        Some(match last.state {
            BackupState::Failed => due.min(last.started_at.saturating_add(AGAIN_MS)),
            _ => due,
        })
    }

    /// From when on there should have been another good copy, unix ms; `good` is when the last one began.
    pub fn overdue_at(&self, good: Option<i64>) -> Option<i64> {
        let since = good.or(self.enabled_at).filter(|_| self.enabled)?;
        Some(since.saturating_add(self.rhythm.period_ms()).saturating_add(2 * AGAIN_MS))
    }
}

words! {
    /// How a copy stands.
    pub enum BackupState("state") {
        /// It is being made.
        Running = "running";
        /// It is there and was checked.
        Good = "good";
        /// No usable copy was made.
        Failed = "failed";
        /// It made room for later ones.
        Removed = "removed";
    }
}

/// A copy.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct Backup {
    /// Its id.
    pub id: BackupId,
    /// Path below the folder that the operator allows.
    pub file: String,
    /// In progress, good, failed or rotated out.
    pub state: BackupState,
    /// Whether it takes a passphrase to read it.
    pub encrypted: bool,
    /// Who asked for it; none: it was due.
    pub actor: Option<String>,
    /// Unix ms.
    pub started_at: i64,
    /// Unix ms.
    pub ended_at: Option<i64>,
    /// Size of the file.
    pub bytes: Option<i64>,
    /// Rows of all its tables.
    pub row_count: Option<i64>,
    /// Why it failed, or what is odd about it.
    pub problem: Option<String>,
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    fn copies(ats: &[i64]) -> Vec<(BackupId, i64)> {
        ats.iter().map(|at| (BackupId::new(), *at)).collect()
    }

    fn begun(state: BackupState, started_at: i64) -> Backup {
        Backup {
            id: BackupId::new(),
            file: String::new(),
            state,
            encrypted: false,
            actor: None,
            started_at,
            ended_at: None,
            bytes: None,
            row_count: None,
            problem: None,
        }
    }

    #[test]
    fn the_newest_stay_and_one_of_each_day_and_week() {
        // Two a day for three weeks, oldest first.
        let all = copies(&(0..42).map(|half| half * DAY_MS / 2).collect::<Vec<_>>());
        let ages = |keep: Keep| {
            let kept = keep.kept(&all);
            let mut ages: Vec<usize> =
                (0..all.len()).filter(|index| kept.contains(&all[41 - index].0)).collect();
            ages.sort_unstable();
            ages
        };
        assert_eq!(ages(Keep { last: 3, days: 0, weeks: 0 }), [0, 1, 2]);
        assert_eq!(ages(Keep { last: 1, days: 3, weeks: 0 }), [0, 2, 4]);
        // The last day of the three weeks is a Wednesday; the Sundays before it are 3, 10 and 17 days back.
        assert_eq!(ages(Keep { last: 1, days: 0, weeks: 4 }), [0, 6, 20, 34]);
        assert_eq!(ages(Keep { last: 100, days: 0, weeks: 0 }).len(), 42);
    }

    #[test]
    fn a_clock_that_is_years_ahead_takes_no_copy_away() {
        let all = copies(&[1_000, DAY_MS, 2 * DAY_MS, 40_000 * DAY_MS]);
        assert_eq!(Keep { last: 4, days: 0, weeks: 0 }.kept(&all).len(), 4);
        assert_eq!(Keep { last: 1, days: 4, weeks: 0 }.kept(&all).len(), 4);
    }

    #[test]
    fn the_next_one_is_due_by_the_rhythm_and_sooner_after_a_failure() {
        let daily = BackupPlan { enabled: true, enabled_at: Some(5), ..BackupPlan::default() };
        assert_eq!(BackupPlan::default().next_at(None), None);
        assert_eq!(daily.next_at(None), Some(5));
        let at = 10 * DAY_MS + 3 * HOUR_MS;
        assert_eq!(daily.next_at(Some(&begun(BackupState::Good, at - 1))), Some(at));
        assert_eq!(daily.next_at(Some(&begun(BackupState::Good, at))), Some(at + DAY_MS));
        assert_eq!(daily.next_at(Some(&begun(BackupState::Failed, at))), Some(at + HOUR_MS));
        let hourly = BackupPlan { rhythm: Rhythm::Hours(6), ..daily };
        assert_eq!(hourly.next_at(Some(&begun(BackupState::Good, at))), Some(at + 6 * HOUR_MS));
        assert_eq!(hourly.overdue_at(Some(at)), Some(at + 8 * HOUR_MS));
    }
}
