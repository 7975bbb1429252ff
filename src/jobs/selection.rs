//! The deliveries of a filter that a job goes through: counted beforehand, then page by page from a cursor.

use crate::{
    db::{
        Connection, Db, audit,
        deliveries::{self, Cursor},
        jobs,
    },
    model::{
        audit::{Actor, NewEntry},
        delivery::Delivery,
        destination::ReplayMode,
        error::{AppError, invalid},
        filter::{DeliveryFilter, VerdictFilter},
        ids::{DeliveryId, JobId},
        job::{Job, JobKind, JobState},
        time,
    },
    state::AppState,
};

/// More are not counted beforehand.
pub const MOST_COUNTED: i64 = 100_000;

/// Of a form whose one field is the filter.
pub(super) fn bounds(filter: &DeliveryFilter, now: i64) -> Result<(Option<i64>, Option<i64>), AppError> {
    filter.time_bounds(now).map_err(|error| invalid("filter", error.to_string()))
}

/// The filter for these verdicts alone, with absolute times: `24h` would mean another time on each page.
pub(super) fn narrowed(
    filter: &DeliveryFilter,
    verdict: VerdictFilter,
    now: i64,
) -> Result<DeliveryFilter, AppError> {
    let (after, before) = bounds(filter, now)?;
    let absolute = |at: Option<i64>| at.map(time::rfc3339);
    Ok(DeliveryFilter {
        verdict: Some(verdict),
        after: absolute(after),
        before: absolute(before),
        ..filter.clone()
    })
}

/// How many deliveries that is, up to [`MOST_COUNTED`].
pub(super) async fn count(
    connection: &mut Connection,
    filter: &DeliveryFilter,
    now: i64,
) -> Result<i64, AppError> {
    Ok(deliveries::count_up_to(connection, filter, bounds(filter, now)?, MOST_COUNTED).await?)
}

/// A job on what is there by now. What arrives later is not part of it.
pub(super) async fn new_job(
    db: &Db,
    by: &Actor,
    kind: JobKind,
    filter: &DeliveryFilter,
    total: i64,
) -> Result<Job, AppError> {
    Ok(Job {
        id: JobId::new(),
        kind,
        filter: filter.to_query(),
        destinations: Vec::new(),
        mode: ReplayMode::Fresh,
        rate: None,
        before_id: deliveries::after_all(&mut db.read().await?, by.at).await?,
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
    })
}

/// Writes the job down, and lets it begin.
pub(super) async fn begin(state: &AppState, job: &Job, entry: NewEntry) -> Result<JobId, AppError> {
    let mut tx = state.db.begin().await?;
    jobs::insert(&mut tx, job).await?;
    audit::insert(&mut tx, &entry).await?;
    tx.commit().await?;
    state.wake.jobs.notify_one();
    Ok(job.id)
}

/// Its next deliveries, at most `limit`.
pub(super) async fn next(
    connection: &mut Connection,
    job: &Job,
    limit: i64,
    now: i64,
) -> Result<Vec<Delivery>, AppError> {
    let filter = DeliveryFilter::from_query(&job.filter);
    let cursor = Cursor::NewerThan(job.cursor);
    let mut rows = deliveries::page(connection, &filter, bounds(&filter, now)?, cursor, limit).await?;
    rows.retain(|row| row.summary.id < job.before_id);
    Ok(rows)
}

/// Ends a job that has no delivery left. Says whether it ran until now.
pub(super) async fn end(db: &Db, job: &Job, now: i64) -> Result<bool, AppError> {
    let mut tx = db.begin().await?;
    let ended = jobs::end(&mut tx, job.id, JobState::Done, None, now).await?;
    tx.commit().await?;
    Ok(ended)
}
