//! Tasks that run beside the requests: each is watched, started again when it ends or panics, and asked to stop at the end.

use futures::FutureExt;
use std::{
    collections::{BTreeMap, VecDeque},
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::{sync::watch, task::JoinSet};

/// Failures of one task …
const MOST_FALLS: usize = 3;
/// … within this time say that starting again does not help: the process ends, so that whoever started it sees it.
const WITHIN: Duration = Duration::from_secs(60);
/// Before the first new start, and this much longer before each further one.
const PAUSE: Duration = Duration::from_secs(1);
/// The process's exit code when a task cannot be kept up: EX_SOFTWARE of sysexits.h.
const EX_SOFTWARE: i32 = 70;

/// Asks tasks to stop; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Stop(watch::Sender<bool>);

impl Stop {
    /// Asks every task to finish what is under way and end.
    pub fn request(&self) {
        self.0.send_replace(true);
    }

    /// Whether they were asked to.
    pub fn is_requested(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until they are asked to.
    pub async fn requested(&self) {
        let mut asked = self.0.subscribe();
        // The sender is held by `self`: the channel cannot close meanwhile.
        let _asked = asked.wait_for(|asked| *asked).await;
    }
}

/// How a task stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TaskState {
    /// Whether it runs; not so between a fall and its new start.
    pub is_up: bool,
    /// How often it was started again since the process began.
    pub restarts: u64,
}

/// The tasks of this process by name; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Tasks(Arc<Mutex<BTreeMap<&'static str, TaskState>>>);

impl Tasks {
    /// How each task stands, by name.
    pub fn states(&self) -> BTreeMap<&'static str, TaskState> {
        // A count is never half written.
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, name: &'static str, change: impl FnOnce(&mut TaskState)) {
        change(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(name).or_default());
    }

    /// Runs what `make` makes until `stop` is requested. A task that ends or panics before is told of in the log and
    /// started again after a pause; three times in a minute ends the process.
    pub fn supervise<F, Fut>(&self, set: &mut JoinSet<()>, stop: &Stop, name: &'static str, make: F)
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let (tasks, stop) = (self.clone(), stop.clone());
        set.spawn(async move {
            let mut falls = Falls::default();
            loop {
                tasks.note(name, |task| task.is_up = true);
                let task = async {
                    panic_if_asked(name);
                    make().await;
                };
                let ended = AssertUnwindSafe(task).catch_unwind().await;
                tasks.note(name, |task| task.is_up = false);
                if stop.is_requested() {
                    return;
                }
                // What a panic said is in the log already, with its place.
                let how = if ended.is_ok() { "ended" } else { "panicked" };
                let pause = falls.add(name, how, Instant::now());
                tokio::time::sleep(pause).await;
                tasks.note(name, |task| task.restarts += 1);
            }
        });
    }
}

/// When a task fell, as far back as it matters.
#[derive(Debug, Default)]
pub struct Falls(VecDeque<Instant>);

impl Falls {
    /// Notes a fall, says so in the log, and tells how long to wait before the new start. Ends the process when there were
    /// too many.
    pub fn add(&mut self, name: &'static str, how: &'static str, now: Instant) -> Duration {
        match self.pause(now) {
            Some(pause) => {
                let seconds = pause.as_secs();
                tracing::error!(task = name, "the task {name} {how}; restarting it in {seconds} s");
                pause
            }
            None => {
                let within = WITHIN.as_secs();
                tracing::error!(
                    task = name,
                    "the task {name} {how} for the {MOST_FALLS}rd time within {within} s: stopping this process"
                );
                std::process::exit(EX_SOFTWARE)
            }
        }
    }

    /// How long to wait after a fall; none: there were too many.
    fn pause(&mut self, now: Instant) -> Option<Duration> {
        self.0.retain(|at| now.duration_since(*at) < WITHIN);
        self.0.push_back(now);
        let count = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        (self.0.len() < MOST_FALLS).then(|| PAUSE.saturating_mul(count))
    }
}

/// For the tests of supervision, in debug builds only: `HOOKPOST_TEST_PANIC=NAME:COUNT` makes the task of this name panic
/// at its first so many starts.
pub fn panic_if_asked(name: &'static str) {
    #[cfg(debug_assertions)]
    {
        use std::sync::atomic::{AtomicU32, Ordering};
        static DONE: AtomicU32 = AtomicU32::new(0);
        let asked = std::env::var("HOOKPOST_TEST_PANIC").unwrap_or_default();
        let Some((wanted, count)) = asked.split_once(':') else { return };
        let count: u32 = count.parse().unwrap_or_default();
        if wanted == name && DONE.fetch_add(1, Ordering::Relaxed) < count {
            #[expect(clippy::panic, reason = "what a test asked for")]
            {
                panic!("a panic that a test asked for");
            }
        }
    }
    #[cfg(not(debug_assertions))]
    let _never = name;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_third_fall_within_a_minute_is_too_many_and_falls_long_ago_do_not_count() {
        let (mut falls, begun) = (Falls::default(), Instant::now());
        let at = |seconds| begun + Duration::from_secs(seconds);
        let pauses = [0, 10, 70, 75, 76].map(|second| falls.pause(at(second)).map(|pause| pause.as_secs()));
        assert_eq!(pauses, [Some(1), Some(2), Some(1), Some(2), None]);
    }

    #[tokio::test]
    async fn a_task_that_panics_is_started_again_and_one_that_is_asked_to_stop_is_not() {
        use std::sync::atomic::{AtomicU32, Ordering};
        let (tasks, stop, mut set) = (Tasks::default(), Stop::default(), JoinSet::new());
        let starts = Arc::new(AtomicU32::new(0));
        let (counted, asked) = (starts.clone(), stop.clone());
        tasks.supervise(&mut set, &stop, "fickle", move || {
            let (first, asked) = (counted.fetch_add(1, Ordering::Relaxed) == 0, asked.clone());
            async move {
                assert!(!first, "the first start fails");
                asked.requested().await;
            }
        });
        while tasks.states().get("fickle").is_none_or(|task| task.restarts == 0 || !task.is_up) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        stop.request();
        set.join_all().await;
        assert_eq!(starts.load(Ordering::Relaxed), 2);
        assert_eq!(tasks.states()["fickle"], TaskState { is_up: false, restarts: 1 });
    }
}
