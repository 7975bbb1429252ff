//! Jobs: work on many deliveries, with a cursor that moves on in the transaction of the work.

use super::DbError;
use crate::model::{
    destination::ReplayMode,
    ids::{DeliveryId, JobId},
    job::{Job, JobKind, JobState},
};
use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection};

#[derive(FromRow)]
struct Row {
    id: JobId,
    kind: JobKind,
    filter: String,
    destinations: String,
    mode: ReplayMode,
    rate: Option<i64>,
    before_id: DeliveryId,
    cursor: DeliveryId,
    state: JobState,
    sweep: bool,
    note: Option<String>,
    seen: i64,
    changed: i64,
    total: i64,
    actor: String,
    created_at: i64,
    ended_at: Option<i64>,
}

impl TryFrom<Row> for Job {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        let destinations = serde_json::from_str(&row.destinations)
            .map_err(|error| DbError::Corrupt { column: "jobs.destinations", detail: error.to_string() })?;
        Ok(Self {
            id: row.id,
            kind: row.kind,
            filter: row.filter,
            destinations,
            mode: row.mode,
            rate: row.rate,
            before_id: row.before_id,
            cursor: row.cursor,
            state: row.state,
            sweep: row.sweep,
            note: row.note,
            seen: row.seen,
            changed: row.changed,
            total: row.total,
            actor: row.actor,
            created_at: row.created_at,
            ended_at: row.ended_at,
        })
    }
}

/// Adds a job.
pub async fn insert(connection: &mut SqliteConnection, job: &Job) -> Result<(), DbError> {
    sqlx::query(
        "INSERT INTO jobs (id, kind, filter, destinations, mode, rate, before_id, cursor, state, total, actor, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(job.id)
    .bind(job.kind)
    .bind(&job.filter)
    // A plain list of ids: it always can be written.
    .bind(serde_json::to_string(&job.destinations).unwrap_or_default())
    .bind(job.mode)
    .bind(job.rate)
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

const JOBS: &str = "SELECT id, kind, filter, destinations, mode, rate, before_id, cursor, state, sweep, note, seen, \
     changed, total, actor, created_at, ended_at FROM jobs ";

/// One job.
pub async fn by_id(connection: &mut SqliteConnection, id: JobId) -> Result<Option<Job>, DbError> {
    let mut query = QueryBuilder::<Sqlite>::new(JOBS);
    query.push("WHERE id = ").push_bind(id);
    let row: Option<Row> = query.build_query_as().fetch_optional(connection).await?;
    row.map(Job::try_from).transpose()
}

/// How many jobs did not end yet.
pub async fn count_open(connection: &mut SqliteConnection) -> Result<i64, DbError> {
    let count =
        sqlx::query_scalar("SELECT count(*) FROM jobs WHERE state IN ('running', 'paused', 'stopping')")
            .fetch_one(connection)
            .await?;
    Ok(count)
}

/// How many jobs run or are being stopped.
pub async fn count_running(connection: &mut SqliteConnection) -> Result<i64, DbError> {
    let count = sqlx::query_scalar("SELECT count(*) FROM jobs WHERE state IN ('running', 'stopping')")
        .fetch_one(connection)
        .await?;
    Ok(count)
}

/// The jobs to go on with, oldest first, at most `limit`, after the one that was created at a time and has an id.
pub async fn to_work_on(
    connection: &mut SqliteConnection,
    after: Option<(i64, JobId)>,
    limit: i64,
) -> Result<Vec<Job>, DbError> {
    let mut query = QueryBuilder::<Sqlite>::new(JOBS);
    query.push("WHERE (state IN ('running', 'stopping') OR sweep = 1)");
    if let Some((created_at, id)) = after {
        query.push(" AND (created_at, id) > (").push_bind(created_at).push(", ").push_bind(id).push(")");
    }
    query.push(" ORDER BY created_at, id LIMIT ").push_bind(limit);
    let rows: Vec<Row> = query.build_query_as().fetch_all(connection).await?;
    rows.into_iter().map(Job::try_from).collect()
}

/// Moves a running job on. Says whether it still runs.
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

/// Ends a job that did not end yet, perhaps with a note why. Says whether it did until now.
pub async fn end(
    connection: &mut SqliteConnection,
    id: JobId,
    state: JobState,
    note: Option<&str>,
    now: i64,
) -> Result<bool, DbError> {
    let done = sqlx::query(
        "UPDATE jobs SET state = $2, ended_at = $3, note = $4, sweep = 0 \
         WHERE id = $1 AND state IN ('running', 'paused', 'stopping')",
    )
    .bind(id)
    .bind(state)
    .bind(now)
    .bind(note)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Begins to stop a job that runs or is paused. Says whether that could be done.
pub async fn begin_to_stop(connection: &mut SqliteConnection, id: JobId) -> Result<bool, DbError> {
    let done = sqlx::query(
        "UPDATE jobs SET state = 'stopping', sweep = 1 WHERE id = $1 AND state IN ('running', 'paused')",
    )
    .bind(id)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Pauses a running job, or lets a paused one go on. Says whether that could be done.
pub async fn set_paused(connection: &mut SqliteConnection, id: JobId, paused: bool) -> Result<bool, DbError> {
    let (from, to) = if paused { ("running", "paused") } else { ("paused", "running") };
    let done = sqlx::query("UPDATE jobs SET state = $3, sweep = 1 WHERE id = $1 AND state = $2")
        .bind(id)
        .bind(from)
        .bind(to)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes that everything a job queued knows of its state, unless that has changed meanwhile.
pub async fn swept(connection: &mut SqliteConnection, id: JobId, state: JobState) -> Result<(), DbError> {
    sqlx::query("UPDATE jobs SET sweep = 0 WHERE id = $1 AND state = $2")
        .bind(id)
        .bind(state)
        .execute(connection)
        .await?;
    Ok(())
}
