//! Sending all events of a filter again, as a job.

use crate::{
    db::{
        forwards::{self, NewReplay, Standing},
        jobs,
    },
    forward::replay::distinct,
    jobs::{run::make_room, selection},
    model::{
        audit::{Action, Actor},
        delivery::Outcome,
        destination::ReplayMode,
        error::{AppError, invalid, not_found},
        filter::{DeliveryFilter, VerdictFilter},
        ids::{DeliveryId, DestinationId, JobId},
        job::{Job, JobKind},
    },
    state::AppState,
};

/// Deliveries of one slice, at most.
const SLICE: i64 = 100;

/// What is asked of a replay of many.
#[derive(Clone, Debug)]
pub struct BulkAsk {
    /// Where to; none: to where each delivery failed.
    pub destinations: Vec<DestinationId>,
    /// Fresh, verbatim or edited.
    pub mode: ReplayMode,
    /// Requests a minute; none: as fast as they go.
    pub rate: Option<i64>,
}

/// What a filter comes to: only accepted deliveries, which are the events.
fn narrowed(filter: &DeliveryFilter, now: i64) -> Result<DeliveryFilter, AppError> {
    const ACCEPTED: VerdictFilter = VerdictFilter::Outcome(Outcome::Accepted);
    if filter.verdict.as_ref().is_some_and(|verdict| *verdict != ACCEPTED) {
        return Err(invalid(
            "filter",
            "filter: only accepted deliveries can be replayed; narrow the filter to them",
        ));
    }
    selection::narrowed(filter, ACCEPTED, now)
}

/// How many events that is, up to `selection::MOST_COUNTED`, and how they stand by destination.
///
/// # Errors
/// The filter is not one for this, or takes too long to look up.
pub async fn preview(state: &AppState, filter: &DeliveryFilter) -> Result<(i64, Vec<Standing>), AppError> {
    let now = state.clock.now_ms();
    let filter = narrowed(filter, now)?;
    let mut connection = state.db.read().await?;
    let count = selection::count(&mut connection, &filter, now).await?;
    let standings = forwards::standings(&mut connection, &filter, selection::bounds(&filter, now)?).await?;
    Ok((count, standings))
}

/// Starts a job.
///
/// # Errors
/// As [`preview`], or a value is out of bounds, or there is no such destination.
pub async fn start(
    state: &AppState,
    by: &Actor,
    filter: &DeliveryFilter,
    ask: BulkAsk,
) -> Result<JobId, AppError> {
    if ask.rate.is_some_and(|rate| !(1..=60_000).contains(&rate)) {
        return Err(invalid("rate", "rate: must be 1 to 60000 requests per minute, or empty"));
    }
    let destinations = distinct(&ask.destinations);
    let names = destinations.iter().map(|id| {
        let live = state.destinations.by_id(*id).ok_or_else(|| not_found("destination"))?;
        Ok(live.destination.name.clone())
    });
    let names: Vec<String> = names.collect::<Result<_, AppError>>()?;
    make_room(state).await?;
    let (total, _) = preview(state, filter).await?;
    let filter = narrowed(filter, by.at)?;
    let job = Job {
        destinations,
        mode: ask.mode,
        rate: ask.rate,
        ..selection::new_job(&state.db, by, JobKind::Replay, &filter, total).await?
    };
    let to = if names.is_empty() { "each event's failed destinations".to_owned() } else { names.join(", ") };
    let detail = format!("{total} of {} to {to}, {}", job.filter, job.mode.as_str());
    let entry = by.entry(Action::DeliveryReplayed, job.id, "many deliveries", detail);
    selection::begin(state, &job, entry).await
}

/// Queues the next replays of a job, about `requests` of them, in one transaction with its cursor. The job is done when
/// each was tried once: until then it can be paused and stopped. Says whether anything was done.
pub async fn slice(state: &AppState, job: &Job, requests: i64) -> Result<bool, AppError> {
    let now = state.clock.now_ms();
    let each = i64::try_from(job.destinations.len()).unwrap_or(1).max(1);
    let limit = (requests / each).clamp(1, SLICE);
    let mut connection = state.db.read().await?;
    let rows = selection::next(&mut connection, job, limit, now).await?;
    let ids: Vec<DeliveryId> = rows.into_iter().map(|row| row.summary.id).collect();
    let Some(last) = ids.last().copied() else {
        if forwards::has_untried(&mut connection, job.id).await? {
            return Ok(false);
        }
        drop(connection);
        return selection::end(&state.db, job, now).await;
    };
    let mut all = Vec::new();
    for id in &ids {
        let to = match job.destinations.as_slice() {
            [] => forwards::failing(&mut connection, *id).await?,
            chosen => chosen.to_vec(),
        };
        all.extend(to.into_iter().map(|to| replay(job, *id, to, now)));
    }
    drop(connection);
    let mut tx = state.db.begin().await?;
    // Paused or stopped a moment ago: nothing of this slice counts.
    if !jobs::advance(&mut tx, job.id, last, ids.len() as i64, all.len() as i64).await? {
        return Ok(false);
    }
    for new in &all {
        // A destination that was removed meanwhile gets nothing.
        forwards::queue_replay(&mut tx, new).await?;
    }
    tx.commit().await?;
    state.wake.forwards.notify_one();
    Ok(true)
}

fn replay(job: &Job, delivery: DeliveryId, destination: DestinationId, at: i64) -> NewReplay {
    NewReplay {
        delivery,
        destination,
        mode: job.mode,
        webhook_id: None,
        edit: None,
        job: Some(job.id),
        actor: job.actor.clone(),
        at,
    }
}
