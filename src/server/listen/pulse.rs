//! What is going on at one connection: enough to tell a client that only holds its place from one that is served.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::Notify;

/// An answer that is not a stream must be taken within this time, however steadily it is taken.
const LONGEST_ANSWER: Duration = Duration::from_secs(15 * 60);
/// After this time without reading, a connection may have to make room for another.
const STUCK: Duration = Duration::from_secs(2);
/// Stands for "not now" where a time is kept.
const NEVER: u64 = u64::MAX;

/// The state of one connection; times are milliseconds since it was accepted.
#[derive(Debug)]
pub(super) struct Pulse {
    accepted: Instant,
    /// Requests of which the answer is not handed over.
    under_way: AtomicUsize,
    /// When the last of them ended, or the connection was accepted.
    idle_since: AtomicU64,
    /// Since when the client takes nothing of what is written.
    blocked_since: AtomicU64,
    /// When it took something after it had taken nothing.
    taken_at: AtomicU64,
    /// HTTP/2: what is written may be frames that a client asks for without end, so only its requests count.
    is_multiplexed: AtomicBool,
    /// A part of a request was not read: see [`super::io`].
    unread: AtomicBool,
    /// What comes is thrown away, so that the client can read its answer.
    lingers: AtomicBool,
    answers: Mutex<Vec<Answer>>,
    /// Someone else needs its place.
    dismissed: Notify,
}

#[derive(Debug)]
struct Answer {
    key: usize,
    begun: u64,
    /// Since when a piece of it waits to be taken (HTTP/2, where the connection may go on without it).
    offered: u64,
    /// It goes on for as long as the client likes, such as the live stream.
    is_endless: bool,
}

impl Pulse {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            accepted: Instant::now(),
            under_way: AtomicUsize::new(0),
            idle_since: AtomicU64::new(0),
            blocked_since: AtomicU64::new(NEVER),
            taken_at: AtomicU64::new(0),
            is_multiplexed: AtomicBool::new(false),
            unread: AtomicBool::new(false),
            lingers: AtomicBool::new(false),
            answers: Mutex::default(),
            dismissed: Notify::new(),
        })
    }

    fn now(&self) -> u64 {
        u64::try_from(self.accepted.elapsed().as_millis()).unwrap_or(NEVER - 1)
    }

    fn answers(&self) -> MutexGuard<'_, Vec<Answer>> {
        // Every change under the lock is a single step, so what a panic left behind is whole.
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request came; it is under way until what is handed back is dropped.
    pub(super) fn begin(self: &Arc<Self>, is_multiplexed: bool) -> UnderWay {
        if is_multiplexed {
            self.is_multiplexed.store(true, Ordering::Relaxed);
        }
        self.under_way.fetch_add(1, Ordering::Relaxed);
        UnderWay { pulse: self.clone(), answer: None }
    }

    /// A write took `bytes`, or none of them when the client takes nothing.
    pub(super) fn wrote(&self, took_something: bool) {
        let blocked = self.blocked_since.load(Ordering::Relaxed) != NEVER;
        if took_something {
            if blocked {
                self.taken_at.store(self.now(), Ordering::Relaxed);
                self.blocked_since.store(NEVER, Ordering::Relaxed);
            }
        } else if !blocked {
            self.blocked_since.store(self.now(), Ordering::Relaxed);
        }
    }

    /// A request's body was left without being read to its end.
    pub(super) fn left_unread(&self) {
        self.unread.store(true, Ordering::Relaxed);
    }

    pub(super) fn has_unread(&self) -> bool {
        self.unread.load(Ordering::Relaxed)
    }

    pub(super) fn linger(&self) {
        self.lingers.store(true, Ordering::Relaxed);
    }

    pub(super) fn lingers(&self) -> bool {
        self.lingers.load(Ordering::Relaxed)
    }

    /// Whether it may be closed to make room: nothing is under way on it, or its client takes nothing.
    pub(super) fn is_dispensable(&self) -> bool {
        if self.lingers() {
            return true;
        }
        match self.blocked_since.load(Ordering::Relaxed) {
            NEVER => self.under_way.load(Ordering::Relaxed) == 0,
            since => self.now().saturating_sub(since) >= ms(STUCK),
        }
    }

    /// Closes it for someone else's sake.
    pub(super) fn dismiss(&self) {
        self.dismissed.notify_one();
    }

    /// Waits until it is to make room for another.
    pub(super) async fn dismissed(&self) {
        self.dismissed.notified().await;
    }

    /// Waits until the client is not worth waiting for any more, and says why. `timeout` is how long it may do nothing.
    pub(super) async fn gives_out(&self, timeout: Duration) -> &'static str {
        loop {
            match self.verdict(self.now(), ms(timeout)) {
                Ok(wait) => tokio::time::sleep(Duration::from_millis(wait.max(10))).await,
                Err(why) => return why,
            }
        }
    }

    /// How long to wait before the next look, or why not.
    fn verdict(&self, now: u64, timeout: u64) -> Result<u64, &'static str> {
        let longest = ms(LONGEST_ANSWER);
        // It has times of its own.
        if self.lingers() {
            return Ok(timeout);
        }
        let blocked = self.blocked_since.load(Ordering::Relaxed);
        if blocked != NEVER && now.saturating_sub(blocked) >= timeout {
            return Err("the client read nothing of its answer");
        }
        let late = |answer: &Answer| {
            (answer.offered != NEVER && now.saturating_sub(answer.offered) >= timeout)
                || (!answer.is_endless && now.saturating_sub(answer.begun) >= longest)
        };
        if self.answers().iter().any(late) {
            return Err("the client did not read an answer, or read it too slowly");
        }
        if self.under_way.load(Ordering::Relaxed) > 0 {
            return Ok(timeout);
        }
        let idle_since = self.idle_since.load(Ordering::Relaxed);
        if blocked != NEVER {
            let slow = now.saturating_sub(idle_since) >= longest;
            return if slow { Err("the client read its answer too slowly") } else { Ok(timeout) };
        }
        let is_multiplexed = self.is_multiplexed.load(Ordering::Relaxed);
        let taken_at = if is_multiplexed { 0 } else { self.taken_at.load(Ordering::Relaxed) };
        match timeout.checked_sub(now.saturating_sub(idle_since.max(taken_at))) {
            None | Some(0) => Err("the client sent no request"),
            Some(rest) => Ok(rest),
        }
    }
}

fn ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(NEVER)
}

/// A request under way; its drop ends it.
#[derive(Debug)]
pub(super) struct UnderWay {
    pulse: Arc<Pulse>,
    /// Key of its answer, once there is one.
    answer: Option<usize>,
}

impl UnderWay {
    /// Its answer begins.
    pub(super) fn answers(&mut self, is_endless: bool) {
        let begun = self.pulse.now();
        let mut answers = self.pulse.answers();
        // The smallest key that is free: there are few.
        let key = (0..).find(|key| answers.iter().all(|answer| answer.key != *key)).unwrap_or_default();
        answers.push(Answer { key, begun, offered: NEVER, is_endless });
        self.answer = Some(key);
    }

    /// A piece of the answer was handed over, or there is none at the moment.
    pub(super) fn offers(&self, is_offered: bool) {
        let offered = if is_offered { self.pulse.now() } else { NEVER };
        let mut answers = self.pulse.answers();
        if let Some(answer) = answers.iter_mut().find(|answer| Some(answer.key) == self.answer) {
            answer.offered = offered;
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        if let Some(key) = self.answer {
            self.pulse.answers().retain(|answer| answer.key != key);
        }
        // Before the count goes down: whoever sees none under way must not see an old time.
        self.pulse.idle_since.store(self.pulse.now(), Ordering::Relaxed);
        self.pulse.under_way.fetch_sub(1, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: u64 = 1_000;

    #[test]
    fn a_connection_without_a_request_is_given_up_and_one_with_a_request_is_not() {
        let pulse = Pulse::new();
        assert_eq!(pulse.verdict(400, T), Ok(600));
        assert!(pulse.is_dispensable());
        assert_eq!(pulse.verdict(1_000, T), Err("the client sent no request"));
        let request = pulse.begin(false);
        assert_eq!(pulse.verdict(1_000_000, T), Ok(T), "the handler has times of its own");
        assert!(!pulse.is_dispensable());
        drop(request);
        assert!(pulse.is_dispensable());
    }

    #[test]
    fn a_client_that_takes_nothing_is_given_up_and_one_that_takes_something_is_not() {
        let pulse = Pulse::new();
        let _request = pulse.begin(false);
        pulse.wrote(false);
        assert_eq!(pulse.verdict(500, T), Ok(T));
        assert!(pulse.verdict(1_500, T).is_err());
        pulse.wrote(true);
        assert_eq!(pulse.verdict(1_500, T), Ok(T));
    }

    #[test]
    fn an_answer_over_http_2_that_waits_to_be_taken_is_given_up_whatever_else_the_connection_does() {
        let pulse = Pulse::new();
        let mut request = pulse.begin(true);
        request.answers(true);
        request.offers(true);
        pulse.wrote(true);
        assert!(pulse.verdict(1_500, T).is_err());
        request.offers(false);
        assert_eq!(pulse.verdict(1_500, T), Ok(T), "it waits for us");
    }

    #[test]
    fn an_answer_that_is_taken_a_little_at_a_time_comes_to_an_end_unless_it_is_a_stream() {
        let pulse = Pulse::new();
        let (mut page, mut stream) = (pulse.begin(false), pulse.begin(false));
        stream.answers(true);
        assert_eq!(pulse.verdict(ms(LONGEST_ANSWER), T), Ok(T));
        page.answers(false);
        assert!(pulse.verdict(ms(LONGEST_ANSWER) + 1_000, T).is_err());
        drop(page);
        assert_eq!(pulse.verdict(ms(LONGEST_ANSWER) + 1_000, T), Ok(T));
    }
}
