//! Storms: many messages at once become one for people.

use crate::model::{notice::Notice, time::MINUTE_MS};
use std::collections::VecDeque;

/// Messages sent one by one; more become a digest.
const ONE_BY_ONE: usize = 3;
/// More than these within the time make a channel rest.
const MOST: usize = 10;
const WITHIN_MS: i64 = 300_000;
/// So long it rests, also after a digest, so that what comes meanwhile is grouped again.
const REST_MS: i64 = MINUTE_MS;

/// How fast a channel was sent to while the process runs.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// When messages went out, unix ms.
    sent: VecDeque<i64>,
    rest_until: i64,
}

impl Pace {
    /// Whether the channel is left alone at `now`.
    pub(super) fn rests(&self, now: i64) -> bool {
        // More than a rest ahead: the clock went back.
        now < self.rest_until && self.rest_until - now <= REST_MS
    }

    /// Notes that a message went out at `now`.
    pub(super) fn note(&mut self, now: i64, is_digest: bool) {
        self.sent.push_back(now);
        self.sent.retain(|at| *at <= now && now - at <= WITHIN_MS);
        if is_digest || self.sent.len() > MOST {
            self.rest_until = now.saturating_add(REST_MS);
        }
    }
}

/// What goes out together: for people few one by one and many as one, for machines each alone.
pub(super) fn groups(due: &[Notice], for_people: bool) -> impl Iterator<Item = &[Notice]> {
    let size = if for_people && due.len() > ONE_BY_ONE { due.len() } else { 1 };
    due.chunks(size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{alerts::channels::samples::notice, model::notice::NoticeKind};

    #[test]
    fn up_to_three_go_one_by_one_and_more_as_one_but_machines_get_each() {
        let all: Vec<Notice> = (1..=4).map(|id| notice(id, NoticeKind::Opened)).collect();
        assert_eq!(groups(&all[..3], true).count(), 3);
        assert_eq!(groups(&all, true).count(), 1);
        assert_eq!(groups(&all, false).count(), 4);
        assert_eq!(groups(&[], true).count(), 0);
    }

    #[test]
    fn a_channel_rests_after_a_digest_and_after_many_messages() {
        let mut pace = Pace::default();
        pace.note(0, true);
        assert!(pace.rests(59_999) && !pace.rests(60_000));
        let mut pace = Pace::default();
        (0..10).for_each(|n| pace.note(n, false));
        assert!(!pace.rests(10));
        pace.note(10, false);
        assert!(pace.rests(11));
        // Spread out they are none too many.
        let mut pace = Pace::default();
        (0..30).for_each(|n| pace.note(n * 60_000, false));
        assert!(!pace.rests(30 * 60_000));
    }

    #[test]
    fn a_clock_that_goes_back_ends_a_rest() {
        let mut pace = Pace::default();
        pace.note(1_000_000, true);
        assert!(!pace.rests(10_000));
        pace.note(10_000, false);
        assert_eq!(pace.sent, [10_000]);
    }
}
