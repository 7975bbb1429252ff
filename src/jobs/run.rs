//! Work on many deliveries: each job is done in slices, whose cursor moves on in the transaction of the slice, so that it
//! goes on after a restart where it stood. Jobs take turns: a slow one holds up no other.

use crate::{
    db::{
        forwards::{self, Tell},
        jobs,
    },
    jobs::{replay, reverify},
    model::{
        error::{AppError, conflict, must_exist, not_found},
        ids::JobId,
        job::{Job, JobKind, JobState},
        time::MINUTE_MS,
    },
    state::AppState,
};
use std::{
    collections::{HashMap, HashSet},
    time::{Duration, Instant},
};

/// Between two rounds, so that deliveries go first.
const PAUSE: Duration = Duration::from_millis(10);
/// Between two rounds in which no job could do anything for its rate.
const WAIT: Duration = Duration::from_millis(250);
/// Jobs that are looked up at once.
const PAGE: i64 = 100;
/// Jobs that have not ended, at most.
const MOST_OPEN: i64 = 1_000;
/// Forwards that are told in one transaction.
const TOLD: i64 = 500;
/// Failures in a row after which a job is given up: about a quarter of an hour.
const MOST_FAILURES: u32 = 20;
/// A job that another process or an earlier run left is found within this time.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// One job.
pub async fn find(state: &AppState, id: JobId) -> Result<Job, AppError> {
    jobs::by_id(&mut state.db.read().await?, id).await?.ok_or_else(|| not_found("job"))
}

/// Whether one more job can be started.
///
/// # Errors
/// Too many did not end yet.
pub async fn make_room(state: &AppState) -> Result<(), AppError> {
    let open = jobs::count_open(&mut state.db.read().await?).await?;
    if open < MOST_OPEN {
        return Ok(());
    }
    Err(conflict("filter", format!("{open} jobs are unfinished; stop some or wait until they end")))
}

/// Begins to stop a job; what was done stays done, and what it queued and nobody has tried yet is not sent from now on. It
/// is taken back in slices, after a restart too.
///
/// # Errors
/// It is not running.
pub async fn cancel(state: &AppState, id: JobId) -> Result<(), AppError> {
    let mut tx = state.db.begin().await?;
    let stops = jobs::begin_to_stop(&mut tx, id).await?;
    tx.commit().await?;
    state.wake.jobs.notify_one();
    must_exist(stops, "running job")
}

/// Pauses a job, or lets it go on. What it queued and nobody has tried yet waits too.
///
/// # Errors
/// It is not running, or not paused.
pub async fn set_paused(state: &AppState, id: JobId, paused: bool) -> Result<(), AppError> {
    let mut tx = state.db.begin().await?;
    let done = jobs::set_paused(&mut tx, id, paused).await?;
    tx.commit().await?;
    state.wake.jobs.notify_one();
    state.wake.forwards.notify_one();
    must_exist(done, if paused { "running job" } else { "paused job" })
}

/// Works on jobs until it is asked to stop. All are gone round, however many there are: those that can do nothing hold up
/// none.
pub async fn run(state: AppState) {
    let mut known: HashMap<JobId, Known> = HashMap::new();
    let (mut after, mut round, mut moved) = (None, HashSet::new(), false);
    while !state.stop.is_requested() {
        let page = match page(&state, after).await {
            Ok(page) => page,
            Err(error) => {
                tracing::warn!(%error, "jobs could not be looked up: {error}");
                rest(&state, LOOK_EVERY).await;
                continue;
            }
        };
        after = page.last().filter(|_| page.len() as i64 == PAGE).map(|job| (job.created_at, job.id));
        for job in page {
            if state.stop.is_requested() {
                return;
            }
            round.insert(job.id);
            let known = known.entry(job.id).or_insert_with(|| Known::starting(&job, state.clock.now_ms()));
            moved |= turn(&state, &job, known).await;
        }
        if after.is_some() {
            continue;
        }
        // All had their turn.
        known.retain(|id, _| round.contains(id));
        let wait = match (round.is_empty(), moved) {
            // Woken when one is started here, or found when another process did.
            (true, _) => LOOK_EVERY,
            (_, true) => PAUSE,
            (_, false) => WAIT,
        };
        round.clear();
        moved = false;
        rest(&state, wait).await;
    }
}

async fn rest(state: &AppState, time: Duration) {
    tokio::select! {
        () = tokio::time::sleep(time) => {}
        () = state.wake.jobs.notified() => {}
        () = state.stop.requested() => {}
    }
}

async fn page(state: &AppState, after: Option<(i64, JobId)>) -> Result<Vec<Job>, AppError> {
    Ok(jobs::to_work_on(&mut state.db.read().await?, after, PAGE).await?)
}

/// What is known of a job while the process runs.
struct Known {
    rate_limit: RateLimit,
    trouble: Trouble,
}

impl Known {
    fn starting(job: &Job, now: i64) -> Self {
        Self { rate_limit: RateLimit::starting(job, now), trouble: Trouble::default() }
    }
}

/// One slice of a job. Says whether anything was done.
async fn turn(state: &AppState, job: &Job, known: &mut Known) -> bool {
    if known.trouble.waits() {
        return false;
    }
    match work(state, job, &mut known.rate_limit).await {
        Ok(moved) => {
            known.trouble = Trouble::default();
            moved
        }
        // Another turn may find it well.
        Err(AppError::Busy | AppError::DiskFull) => false,
        Err(error) => {
            let is_last = known.trouble.add(&error);
            let count = known.trouble.count;
            tracing::warn!(job = %job.id, %error, count, "a job could not continue: {error}");
            if is_last {
                tracing::error!(job = %job.id, %error, "a job failed: {error}");
                fail(state, job.id, &error).await;
            }
            is_last
        }
    }
}

async fn work(state: &AppState, job: &Job, rate_limit: &mut RateLimit) -> Result<bool, AppError> {
    if job.sweep {
        return sweep(state, job).await;
    }
    match (job.state, job.kind) {
        (JobState::Running, JobKind::Reverify) => reverify::bulk::slice(state, job).await.map(|()| true),
        (JobState::Running, JobKind::Replay) => match rate_limit.permitted(job, state.clock.now_ms()) {
            0 => Ok(false),
            requests => replay::slice(state, job, requests).await,
        },
        _ => Ok(false),
    }
}

/// Tells some of what a job queued that it is paused, goes on or stops; the last slice says that all know.
async fn sweep(state: &AppState, job: &Job) -> Result<bool, AppError> {
    let what = match job.state {
        JobState::Paused => Tell::Hold,
        JobState::Stopping => Tell::Stay,
        _ => Tell::Go,
    };
    let mut tx = state.db.begin().await?;
    // It may have been paused, resumed or stopped since it was read.
    let still = jobs::by_id(&mut tx, job.id).await?.is_some_and(|now| now.state == job.state);
    if still && forwards::tell(&mut tx, job.id, what, TOLD).await? < TOLD {
        match job.state {
            JobState::Stopping => {
                jobs::end(&mut tx, job.id, JobState::Cancelled, None, state.clock.now_ms()).await?;
            }
            other => jobs::swept(&mut tx, job.id, other).await?,
        }
    }
    tx.commit().await?;
    state.wake.forwards.notify_one();
    Ok(true)
}

async fn fail(state: &AppState, id: JobId, error: &AppError) {
    let written = async {
        let mut tx = state.db.begin().await?;
        jobs::end(&mut tx, id, JobState::Failed, Some(&error.to_string()), state.clock.now_ms()).await?;
        tx.commit().await
    };
    if let Err(error) = written.await {
        tracing::error!(job = %id, %error, "and its failure could not be stored: {error}");
    }
}

/// Failures of a job in a row. What may pass, such as a question that took too long beside a loaded server, is waited out.
#[derive(Debug, Default)]
struct Trouble {
    count: u32,
    until: Option<Instant>,
}

impl Trouble {
    fn waits(&self) -> bool {
        self.until.is_some_and(|until| Instant::now() < until)
    }

    /// One more. Says whether it is the last that is borne.
    fn add(&mut self, error: &AppError) -> bool {
        self.count = self.count.saturating_add(1);
        self.until = Some(Instant::now() + Self::pause(self.count));
        let is_lasting = matches!(error, AppError::Invalid { .. } | AppError::NotFound { .. });
        is_lasting || self.count >= MOST_FAILURES
    }

    /// One second, two, four, up to a minute.
    fn pause(count: u32) -> Duration {
        Duration::from_secs(1 << count.saturating_sub(1).min(6)).min(Duration::from_secs(60))
    }
}

/// How far a job may be by its rate, counted from when this process took it up.
struct RateLimit {
    /// Unix ms.
    since: i64,
    /// What was queued by then.
    changed: i64,
    /// When it was asked last, unix ms.
    looked_at: i64,
}

/// Requests of one slice, at most.
const MOST_REQUESTS: i64 = 500;

impl RateLimit {
    fn starting(job: &Job, now: i64) -> Self {
        Self { since: now, changed: job.changed, looked_at: now }
    }

    /// Requests that may be queued now.
    fn permitted(&mut self, job: &Job, now: i64) -> i64 {
        let Some(rate) = job.rate else { return MOST_REQUESTS };
        if now < self.looked_at {
            // The clock went back: it counts from here, or nothing would be sent for as long as it was ahead.
            *self = Self::starting(job, now);
        }
        self.looked_at = now;
        let until_now = now.saturating_sub(self.since).max(0).saturating_mul(rate) / MINUTE_MS + 1;
        (until_now - (job.changed - self.changed)).clamp(0, MOST_REQUESTS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{destination::ReplayMode, ids::DeliveryId};

    #[test]
    fn a_rate_permits_one_at_once_and_then_as_many_as_time_has_passed_for() {
        let mut job = Job {
            id: JobId::new(),
            kind: JobKind::Replay,
            filter: String::new(),
            destinations: Vec::new(),
            mode: ReplayMode::Fresh,
            rate: Some(60),
            before_id: DeliveryId(0),
            cursor: DeliveryId(0),
            state: JobState::Running,
            sweep: false,
            note: None,
            seen: 0,
            changed: 7,
            total: 0,
            actor: String::new(),
            created_at: 0,
            ended_at: None,
        };
        let mut rate_limit = RateLimit::starting(&job, 1_000);
        assert_eq!([1_000, 1_500, 3_000].map(|now| rate_limit.permitted(&job, now)), [1, 1, 3]);
        job.changed = 10;
        assert_eq!([3_000, 4_000].map(|now| rate_limit.permitted(&job, now)), [0, 1]);
        assert_eq!([1_000, 2_000].map(|now| rate_limit.permitted(&job, now)), [1, 2], "the clock went back");
        job.rate = None;
        assert_eq!(rate_limit.permitted(&job, 1_000), MOST_REQUESTS);
    }

    #[test]
    fn what_may_pass_is_waited_out_for_some_minutes_and_what_lasts_is_not() {
        let mut trouble = Trouble::default();
        let borne = (0..MOST_FAILURES).take_while(|_| !trouble.add(&AppError::TooSlow)).count();
        assert!(borne as u32 == MOST_FAILURES - 1 && trouble.waits());
        assert_eq!([1, 2, 3, 7, 90].map(|count| Trouble::pause(count).as_secs()), [1, 2, 4, 60, 60]);
        assert!(Trouble::default().add(&crate::model::error::invalid("filter", "no")));
    }
}
