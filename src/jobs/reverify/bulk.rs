//! Re-verifying all rejected deliveries of a filter, in slices. The cursor moves on in the transaction of the slice, so
//! a job goes on after a restart where it stood.

use super::{Stored, one};
use crate::{
    db::{
        deliveries, endpoints, jobs,
        reverifications::{self, NewVerdict},
    },
    jobs::{run::make_room, selection},
    model::{
        audit::{Action, Actor},
        delivery::{Delivery, Outcome},
        error::{AppError, invalid},
        filter::{DeliveryFilter, VerdictFilter},
        ids::JobId,
        job::{Job, JobKind, JobState},
    },
    state::AppState,
};

const SLICE: i64 = 50;
/// What a filter comes to: only rejected deliveries.
fn narrowed(filter: &DeliveryFilter, now: i64) -> Result<DeliveryFilter, AppError> {
    let verdict = match &filter.verdict {
        None => VerdictFilter::Outcome(Outcome::Rejected),
        Some(VerdictFilter::Outcome(Outcome::Accepted | Outcome::Duplicate)) => {
            return Err(invalid(
                "filter",
                "filter: only rejected deliveries can be re-verified; narrow the filter to them",
            ));
        }
        Some(verdict) => verdict.clone(),
    };
    selection::narrowed(filter, verdict, now)
}

/// How many deliveries that is, up to `selection::MOST_COUNTED`.
///
/// # Errors
/// The filter is not one for this, or takes too long to look up.
pub async fn count(state: &AppState, filter: &DeliveryFilter) -> Result<i64, AppError> {
    let now = state.clock.now_ms();
    selection::count(&mut state.db.read().await?, &narrowed(filter, now)?, now).await
}

pub async fn start(state: &AppState, by: &Actor, filter: &DeliveryFilter) -> Result<JobId, AppError> {
    make_room(state).await?;
    let total = count(state, filter).await?;
    let filter = narrowed(filter, by.at)?;
    // What arrives from now on is verified with the secrets of now anyway.
    let job = selection::new_job(&state.db, by, JobKind::Reverify, &filter, total).await?;
    let shown = if job.filter.is_empty() { "all".to_owned() } else { job.filter.clone() };
    let entry =
        by.entry(Action::DeliveryReverified, job.id, "many deliveries", format!("{total} of {shown}"));
    selection::begin(state, &job, entry).await
}

/// The next deliveries of a job, verified and recorded in one transaction.
pub async fn slice(state: &AppState, job: &Job) -> Result<(), AppError> {
    let now = state.clock.now_ms();
    let rows = selection::next(&mut state.db.read().await?, job, SLICE, now).await?;
    let Some(last) = rows.last().map(|row| row.summary.id) else {
        selection::end(&state.db, job, now).await?;
        return Ok(());
    };
    let is_last = rows.len() < usize::try_from(SLICE).unwrap_or_default();
    let (seen, mut verdicts) = (rows.len() as i64, Vec::new());
    for row in rows {
        verdicts.extend(verify(state, job, row).await?);
    }
    let mut tx = state.db.begin().await?;
    let mut changed = 0;
    for verdict in &verdicts {
        let outcome = reverifications::record(&mut tx, verdict).await?;
        changed += i64::from(outcome.is_some_and(|outcome| outcome != Outcome::Rejected));
    }
    jobs::advance(&mut tx, job.id, last, seen, changed).await?;
    if is_last {
        jobs::end(&mut tx, job.id, JobState::Done, None, now).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// None when the delivery or its endpoint is gone by now, or not all of its body was kept.
async fn verify(state: &AppState, job: &Job, delivery: Delivery) -> Result<Option<NewVerdict>, AppError> {
    let Some(live) = state.ingest.registry.by_id(delivery.summary.endpoint.id) else { return Ok(None) };
    let mut connection = state.db.read().await?;
    let Some(payload) = deliveries::payload(&mut connection, delivery.summary.id).await? else {
        return Ok(None);
    };
    // Its signature cannot be checked again, so its verdict stands.
    if payload.cut.is_some() {
        return Ok(None);
    }
    let Some(endpoint) = endpoints::by_id(&mut connection, live.endpoint.id).await? else { return Ok(None) };
    drop(connection);
    let stored = Stored { delivery, payload, endpoint };
    let (shared, actor, now) = (state.clone(), job.actor.clone(), state.clock.now_ms());
    // A megabyte takes its time: not on a thread that serves requests.
    let verified = tokio::task::spawn_blocking(move || {
        let verdict = one::verdict_now(&shared, &live, &stored);
        one::new_verdict(&shared.destinations, &live, &stored, &verdict, &actor, now)
    });
    verified.await.map(Some).map_err(|_| AppError::Internal)
}
