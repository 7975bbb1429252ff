//! The clock, as a value: tests hand in their own. And whether it may be believed.
//!
//! A clock that is set wrong for a moment must not delete what is to be kept for months, nor give ids that lie years ahead.
//! So what was seen before is remembered: a clock that leaps further ahead than a server is ever down is doubted until a
//! sender's signed timestamp agrees with it, or a person.

use crate::model::time::DAY_MS;
use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::{Instant, SystemTime, UNIX_EPOCH},
};

/// A leap further than this is doubted: a long weekend.
const LEAP_MS: i64 = 3 * DAY_MS;
/// Until this process has believed the clock once, ids follow it through leaps up to this one. Without that, what comes
/// after a server was off for weeks would be listed under the day on which it went off.
const ID_LEAP_MS: i64 = 400 * DAY_MS;

/// Tells the time in unix milliseconds.
#[derive(Clone, Default)]
pub struct Clock {
    manual: Option<Arc<AtomicI64>>,
    trust: Arc<Trust>,
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that stands still until its handle is stored to, and is believed. For tests.
    pub fn manual(now_ms: i64) -> (Self, Arc<AtomicI64>) {
        let handle = Arc::new(AtomicI64::new(now_ms));
        (Self { manual: Some(handle.clone()), trust: Arc::default() }, handle)
    }

    /// Unix milliseconds. A machine clock before 1970 counts as 0.
    pub fn now_ms(&self) -> i64 {
        match &self.manual {
            Some(handle) => handle.load(Ordering::Relaxed),
            #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine for the time")]
            None => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .ok()
                .and_then(|d| i64::try_from(d.as_millis()).ok())
                .unwrap_or(0),
        }
    }

    /// Unix milliseconds for a new id: the time, unless it is years ahead of what was seen before.
    pub fn id_ms(&self) -> i64 {
        let now = self.now_ms();
        if self.manual.is_some() { now } else { self.trust.for_ids(now, Instant::now()) }
    }

    /// Says what time it was when the clock was last believed, by what is stored.
    pub fn remember(&self, seen_ms: i64) {
        self.trust.anchor(seen_ms, Instant::now());
    }

    /// Looks whether the clock is to be believed, and remembers it if so.
    ///
    /// # Errors
    /// How far it leapt ahead.
    pub fn believed_ms(&self) -> Result<i64, Leap> {
        let now = self.now_ms();
        if self.manual.is_some() { Ok(now) } else { self.trust.look(now, Instant::now()).map(|()| now) }
    }

    /// Whether it leapt ahead and nothing has confirmed it yet.
    pub fn is_doubted(&self) -> bool {
        self.trust.is_doubted.load(Ordering::Relaxed)
    }

    /// Someone else's clock agrees, or a person says that it is right.
    pub fn confirm(&self) {
        self.trust.anchor(self.now_ms(), Instant::now());
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.manual.is_some() { "Clock(manual)" } else { "Clock(system)" })
    }
}

/// A clock that went further ahead than it is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the clock is {} days ahead of the last time Hookpost saw: retention is suspended until a sender's signed timestamp or an admin confirms it",
    self.ahead_ms / DAY_MS
)]
pub struct Leap {
    /// How far, milliseconds.
    pub ahead_ms: i64,
}

/// What the clock is compared with.
#[derive(Default)]
struct Trust {
    /// A time that was believed, unix ms, and when that was by the clock that only goes forward.
    anchor: Mutex<Option<(i64, Instant)>>,
    is_doubted: AtomicBool,
    /// Whether this process has believed the clock before.
    was_believed: AtomicBool,
}

impl Trust {
    fn anchor(&self, wall: i64, at: Instant) {
        *self.anchor.lock().unwrap_or_else(PoisonError::into_inner) = Some((wall, at));
        self.is_doubted.store(false, Ordering::Relaxed);
    }

    /// The time that it should be; none when nothing was seen before.
    fn expected(&self, at: Instant) -> Option<i64> {
        let (wall, since) = (*self.anchor.lock().unwrap_or_else(PoisonError::into_inner))?;
        let passed = i64::try_from(at.saturating_duration_since(since).as_millis()).unwrap_or(i64::MAX);
        Some(wall.saturating_add(passed))
    }

    fn look(&self, now: i64, at: Instant) -> Result<(), Leap> {
        let ahead_ms = self.expected(at).map_or(0, |expected| now.saturating_sub(expected));
        if ahead_ms > LEAP_MS {
            self.is_doubted.store(true, Ordering::Relaxed);
            return Err(Leap { ahead_ms });
        }
        // A clock that is put back, or right by little steps, is followed.
        self.anchor(now, at);
        self.was_believed.store(true, Ordering::Relaxed);
        Ok(())
    }

    fn for_ids(&self, now: i64, at: Instant) -> i64 {
        let most = if self.was_believed.load(Ordering::Relaxed) { LEAP_MS } else { ID_LEAP_MS };
        match self.expected(at) {
            Some(expected) if now.saturating_sub(expected) > most => expected,
            _ => now,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const NOW: i64 = 1_795_435_200_000;

    #[test]
    fn a_clock_that_leaps_ahead_is_doubted_until_it_is_confirmed_or_comes_back() {
        let (trust, at) = (Trust::default(), Instant::now());
        assert_eq!(trust.look(NOW, at), Ok(()), "nothing was seen before");
        let later = at + Duration::from_secs(3_600);
        assert_eq!(trust.look(NOW + 2 * DAY_MS, later), Ok(()), "as after a weekend");
        let leap = trust.look(NOW + 1_000 * DAY_MS, later).unwrap_err();
        assert_eq!(leap.ahead_ms / DAY_MS, 998);
        assert!(trust.is_doubted.load(Ordering::Relaxed));
        assert_eq!(trust.look(NOW + 2 * DAY_MS, later), Ok(()), "it came back");
        assert!(!trust.is_doubted.load(Ordering::Relaxed));
        assert!(trust.look(NOW + 1_000 * DAY_MS, later).is_err());
        trust.anchor(NOW + 1_000 * DAY_MS, later);
        assert_eq!(trust.look(NOW + 1_000 * DAY_MS + 5, later), Ok(()), "it was confirmed");
        assert_eq!(trust.look(0, later), Ok(()), "a clock that is put back deletes nothing");
    }

    #[test]
    fn time_that_passes_is_no_leap() {
        let (trust, at) = (Trust::default(), Instant::now());
        trust.anchor(NOW, at);
        let month = Duration::from_secs(30 * 86_400);
        assert_eq!(trust.look(NOW + 30 * DAY_MS, at + month), Ok(()));
    }

    #[test]
    fn ids_do_not_follow_a_clock_that_is_years_ahead() {
        let (trust, at) = (Trust::default(), Instant::now());
        assert_eq!(trust.for_ids(NOW, at), NOW);
        trust.anchor(NOW, at);
        let later = at + Duration::from_secs(1);
        assert_eq!(trust.for_ids(NOW + 30 * DAY_MS, later), NOW + 30 * DAY_MS);
        assert_eq!(trust.for_ids(NOW + 1_000 * DAY_MS, later), NOW + 1_000);
        assert_eq!(trust.for_ids(NOW - DAY_MS, later), NOW - DAY_MS);
        trust.look(NOW, at).unwrap();
        assert_eq!(trust.for_ids(NOW + 30 * DAY_MS, later), NOW + 1_000, "it was right a moment ago");
    }

    #[test]
    fn a_leap_is_told_in_days() {
        let text = Leap { ahead_ms: 1_095 * DAY_MS }.to_string();
        assert!(text.starts_with("the clock is 1095 days ahead of the last time Hookpost saw"), "{text}");
    }
}
