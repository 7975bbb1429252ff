//! Re-verifying all rejected deliveries of a filter, in slices. The cursor moves on in the transaction of the slice, so
//! a job goes on after a restart where it stood.

use super::{Stored, one};
use crate::{
    db::{
        audit,
        deliveries::{self, Cursor},
        endpoints, jobs,
        reverifications::{self, NewVerdict},
    },
    model::{
        audit::{Action, Actor},
        delivery::Outcome,
        destination::ReplayMode,
        error::{AppError, invalid},
        filter::{DeliveryFilter, VerdictFilter},
        ids::{DeliveryId, JobId},
        job::{Job, JobKind, JobState},
        time,
    },
    state::AppState,
};

/// Deliveries of one transaction.
const SLICE: i64 = 50;
/// More are not counted beforehand.
pub const MOST_COUNTED: i64 = 100_000;

/// What a filter comes to: only rejected deliveries, with absolute times.
///
/// # Errors
/// A time cannot be read, or the filter asks for others than rejected ones.
pub fn narrowed(filter: &DeliveryFilter, now: i64) -> Result<DeliveryFilter, AppError> {
    let (after, before) = filter.time_bounds(now).map_err(|message| invalid("filter", message))?;
    let verdict = match &filter.verdict {
        None => VerdictFilter::Outcome(Outcome::Rejected),
        Some(VerdictFilter::Outcome(Outcome::Accepted | Outcome::Duplicate)) => {
            return Err(invalid(
                "filter",
                "filter: only rejected deliveries can be re-verified; choose those",
            ));
        }
        Some(verdict) => verdict.clone(),
    };
    let absolute = |at: Option<i64>| at.map(time::rfc3339);
    Ok(DeliveryFilter {
        verdict: Some(verdict),
        after: absolute(after),
        before: absolute(before),
        ..filter.clone()
    })
}

/// How many deliveries that is, up to [`MOST_COUNTED`].
///
/// # Errors
/// The filter is not one for this, or takes too long to look up.
pub async fn count(state: &AppState, filter: &DeliveryFilter) -> Result<i64, AppError> {
    let now = state.clock.now_ms();
    let filter = narrowed(filter, now)?;
    let bounds = filter.time_bounds(now).map_err(|message| invalid("filter", message))?;
    let mut connection = state.db.read().await?;
    Ok(deliveries::count_up_to(&mut connection, &filter, bounds, MOST_COUNTED).await?)
}

/// Starts a job.
pub async fn start(state: &AppState, by: &Actor, filter: &DeliveryFilter) -> Result<JobId, AppError> {
    crate::jobs::run::make_room(state).await?;
    let total = count(state, filter).await?;
    let before_id = deliveries::after_all(&mut *state.db.read().await?, by.at).await?;
    let job = Job {
        id: JobId::new(),
        kind: JobKind::Reverify,
        destinations: Vec::new(),
        mode: ReplayMode::Fresh,
        rate: None,
        filter: narrowed(filter, by.at)?.to_query(),
        // What arrives from now on is verified with the secrets of now anyway.
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
    let shown = if job.filter.is_empty() { "all".to_owned() } else { job.filter.clone() };
    let entry = by.entry(Action::DeliveryReverified, id, "many deliveries", format!("{total} of {shown}"));
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

/// The next deliveries of a job, verified and written down in one transaction.
pub async fn slice(state: &AppState, job: &Job) -> Result<(), AppError> {
    let now = state.clock.now_ms();
    let filter = DeliveryFilter::from_query(&job.filter);
    let bounds = filter.time_bounds(now).map_err(|message| invalid("filter", message))?;
    let rows = {
        let mut connection = state.db.read().await?;
        deliveries::page(&mut connection, &filter, bounds, Cursor::NewerThan(job.cursor), SLICE).await?
    };
    let (id, is_last) = (job.id, rows.len() < usize::try_from(SLICE).unwrap_or_default());
    let rows: Vec<_> = rows.into_iter().filter(|row| row.summary.id < job.before_id).collect();
    let Some(last) = rows.last().map(|row| row.summary.id) else {
        state
            .db
            .write(move |c| Box::pin(async move { jobs::end(c, id, JobState::Done, None, now).await }))
            .await?;
        return Ok(());
    };
    let (seen, mut verdicts) = (rows.len() as i64, Vec::new());
    for row in rows {
        verdicts.extend(verify(state, job, row).await?);
    }
    state
        .db
        .write(move |c| {
            Box::pin(async move {
                let mut changed = 0;
                for verdict in &verdicts {
                    let outcome = reverifications::record(c, verdict).await?;
                    changed += i64::from(outcome.is_some_and(|outcome| outcome != Outcome::Rejected));
                }
                jobs::advance(c, id, last, seen, changed).await?;
                if is_last {
                    jobs::end(c, id, JobState::Done, None, now).await?;
                }
                Ok(())
            })
        })
        .await?;
    Ok(())
}

/// None when the delivery or its endpoint is gone by now, or not all of its body was kept.
async fn verify(
    state: &AppState,
    job: &Job,
    delivery: crate::model::delivery::Delivery,
) -> Result<Option<NewVerdict>, AppError> {
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
