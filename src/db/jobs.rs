//! Jobs: work on many deliveries, with a cursor that moves on in the transaction of the work.

use super::{Connection, DbError};
use crate::model::{
    ids::{DeliveryId, JobId},
    job::{Job, JobState},
};
use sqlx::types::Json;

/// Adds a job.
pub async fn insert(connection: &mut Connection, job: &Job) -> Result<(), DbError> {
    connection
        .sql(
            "INSERT INTO jobs (id, kind, filter, destinations, mode, rate, before_id, cursor, state, total, actor, \
             created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(job.id)
        .bind(job.kind)
        .bind(&job.filter)
        .bind(Json(&job.destinations))
        .bind(job.mode)
        .bind(job.rate)
        .bind(job.before_id)
        .bind(job.cursor)
        .bind(job.state)
        .bind(job.total)
        .bind(&job.actor)
        .bind(job.created_at)
        .run()
        .await?;
    Ok(())
}

const JOBS: &str = "SELECT id, kind, filter, destinations, mode, rate, before_id, cursor, state, sweep, note, seen, \
     changed, total, actor, created_at, ended_at FROM jobs ";

pub async fn by_id(connection: &mut Connection, id: JobId) -> Result<Option<Job>, DbError> {
    let mut query = connection.sql(JOBS);
    query.push("WHERE id = ").push_bind(id);
    query.optional().await
}

/// How many jobs did not end yet.
pub async fn count_open(connection: &mut Connection) -> Result<i64, DbError> {
    connection
        .sql("SELECT count(*) FROM jobs WHERE state IN ('running', 'paused', 'stopping')")
        .scalar()
        .await
}

/// How many jobs run or are being stopped.
pub async fn count_running(connection: &mut Connection) -> Result<i64, DbError> {
    connection.sql("SELECT count(*) FROM jobs WHERE state IN ('running', 'stopping')").scalar().await
}

/// The jobs to go on with, oldest first, at most `limit`, after the one that was created at a time and has an id.
pub async fn to_work_on(
    connection: &mut Connection,
    after: Option<(i64, JobId)>,
    limit: i64,
) -> Result<Vec<Job>, DbError> {
    let mut query = connection.sql(JOBS);
    query.push("WHERE (state IN ('running', 'stopping') OR sweep = TRUE)");
    if let Some((created_at, id)) = after {
        query.push(" AND (created_at, id) > (").push_bind(created_at).push(", ").push_bind(id).push(")");
    }
    query.push(" ORDER BY created_at, id LIMIT ").push_bind(limit);
    query.all().await
}

/// Moves a running job on. Says whether it still runs.
pub async fn advance(
    connection: &mut Connection,
    id: JobId,
    cursor: DeliveryId,
    seen: i64,
    changed: i64,
) -> Result<bool, DbError> {
    let done = connection
        .sql(
            "UPDATE jobs SET cursor = $2, seen = seen + $3, changed = changed + $4 WHERE id = $1 AND state = 'running'",
        )
        .bind(id)
        .bind(cursor)
        .bind(seen)
        .bind(changed)
        .run()
        .await?;
    Ok(done == 1)
}

/// Ends a job that did not end yet, perhaps with a note why. Says whether it did until now.
pub async fn end(
    connection: &mut Connection,
    id: JobId,
    state: JobState,
    note: Option<&str>,
    now: i64,
) -> Result<bool, DbError> {
    let done = connection
        .sql(
            "UPDATE jobs SET state = $2, ended_at = $3, note = $4, sweep = FALSE \
             WHERE id = $1 AND state IN ('running', 'paused', 'stopping')",
        )
        .bind(id)
        .bind(state)
        .bind(now)
        .bind(note)
        .run()
        .await?;
    Ok(done == 1)
}

/// Begins to stop a job that runs or is paused. Says whether that could be done.
pub async fn begin_to_stop(connection: &mut Connection, id: JobId) -> Result<bool, DbError> {
    let done = connection
        .sql("UPDATE jobs SET state = 'stopping', sweep = TRUE WHERE id = $1 AND state IN ('running', 'paused')")
        .bind(id)
        .run()
        .await?;
    Ok(done == 1)
}

/// Pauses a running job, or lets a paused one go on. Says whether that could be done.
pub async fn set_paused(connection: &mut Connection, id: JobId, paused: bool) -> Result<bool, DbError> {
    let (from, to) = match paused {
        true => (JobState::Running, JobState::Paused),
        false => (JobState::Paused, JobState::Running),
    };
    let done = connection
        .sql("UPDATE jobs SET state = $3, sweep = TRUE WHERE id = $1 AND state = $2")
        .bind(id)
        .bind(from)
        .bind(to)
        .run()
        .await?;
    Ok(done == 1)
}

/// Notes that everything a job queued knows of its state, unless that has changed meanwhile.
pub async fn swept(connection: &mut Connection, id: JobId, state: JobState) -> Result<(), DbError> {
    connection
        .sql("UPDATE jobs SET sweep = FALSE WHERE id = $1 AND state = $2")
        .bind(id)
        .bind(state)
        .run()
        .await?;
    Ok(())
}
