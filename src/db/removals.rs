//! What endpoints and destinations that were removed leave behind: millions of rows, it may be. They go in slices, so that
//! no sender waits for it, and a slice notes how far it came, so that the next start goes on there.

use super::{DbError, retention};
use crate::model::{
    ids::{DestinationId, EndpointId},
    removal::{Removal, RemovalKind},
};
use sqlx::{FromRow, SqliteConnection};
use uuid::Uuid;

/// Forwards that are looked at in one slice …
const LOOKED_AT: i64 = 2_000;
/// … and deleted, with the answers that were kept of them.
const FORWARDS: i64 = 50;

/// Work that is left.
#[derive(Clone, Copy, Debug, FromRow)]
pub struct Left {
    object_id: Uuid,
    kind: RemovalKind,
    stage: i64,
    cursor: i64,
}

/// Notes that an object was removed, in the transaction of its removal.
pub(super) async fn begin(
    connection: &mut SqliteConnection,
    object_id: Uuid,
    kind: RemovalKind,
    name: &str,
    now: i64,
) -> Result<(), DbError> {
    sqlx::query("INSERT INTO removals (object_id, kind, name, created_at) VALUES ($1, $2, $3, $4)")
        .bind(object_id)
        .bind(kind)
        .bind(name)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}

/// Removals whose rows are still being deleted, oldest first, at most 100.
pub async fn list(connection: &mut SqliteConnection, kind: RemovalKind) -> Result<Vec<Removal>, DbError> {
    let all = sqlx::query_as(
        "SELECT kind, name, deleted, created_at FROM removals WHERE kind = $1 ORDER BY created_at LIMIT 100",
    )
    .bind(kind)
    .fetch_all(connection)
    .await?;
    Ok(all)
}

/// The oldest removal that is not done.
pub async fn first(connection: &mut SqliteConnection) -> Result<Option<Left>, DbError> {
    let left =
        sqlx::query_as("SELECT object_id, kind, stage, cursor FROM removals ORDER BY created_at LIMIT 1")
            .fetch_optional(connection)
            .await?;
    Ok(left)
}

/// What a slice came to.
struct Slice {
    /// Deliveries or forwards.
    deleted: i64,
    /// Where the next slice of the stage begins; none: the stage is done.
    cursor: Option<i64>,
}

impl Slice {
    const DONE: Self = Self { deleted: 0, cursor: None };
}

/// Deletes one slice.
pub async fn slice(connection: &mut SqliteConnection, left: &Left) -> Result<(), DbError> {
    let id = left.object_id;
    let slice = match (left.kind, left.stage) {
        (RemovalKind::Endpoint, 0) => deliveries(connection, EndpointId(id)).await?,
        (RemovalKind::Endpoint, 1) => {
            counts(connection, "measure_minutes", "minute", id, left.cursor).await?
        }
        (RemovalKind::Endpoint, 2) => counts(connection, "measure_hours", "hour", id, left.cursor).await?,
        (RemovalKind::Endpoint, 3) => {
            counts(connection, "rejection_minutes", "minute", id, left.cursor).await?
        }
        (RemovalKind::Destination, 0) => forwards(connection, DestinationId(id), left.cursor).await?,
        (RemovalKind::Destination, 1) => attempts(connection, "attempt_minutes", "minute", id).await?,
        (RemovalKind::Destination, 2) => attempts(connection, "attempt_hours", "hour", id).await?,
        _ => return end(connection, left).await,
    };
    let (stage, cursor) = slice.cursor.map_or((left.stage + 1, 0), |cursor| (left.stage, cursor));
    sqlx::query("UPDATE removals SET stage = $2, cursor = $3, deleted = deleted + $4 WHERE object_id = $1")
        .bind(id)
        .bind(stage)
        .bind(cursor)
        .bind(slice.deleted)
        .execute(connection)
        .await?;
    Ok(())
}

async fn end(connection: &mut SqliteConnection, left: &Left) -> Result<(), DbError> {
    if left.kind == RemovalKind::Destination {
        sqlx::query("DELETE FROM destinations WHERE id = $1 AND removed_at IS NOT NULL")
            .bind(left.object_id)
            .execute(&mut *connection)
            .await?;
    }
    sqlx::query("DELETE FROM removals WHERE object_id = $1").bind(left.object_id).execute(connection).await?;
    Ok(())
}

async fn deliveries(connection: &mut SqliteConnection, id: EndpointId) -> Result<Slice, DbError> {
    let deleted = retention::delete_orphans(connection, id).await?;
    Ok(Slice { deleted, cursor: (deleted > 0).then_some(0) })
}

/// The counts of an endpoint stand among those of the others: they are looked through from the oldest time on.
async fn counts(
    connection: &mut SqliteConnection,
    table: &'static str,
    time: &'static str,
    id: Uuid,
    from: i64,
) -> Result<Slice, DbError> {
    // The keys of the first two begin with the measure, so each has a stretch of its own.
    let of_measure = if table.starts_with("measure") { "measure = m.measure AND" } else { "" };
    let measures = if table.starts_with("measure") {
        "(SELECT 'accepted' AS measure UNION ALL SELECT 'duplicate' UNION ALL SELECT 'rejected' UNION ALL SELECT 'retry' \
         UNION ALL SELECT 'lag' UNION ALL SELECT 'answer')"
    } else {
        "(SELECT '' AS measure)"
    };
    // So far each measure's next thousand rows reach; a time that has more goes at once.
    let ends = format!(
        "SELECT min(coalesce((SELECT {time} FROM {table} WHERE {of_measure} {time} >= $1 ORDER BY {time} LIMIT 1 OFFSET 1000), \
         9223372036854775806)) FROM {measures} m"
    );
    let end: i64 =
        sqlx::query_scalar(sqlx::AssertSqlSafe(ends)).bind(from).fetch_one(&mut *connection).await?;
    let delete = if table.starts_with("measure") {
        format!(
            "DELETE FROM {table} WHERE measure IN (SELECT measure FROM {measures}) AND {time} >= $1 AND {time} <= $2 \
             AND endpoint_id = $3"
        )
    } else {
        format!("DELETE FROM {table} WHERE {time} >= $1 AND {time} <= $2 AND endpoint_id = $3")
    };
    sqlx::query(sqlx::AssertSqlSafe(delete)).bind(from).bind(end).bind(id).execute(connection).await?;
    Ok(Slice { deleted: 0, cursor: (end < i64::MAX - 1).then_some(end + 1) })
}

/// Every forward there is stands in the order of ids, and few of them may be of this destination.
async fn forwards(
    connection: &mut SqliteConnection,
    id: DestinationId,
    after: i64,
) -> Result<Slice, DbError> {
    let end: Option<i64> = sqlx::query_scalar(
        "SELECT max(id) FROM (SELECT id FROM forwards WHERE id > $1 ORDER BY id LIMIT $2)",
    )
    .bind(after)
    .bind(LOOKED_AT)
    .fetch_one(&mut *connection)
    .await?;
    let Some(end) = end else { return Ok(Slice::DONE) };
    let ids: Vec<i64> = sqlx::query_scalar(
        "SELECT id FROM forwards WHERE id > $1 AND id <= $2 AND +destination_id = $3 ORDER BY id LIMIT $4",
    )
    .bind(after)
    .bind(end)
    .bind(id)
    .bind(FORWARDS)
    .fetch_all(&mut *connection)
    .await?;
    let reached = if ids.len() as i64 == FORWARDS { ids.last().copied().unwrap_or(end) } else { end };
    sqlx::query("DELETE FROM forwards WHERE id > $1 AND id <= $2 AND +destination_id = $3")
        .bind(after)
        .bind(reached)
        .bind(id)
        .execute(connection)
        .await?;
    Ok(Slice { deleted: ids.len() as i64, cursor: Some(reached) })
}

async fn attempts(
    connection: &mut SqliteConnection,
    table: &'static str,
    time: &'static str,
    id: Uuid,
) -> Result<Slice, DbError> {
    let delete = format!(
        "DELETE FROM {table} WHERE destination_id = $1 AND {time} <= coalesce((SELECT {time} FROM {table} \
         WHERE destination_id = $1 ORDER BY {time} LIMIT 1 OFFSET 1000), 9223372036854775807)"
    );
    let done = sqlx::query(sqlx::AssertSqlSafe(delete)).bind(id).execute(connection).await?;
    Ok(Slice { deleted: 0, cursor: (done.rows_affected() > 0).then_some(0) })
}
