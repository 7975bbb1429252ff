//! Work on many deliveries: each job is done in slices, whose cursor moves on in the transaction of the slice, so that it
//! goes on after a restart where it stood. Jobs take turns: a slow one holds up no other.

use crate::{
    db::{forwards, jobs},
    error::{AppError, not_found},
    model::{
        ids::JobId,
        job::{Job, JobKind, JobState},
    },
    outbound, review,
    state::AppState,
};
use std::{collections::HashMap, time::Duration};

/// Between two rounds, so that deliveries go first.
const PAUSE: Duration = Duration::from_millis(10);
/// Between two rounds in which no job could do anything for its rate.
const WAIT: Duration = Duration::from_millis(250);
/// A job that another process or an earlier run left is found within this time.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// One job.
///
/// # Errors
/// There is no such job.
pub async fn find(state: &AppState, id: JobId) -> Result<Job, AppError> {
    jobs::by_id(&mut *state.db.read().await?, id).await?.ok_or_else(|| not_found("job"))
}

/// Stops a job; what was done stays done, and what it queued and nobody has tried yet is not sent.
///
/// # Errors
/// It is not running.
pub async fn cancel(state: &AppState, id: JobId) -> Result<(), AppError> {
    let now = state.clock.now_ms();
    let ended = state
        .db
        .write(move |c| {
            Box::pin(async move {
                let ended = jobs::end(c, id, JobState::Cancelled, now).await?;
                if ended {
                    forwards::take_back(c, id).await?;
                }
                Ok(ended)
            })
        })
        .await?;
    if ended { Ok(()) } else { Err(not_found("running job")) }
}

/// Pauses a job, or lets it go on. What it queued and nobody has tried yet waits too.
///
/// # Errors
/// It is not running, or not paused.
pub async fn set_paused(state: &AppState, id: JobId, paused: bool) -> Result<(), AppError> {
    let done =
        state.db.write(move |c| Box::pin(async move { jobs::set_paused(c, id, paused).await })).await?;
    state.wake.jobs.notify_one();
    state.wake.forwards.notify_one();
    if done { Ok(()) } else { Err(not_found(if paused { "running job" } else { "paused job" })) }
}

/// Works on jobs, for ever.
pub async fn run(state: AppState) {
    let mut paces = HashMap::new();
    loop {
        let all = match running(&state).await {
            Ok(all) => all,
            Err(error) => {
                tracing::warn!(%error, "jobs could not be looked up: {error}");
                tokio::time::sleep(LOOK_EVERY).await;
                continue;
            }
        };
        paces.retain(|id, _| all.iter().any(|job| job.id == *id));
        if all.is_empty() {
            // Woken when one is started here, or found when another process did.
            let _either = tokio::time::timeout(LOOK_EVERY, state.wake.jobs.notified()).await;
            continue;
        }
        let mut moved = false;
        for job in all {
            let pace = paces.entry(job.id).or_insert_with(|| Pace::starting(&job, state.clock.now_ms()));
            moved |= turn(&state, &job, pace).await;
        }
        let wait = if moved { PAUSE } else { WAIT };
        let _either = tokio::time::timeout(wait, state.wake.jobs.notified()).await;
    }
}

async fn running(state: &AppState) -> Result<Vec<Job>, AppError> {
    Ok(jobs::running(&mut *state.db.read().await?).await?)
}

/// One slice of a job. Says whether anything was done.
async fn turn(state: &AppState, job: &Job, pace: &Pace) -> bool {
    let outcome = match job.kind {
        JobKind::Reverify => review::bulk::slice(state, job).await.map(|()| true),
        JobKind::Replay => match pace.permitted(job, state.clock.now_ms()) {
            0 => Ok(false),
            requests => outbound::bulk_slice(state, job, requests).await,
        },
    };
    match outcome {
        Ok(moved) => moved,
        // Another turn may find it well.
        Err(AppError::Busy) => false,
        Err(error) => {
            tracing::error!(job = %job.id, %error, "a job could not go on: {error}");
            fail(state, job.id).await;
            true
        }
    }
}

async fn fail(state: &AppState, id: JobId) {
    let now = state.clock.now_ms();
    let written =
        state.db.write(move |c| Box::pin(async move { jobs::end(c, id, JobState::Failed, now).await })).await;
    if let Err(error) = written {
        tracing::error!(job = %id, %error, "and that could not be written down: {error}");
    }
}

/// How far a job may be by its rate, counted from when this process took it up.
struct Pace {
    /// Unix ms.
    since: i64,
    /// What was queued by then.
    changed: i64,
}

/// Requests of one slice, at most.
const MOST_REQUESTS: i64 = 500;

impl Pace {
    fn starting(job: &Job, now: i64) -> Self {
        Self { since: now, changed: job.changed }
    }

    /// Requests that may be queued now.
    fn permitted(&self, job: &Job, now: i64) -> i64 {
        let Some(rate) = job.rate else { return MOST_REQUESTS };
        let until_now = now.saturating_sub(self.since).max(0).saturating_mul(rate) / 60_000 + 1;
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
            seen: 0,
            changed: 7,
            total: 0,
            actor: String::new(),
            created_at: 0,
            ended_at: None,
        };
        let pace = Pace::starting(&job, 1_000);
        assert_eq!([1_000, 1_500, 3_000].map(|now| pace.permitted(&job, now)), [1, 1, 3]);
        job.changed = 10;
        assert_eq!([3_000, 4_000].map(|now| pace.permitted(&job, now)), [0, 1]);
        job.rate = None;
        assert_eq!(pace.permitted(&job, 1_000), MOST_REQUESTS);
    }
}
