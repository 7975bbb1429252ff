//! The rows of the table: those shown and those that wait.

#[cfg(any(feature = "hydrate", test))]
use crate::model::destination::ForwardMark;
use crate::model::{delivery::DeliverySummary, ids::DeliveryId};

/// More rows are not kept, shown or waiting.
#[cfg(any(feature = "hydrate", test))]
const MOST_ROWS: usize = 500;

/// Rows, newest first. Ids grow in the order of commits, and both the page and the stream keep to it, so one number says
/// what is known already.
#[derive(Clone, Debug)]
pub(super) struct Feed {
    /// In the table.
    pub(super) shown: Vec<DeliverySummary>,
    /// Arrived, to be shown when asked for.
    waiting: Vec<DeliverySummary>,
    /// Rows are missing between what is shown and the newest: only a new page can show them.
    pub(super) has_gap: bool,
    #[cfg_attr(not(any(feature = "hydrate", test)), expect(dead_code, reason = "read in the browser only"))]
    newest: DeliveryId,
}

impl Feed {
    /// The rows of a page that has everything up to `since`.
    pub(super) fn new(rows: Vec<DeliverySummary>, since: DeliveryId) -> Self {
        let newest = rows.first().map_or(since, |row| row.id.max(since));
        Self { shown: rows, waiting: Vec::new(), has_gap: false, newest }
    }

    /// How many wait.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }
}

/// What only the browser does with them.
#[cfg(any(feature = "hydrate", test))]
impl Feed {
    /// Up to where everything arrived.
    pub(super) fn newest(&self) -> DeliveryId {
        self.newest
    }

    /// Takes in a frame of the stream, oldest first; says how many of it were new.
    pub(super) fn arrive(&mut self, frame: Vec<DeliverySummary>, hold: bool) -> usize {
        let mut new: Vec<_> = frame.into_iter().filter(|row| row.id > self.newest).collect();
        new.reverse();
        let count = new.len();
        if let Some(row) = new.first() {
            self.newest = row.id;
        }
        new.append(&mut self.waiting);
        self.waiting = new;
        if !hold {
            self.show_waiting();
        } else if self.waiting.len() > MOST_ROWS {
            self.lose_track();
        }
        count
    }

    /// Takes in how forwards stand now.
    pub(super) fn mark(&mut self, marks: &[(DeliveryId, ForwardMark)]) {
        for row in self.shown.iter_mut().chain(&mut self.waiting) {
            if let Some((_, mark)) = marks.iter().find(|(id, _)| *id == row.id) {
                row.forward = Some(*mark);
            }
        }
    }

    /// Puts what waits on top of the table.
    pub(super) fn show_waiting(&mut self) {
        if self.has_gap || self.waiting.is_empty() {
            return;
        }
        let mut rows = std::mem::take(&mut self.waiting);
        rows.append(&mut self.shown);
        rows.truncate(MOST_ROWS);
        self.shown = rows;
    }

    /// More came than can be kept.
    pub(super) fn lose_track(&mut self) {
        self.waiting.clear();
        self.has_gap = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::kit::delivery_row::sample;

    fn ids(rows: &[DeliverySummary]) -> Vec<i64> {
        rows.iter().map(|row| row.id.0).collect()
    }

    fn frame(ids: impl IntoIterator<Item = i64>) -> Vec<DeliverySummary> {
        ids.into_iter().map(sample).collect()
    }

    #[test]
    fn the_newest_row_is_on_top_and_a_repeated_one_is_shown_once() {
        let mut feed = Feed::new(frame([2, 1]), DeliveryId(2));
        assert_eq!(feed.arrive(frame([2, 3, 4]), false), 2);
        assert_eq!(ids(&feed.shown), [4, 3, 2, 1]);
        assert_eq!(feed.newest(), DeliveryId(4));
    }

    #[test]
    fn rows_wait_while_held_and_come_in_order() {
        let mut feed = Feed::new(frame([1]), DeliveryId(1));
        feed.arrive(frame([2, 3]), true);
        feed.arrive(frame([4]), true);
        assert_eq!((feed.waiting(), ids(&feed.shown)), (3, vec![1]));
        feed.show_waiting();
        assert_eq!((feed.waiting(), ids(&feed.shown)), (0, vec![4, 3, 2, 1]));
    }

    #[test]
    fn marks_reach_rows_that_are_shown_and_rows_that_wait() {
        let mut feed = Feed::new(frame([1]), DeliveryId(1));
        feed.arrive(frame([2]), true);
        feed.mark(&[
            (DeliveryId(1), ForwardMark::Failing),
            (DeliveryId(2), ForwardMark::Delivered),
            (DeliveryId(3), ForwardMark::Queued),
        ]);
        feed.show_waiting();
        let marks: Vec<_> = feed.shown.iter().map(|row| row.forward).collect();
        assert_eq!(marks, [Some(ForwardMark::Delivered), Some(ForwardMark::Failing)]);
    }

    #[test]
    fn an_empty_page_takes_only_what_came_after_it() {
        let mut feed = Feed::new(Vec::new(), DeliveryId(10));
        assert_eq!(feed.arrive(frame([9, 11]), false), 1);
        assert_eq!(ids(&feed.shown), [11]);
    }

    #[test]
    fn a_flood_drops_the_oldest_shown_and_never_hides_a_gap() {
        let mut feed = Feed::new(frame([1]), DeliveryId(1));
        feed.arrive(frame(2..=600), false);
        assert_eq!((feed.shown.len(), feed.shown[0].id.0), (MOST_ROWS, 600));
        feed.arrive(frame(601..=1_200), true);
        assert!(feed.has_gap);
        feed.show_waiting();
        assert_eq!(feed.shown[0].id.0, 600);
    }
}
