//! The rows of the list, and which one is selected.

use super::super::{
    news::{LocalResult, News, Sent},
    server::Row,
};
use std::collections::VecDeque;

/// Rows that are kept; the oldest go.
const MOST: usize = 1_000;

/// How a row stands.
#[derive(Clone, Debug)]
pub(super) enum Standing {
    /// It waits to be sent.
    Waiting,
    /// The handler has it.
    Sending,
    /// The handler is done with it.
    Done(LocalResult),
    /// The server does not have it any more.
    Gone,
}

impl Standing {
    fn has_failed(&self) -> bool {
        matches!(self, Self::Done(outcome) if !outcome.is_taken())
    }
}

/// A delivery in the list.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) row: Row,
    pub(super) standing: Standing,
    /// Requests made with it.
    pub(super) attempts: i64,
}

/// The list, newest first.
#[derive(Debug, Default)]
pub(super) struct Table {
    lines: VecDeque<Line>,
    /// The selected delivery; none: whichever is newest.
    selected: Option<i64>,
    sent: u64,
    taken: u64,
}

impl Table {
    pub(super) fn note(&mut self, news: News) {
        match news {
            News::Arrived(row) => {
                self.lines.push_front(Line { row, standing: Standing::Waiting, attempts: 0 });
                if self.lines.len() > MOST {
                    let old = self.lines.pop_back();
                    if old.is_some_and(|old| self.selected == Some(old.row.id)) {
                        self.selected = None;
                    }
                }
            }
            News::Sending(id) => self.set(id, |line| line.standing = Standing::Sending),
            News::Gone(id) => self.set(id, |line| line.standing = Standing::Gone),
            News::Sent(Sent { row, attempt, outcome, .. }) => {
                self.sent += 1;
                self.taken += u64::from(outcome.is_taken());
                self.set(row.id, |line| {
                    line.attempts = attempt;
                    line.standing = Standing::Done(outcome);
                });
            }
            News::Connected | News::Lost(_) | News::Note(_) => {}
        }
    }

    fn set(&mut self, id: i64, change: impl FnOnce(&mut Line)) {
        if let Some(line) = self.lines.iter_mut().find(|line| line.row.id == id) {
            change(line);
        }
    }

    /// The rows, newest first.
    pub(super) fn lines(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter()
    }

    /// Place of the selected row.
    pub(super) fn place(&self) -> Option<usize> {
        let place = self.selected.and_then(|id| self.lines.iter().position(|line| line.row.id == id));
        place.or(if self.lines.is_empty() { None } else { Some(0) })
    }

    /// The selected delivery.
    pub(super) fn selected(&self) -> Option<i64> {
        Some(self.lines.get(self.place()?)?.row.id)
    }

    /// Those that the handler did not take, oldest first.
    pub(super) fn failed(&self) -> Vec<i64> {
        self.lines.iter().rev().filter(|line| line.standing.has_failed()).map(|line| line.row.id).collect()
    }

    pub(super) fn select_older(&mut self, by: usize) {
        let last = self.lines.len().saturating_sub(1);
        self.select(self.place().unwrap_or_default().saturating_add(by).min(last));
    }

    pub(super) fn select_newer(&mut self, by: usize) {
        self.select(self.place().unwrap_or_default().saturating_sub(by));
    }

    /// Selects the newest, and keeps to it when newer ones come.
    pub(super) fn select_newest(&mut self) {
        self.selected = None;
    }

    fn select(&mut self, place: usize) {
        self.selected = self.lines.get(place).map(|line| line.row.id);
    }

    /// The counts in a line.
    pub(super) fn summary(&self) -> String {
        let waiting = self.lines.iter().filter(|line| matches!(line.standing, Standing::Waiting)).count();
        let failed = self.sent - self.taken;
        let mut text = format!("{} sent, {} succeeded, {failed} failed", self.sent, self.taken);
        if waiting > 0 {
            text.push_str(&format!(", {waiting} waiting"));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: i64) -> Row {
        Row { id, endpoint: "e".into(), received_at: "2026-01-01T00:00:00Z".into(), event_type: None }
    }

    fn sent(id: i64, status: u16) -> News {
        let outcome = LocalResult::Answered { status, ms: 1 };
        News::Sent(Sent { row: row(id), webhook_id: None, attempt: 1, outcome })
    }

    #[test]
    fn the_selection_stays_on_its_delivery_when_newer_ones_come() {
        let mut table = Table::default();
        assert_eq!(table.selected(), None);
        table.select_older(1);
        for id in [1, 2, 3] {
            table.note(News::Arrived(row(id)));
        }
        assert_eq!(table.selected(), Some(3), "the newest, until one is chosen");
        table.select_older(1);
        table.note(News::Arrived(row(4)));
        assert_eq!((table.selected(), table.place()), (Some(2), Some(2)));
        table.select_older(usize::MAX);
        assert_eq!(table.selected(), Some(1));
        table.select_newest();
        table.note(News::Arrived(row(5)));
        assert_eq!(table.selected(), Some(5));
    }

    #[test]
    fn what_failed_is_sent_again_oldest_first_and_only_while_it_fails() {
        let mut table = Table::default();
        for id in [1, 2, 3] {
            table.note(News::Arrived(row(id)));
        }
        table.note(sent(1, 500));
        table.note(sent(2, 200));
        table.note(sent(3, 404));
        assert_eq!(table.failed(), [1, 3]);
        table.note(sent(1, 204));
        assert_eq!((table.failed(), table.summary()), (vec![3], "4 sent, 2 succeeded, 2 failed".to_owned()));
    }

    #[test]
    fn the_list_keeps_the_newest_thousand() {
        let mut table = Table::default();
        table.note(News::Arrived(row(0)));
        table.select_older(1);
        for id in 1..=1_000 {
            table.note(News::Arrived(row(id)));
        }
        assert_eq!((table.lines().count(), table.selected()), (1_000, Some(1_000)));
    }
}
