//! The audit log. Entries are written in the transaction of the change and never touched again.

use super::DbError;
use crate::model::audit::{Entry, NewEntry};
use sqlx::{FromRow, SqliteConnection};

/// Writes a change down.
///
/// # Errors
/// When the database fails.
pub async fn insert(connection: &mut SqliteConnection, entry: &NewEntry) -> Result<(), DbError> {
    sqlx::query(
        "INSERT INTO audit_entries (at, user_id, actor, client, action, object_id, object, detail) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(entry.by.at)
    .bind(entry.by.user)
    .bind(&entry.by.name)
    .bind(&entry.by.client)
    .bind(entry.action.as_str())
    .bind(&entry.object_id)
    .bind(&entry.object)
    .bind(&entry.detail)
    .execute(connection)
    .await?;
    Ok(())
}

/// At most `limit` entries older than the one with the id `before`, newest first.
///
/// # Errors
/// When the database fails.
pub async fn page(
    connection: &mut SqliteConnection,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Entry>, DbError> {
    #[derive(FromRow)]
    struct Row {
        id: i64,
        at: i64,
        actor: String,
        client: Option<String>,
        action: String,
        object_id: String,
        object: String,
        detail: String,
    }
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT id, at, actor, client, action, object_id, object, detail FROM audit_entries \
         WHERE id < $1 ORDER BY id DESC LIMIT $2",
    )
    .bind(before.unwrap_or(i64::MAX))
    .bind(limit)
    .fetch_all(connection)
    .await?;
    let entry = |Row { id, at, actor, client, action, object_id, object, detail }| Entry {
        id,
        at,
        actor,
        client,
        action,
        object_id,
        object,
        detail,
    };
    Ok(rows.into_iter().map(entry).collect())
}
