//! Lines of the log about refused requests. Anyone can cause them, so there are only a few a second: a flood must not fill
//! the disk.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Lines in a second.
const MOST: u32 = 10;
const SECOND: Duration = Duration::from_secs(1);

/// Decides which refusals are logged one by one.
#[derive(Debug, Default)]
pub(super) struct RefusalLog(Mutex<Window>);

#[derive(Debug, Default)]
struct Window {
    /// When the second began; none before the first.
    begun: Option<Instant>,
    lines: u32,
    /// Refusals without a line of their own.
    held_back: u64,
}

impl Window {
    /// Whether one more may have a line, and how many that had none are to be told of before.
    fn admit(&mut self, now: Instant) -> (bool, u64) {
        let mut rest = 0;
        if self.begun.is_none_or(|begun| now.duration_since(begun) >= SECOND) {
            rest = std::mem::take(&mut self.held_back);
            (self.begun, self.lines) = (Some(now), 0);
        }
        let admitted = self.lines < MOST;
        if admitted {
            self.lines += 1;
        } else {
            self.held_back += 1;
        }
        (admitted, rest)
    }
}

impl RefusalLog {
    /// Whether this one may be logged; first tells of those that were not.
    pub(super) fn admits(&self) -> bool {
        // A panic leaves counts as good as they were.
        let (admitted, rest) = self.0.lock().unwrap_or_else(PoisonError::into_inner).admit(Instant::now());
        tell(rest);
        admitted
    }

    /// Tells of those that were not logged, once the flood is over.
    pub(super) fn tell_rest(&self) {
        let rest = {
            let mut window = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut window.held_back)
        };
        tell(rest);
    }
}

fn tell(rest: u64) {
    if rest > 0 {
        tracing::info!(target: "hookpost::refused", count = rest, "{rest} more requests were refused");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_refusals_a_second_are_logged_and_the_others_told_of_in_one_line() {
        let (mut window, begun) = (Window::default(), Instant::now());
        let first: Vec<bool> = (0..25).map(|_| window.admit(begun).0).collect();
        assert_eq!(first, [vec![true; 10], vec![false; 15]].concat());
        assert_eq!(window.admit(begun + SECOND / 2), (false, 0));
        assert_eq!(window.admit(begun + SECOND), (true, 16));
        assert_eq!(window.admit(begun + SECOND), (true, 0));
    }
}
