//! Failures in a row: the log says when they begin and when they end, not each one.

use std::{
    fmt::Display,
    sync::atomic::{AtomicU64, Ordering},
};

/// What the log should say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It failed, after it worked or never was tried.
    Broke,
    /// It works again, after this many failures.
    Recovered(u64),
}

/// How often something failed in a row.
#[derive(Debug, Default)]
pub struct LogOnce(AtomicU64);

impl LogOnce {
    /// Notes how it went. Says what is worth a line.
    pub fn note(&self, worked: bool) -> Option<Turn> {
        if worked {
            let failures = self.0.swap(0, Ordering::Relaxed);
            (failures > 0).then_some(Turn::Recovered(failures))
        } else {
            (self.0.fetch_add(1, Ordering::Relaxed) == 0).then_some(Turn::Broke)
        }
    }

    /// Notes how something went that is tried over and over, and says in the log when it begins to fail and when it works
    /// again: a full disk is not to be filled with lines about it.
    pub fn tell<T, E: Display>(&self, what: &str, outcome: &Result<T, E>) {
        match (self.note(outcome.is_ok()), outcome) {
            (Some(Turn::Broke), Err(error)) => tracing::warn!(%error, "{what} failed: {error}"),
            (Some(Turn::Recovered(failures)), _) => {
                tracing::info!(failures, "{what} works again after {failures} failures");
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_failure_of_a_row_and_the_first_success_after_it_are_worth_a_line() {
        let log_once = LogOnce::default();
        let said = [true, false, false, false, true, true, false].map(|worked| log_once.note(worked));
        assert_eq!(
            said,
            [None, Some(Turn::Broke), None, None, Some(Turn::Recovered(3)), None, Some(Turn::Broke)]
        );
    }
}
