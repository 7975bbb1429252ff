//! Jobs: work on many deliveries, with a cursor that moves on in the transaction of the work.

use super::DbError;
use crate::model::{
    ids::{DeliveryId, JobId},
    job::{Job, JobState},
};
use sqlx::SqliteConnection;

/// Adds a job, running.
///
/// # Errors
/// When the database fails.
pub async fn insert(connection: &mut SqliteConnection, job: &Job) -> Result<(), DbError> {
    sqlx::query(
        "INSERT INTO jobs (id, kind, filter, before_id, cursor, state, total, actor, created_at) \
         VALUES ($1, 'reverify', $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(job.id)
    .bind(&job.filter)
    .bind(job.before_id)
    .bind(job.cursor)
    .bind(job.state)
    .bind(job.total)
    .bind(&job.actor)
    .bind(job.created_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// One job.
///
/// # Errors
/// When the database fails.
pub async fn by_id(connection: &mut SqliteConnection, id: JobId) -> Result<Option<Job>, DbError> {
    let job = sqlx::query_as(
        "SELECT id, filter, before_id, cursor, state, seen, changed, total, actor, created_at, ended_at FROM jobs \
         WHERE id = $1",
    )
    .bind(id)
    .fetch_optional(connection)
    .await?;
    Ok(job)
}

/// The job to go on with: the oldest that runs.
///
/// # Errors
/// When the database fails.
pub async fn next_running(connection: &mut SqliteConnection) -> Result<Option<Job>, DbError> {
    let job = sqlx::query_as(
        "SELECT id, filter, before_id, cursor, state, seen, changed, total, actor, created_at, ended_at FROM jobs \
         WHERE state = 'running' ORDER BY created_at LIMIT 1",
    )
    .fetch_optional(connection)
    .await?;
    Ok(job)
}

/// Moves a running job on. Says whether it still runs.
///
/// # Errors
/// When the database fails.
pub async fn advance(
    connection: &mut SqliteConnection,
    id: JobId,
    cursor: DeliveryId,
    seen: i64,
    changed: i64,
) -> Result<bool, DbError> {
    let done = sqlx::query(
        "UPDATE jobs SET cursor = $2, seen = seen + $3, changed = changed + $4 WHERE id = $1 AND state = 'running'",
    )
    .bind(id)
    .bind(cursor)
    .bind(seen)
    .bind(changed)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends a running job. Says whether it ran until now.
///
/// # Errors
/// When the database fails.
pub async fn end(
    connection: &mut SqliteConnection,
    id: JobId,
    state: JobState,
    now: i64,
) -> Result<bool, DbError> {
    let done = sqlx::query("UPDATE jobs SET state = $2, ended_at = $3 WHERE id = $1 AND state = 'running'")
        .bind(id)
        .bind(state)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}
