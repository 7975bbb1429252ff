//! Sending all events of a filter again, as a job.

use crate::{
    db::{
        audit,
        deliveries::{self, Cursor},
        forwards::{self, NewReplay, Standing},
        jobs,
    },
    forward::replay::distinct,
    model::{
        audit::{Action, Actor},
        delivery::Outcome,
        destination::ReplayMode,
        error::{AppError, invalid, not_found},
        filter::{DeliveryFilter, VerdictFilter},
        ids::{DeliveryId, DestinationId, JobId},
        job::{Job, JobKind, JobState},
        time,
    },
    state::AppState,
};

/// More are not counted beforehand.
pub const MOST_COUNTED: i64 = 100_000;
/// Deliveries of one slice, at most.
const SLICE: i64 = 100;

/// What is asked of a replay of many.
#[derive(Clone, Debug)]
pub struct BulkAsk {
    /// Where to; none: to where each delivery failed.
    pub destinations: Vec<DestinationId>,
    /// How.
    pub mode: ReplayMode,
    /// Requests a minute; none: as fast as they go.
    pub rate: Option<i64>,
}

/// What a filter comes to: only accepted deliveries, which are the events, with absolute times.
///
/// # Errors
/// A time cannot be read, or the filter asks for others than accepted ones.
fn narrowed(filter: &DeliveryFilter, now: i64) -> Result<DeliveryFilter, AppError> {
    let (after, before) = filter.time_bounds(now).map_err(|message| invalid("filter", message))?;
    match filter.verdict {
        None | Some(VerdictFilter::Outcome(Outcome::Accepted)) => {}
        Some(_) => {
            return Err(invalid(
                "filter",
                "filter: only accepted deliveries can be replayed by filter; choose those",
            ));
        }
    }
    let absolute = |at: Option<i64>| at.map(time::rfc3339);
    Ok(DeliveryFilter {
        verdict: Some(VerdictFilter::Outcome(Outcome::Accepted)),
        after: absolute(after),
        before: absolute(before),
        ..filter.clone()
    })
}

/// How many events that is, up to [`MOST_COUNTED`], and how they stand by destination.
///
/// # Errors
/// The filter is not one for this, or takes too long to look up.
pub async fn preview(state: &AppState, filter: &DeliveryFilter) -> Result<(i64, Vec<Standing>), AppError> {
    let now = state.clock.now_ms();
    let filter = narrowed(filter, now)?;
    let bounds = filter.time_bounds(now).map_err(|message| invalid("filter", message))?;
    let mut connection = state.db.read().await?;
    let count = deliveries::count_up_to(&mut connection, &filter, bounds, MOST_COUNTED).await?;
    let standings = forwards::standings(&mut connection, &filter, bounds).await?;
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
        return Err(invalid("rate", "rate: give 1 to 60000 requests a minute, or nothing"));
    }
    let destinations = distinct(&ask.destinations);
    let names = destinations.iter().map(|id| {
        let live = state.destinations.by_id(*id).ok_or_else(|| not_found("destination"))?;
        Ok(live.destination.name.clone())
    });
    let names: Vec<String> = names.collect::<Result<_, AppError>>()?;
    crate::jobs::run::make_room(state).await?;
    let (total, _) = preview(state, filter).await?;
    let before_id = deliveries::after_all(&mut *state.db.read().await?, by.at).await?;
    let job = Job {
        id: JobId::new(),
        kind: JobKind::Replay,
        filter: narrowed(filter, by.at)?.to_query(),
        destinations,
        mode: ask.mode,
        rate: ask.rate,
        before_id,
        cursor: DeliveryId(0),
        state: JobState::Running,
        sweep: false,
        note: None,
        seen: 0,
        changed: 0,
        total,
        actor: by.name.clone(),
        created_at: by.at,
        ended_at: None,
    };
    let id = job.id;
    let to = if names.is_empty() { "where each failed".to_owned() } else { names.join(", ") };
    let detail = format!("{total} of {} to {to}, {}", job.filter, job.mode.as_str());
    let entry = by.entry(Action::DeliveryReplayed, id, "many deliveries", detail);
    state
        .db
        .write(move |c| {
            Box::pin(async move {
                jobs::insert(c, &job).await?;
                audit::insert(c, &entry).await
            })
        })
        .await?;
    state.wake.jobs.notify_one();
    Ok(id)
}

/// Queues the next replays of a job, about `requests` of them, in one transaction with its cursor. The job is done when
/// each was tried once: until then it can be paused and stopped. Says whether anything was done.
pub async fn slice(state: &AppState, job: &Job, requests: i64) -> Result<bool, AppError> {
    let now = state.clock.now_ms();
    let filter = DeliveryFilter::from_query(&job.filter);
    let bounds = filter.time_bounds(now).map_err(|message| invalid("filter", message))?;
    let each = i64::try_from(job.destinations.len()).unwrap_or(1).max(1);
    let limit = (requests / each).clamp(1, SLICE);
    let mut connection = state.db.read().await?;
    let rows =
        deliveries::page(&mut connection, &filter, bounds, Cursor::NewerThan(job.cursor), limit).await?;
    let ids: Vec<DeliveryId> =
        rows.into_iter().map(|row| row.summary.id).filter(|id| *id < job.before_id).collect();
    let Some(last) = ids.last().copied() else {
        if forwards::has_untried(&mut connection, job.id).await? {
            return Ok(false);
        }
        drop(connection);
        let id = job.id;
        return Ok(state
            .db
            .write(move |c| Box::pin(async move { jobs::end(c, id, JobState::Done, None, now).await }))
            .await?);
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
    let (id, seen) = (job.id, ids.len() as i64);
    let moved = state
        .db
        .write(move |c| {
            Box::pin(async move {
                // Paused or stopped a moment ago: nothing of this slice counts.
                if !jobs::advance(c, id, last, seen, all.len() as i64).await? {
                    return Ok(false);
                }
                for new in &all {
                    // A destination that was removed meanwhile gets nothing.
                    forwards::queue_replay(c, new).await?;
                }
                Ok(true)
            })
        })
        .await?;
    state.wake.forwards.notify_one();
    Ok(moved)
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
