//! What endpoints and destinations that were removed leave behind: millions of rows, it may be. They go in slices, so that
//! no sender waits for it, and a slice notes how far it came, so that the next start goes on there.

use super::{Connection, DbError, counts, retention};
use crate::model::{
    ids::{DestinationId, EndpointId},
    removal::{Removal, RemovalKind},
};
use sqlx::FromRow;
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
    connection: &mut Connection,
    object_id: Uuid,
    kind: RemovalKind,
    name: &str,
    now: i64,
) -> Result<(), DbError> {
    connection
        .sql("INSERT INTO removals (object_id, kind, name, created_at) VALUES ($1, $2, $3, $4)")
        .bind(object_id)
        .bind(kind)
        .bind(name)
        .bind(now)
        .run()
        .await?;
    Ok(())
}

/// Removals whose rows are still being deleted, oldest first, at most 100.
pub async fn list(connection: &mut Connection, kind: RemovalKind) -> Result<Vec<Removal>, DbError> {
    connection
        .sql("SELECT kind, name, deleted, created_at FROM removals WHERE kind = $1 ORDER BY created_at LIMIT 100")
        .bind(kind)
        .all()
        .await
}

/// The oldest removal that is not done.
pub async fn first(connection: &mut Connection) -> Result<Option<Left>, DbError> {
    connection
        .sql("SELECT object_id, kind, stage, cursor FROM removals ORDER BY created_at LIMIT 1")
        .optional()
        .await
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
pub async fn slice(connection: &mut Connection, left: &Left) -> Result<(), DbError> {
    let id = left.object_id;
    let slice = match (left.kind, left.stage) {
        (RemovalKind::Endpoint, 0) => deliveries(connection, EndpointId(id)).await?,
        (RemovalKind::Destination, 0) => forwards(connection, DestinationId(id), left.cursor).await?,
        (kind, stage) => {
            let part = usize::try_from(stage - 1).ok().and_then(|n| counts::Part::of(kind, n));
            let Some(part) = part else { return end(connection, left).await };
            Slice { deleted: 0, cursor: part.remove_slice(connection, id, left.cursor).await? }
        }
    };
    let (stage, cursor) = slice.cursor.map_or((left.stage + 1, 0), |cursor| (left.stage, cursor));
    connection
        .sql("UPDATE removals SET stage = $2, cursor = $3, deleted = deleted + $4 WHERE object_id = $1")
        .bind(id)
        .bind(stage)
        .bind(cursor)
        .bind(slice.deleted)
        .run()
        .await?;
    Ok(())
}

async fn end(connection: &mut Connection, left: &Left) -> Result<(), DbError> {
    if left.kind == RemovalKind::Destination {
        connection
            .sql("DELETE FROM destinations WHERE id = $1 AND removed_at IS NOT NULL")
            .bind(left.object_id)
            .run()
            .await?;
    }
    connection.sql("DELETE FROM removals WHERE object_id = $1").bind(left.object_id).run().await?;
    Ok(())
}

async fn deliveries(connection: &mut Connection, id: EndpointId) -> Result<Slice, DbError> {
    let deleted = retention::delete_orphans(connection, id).await?;
    Ok(Slice { deleted, cursor: (deleted > 0).then_some(0) })
}

/// Every forward there is stands in the order of ids, and few of them may be of this destination.
async fn forwards(connection: &mut Connection, id: DestinationId, after: i64) -> Result<Slice, DbError> {
    let end: Option<i64> = connection
        .sql("SELECT max(id) FROM (SELECT id FROM forwards WHERE id > $1 ORDER BY id LIMIT $2) looked_at")
        .bind(after)
        .bind(LOOKED_AT)
        .scalar()
        .await?;
    let Some(end) = end else { return Ok(Slice::DONE) };
    let ids: Vec<i64> = connection
        .sql(
            "SELECT id FROM forwards WHERE id > $1 AND id <= $2 AND destination_id = $3 ORDER BY id LIMIT $4",
        )
        .bind(after)
        .bind(end)
        .bind(id)
        .bind(FORWARDS)
        .scalars()
        .await?;
    let reached = if ids.len() as i64 == FORWARDS { ids.last().copied().unwrap_or(end) } else { end };
    connection
        .sql("DELETE FROM forwards WHERE id > $1 AND id <= $2 AND destination_id = $3")
        .bind(after)
        .bind(reached)
        .bind(id)
        .run()
        .await?;
    Ok(Slice { deleted: ids.len() as i64, cursor: Some(reached) })
}
