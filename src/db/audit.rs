//! The audit log. Entries are written in the transaction of the change and never touched again.

use super::DbError;
use crate::model::{
    audit::{AuditFilter, Entry, NewEntry},
    ids::UserId,
};
use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection};

/// Writes a change down.
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

/// Who changed a thing last, and what of it: for whoever would have overwritten that.
pub async fn last_change_of(
    connection: &mut SqliteConnection,
    object_id: &str,
) -> Result<Option<(String, String)>, DbError> {
    // It was just now: it is found among the newest entries.
    Ok(sqlx::query_as(
        "SELECT actor, detail FROM (SELECT id, actor, detail, action, object_id FROM audit_entries ORDER BY id DESC LIMIT 10000) \
         WHERE object_id = $1 AND action LIKE '%.changed' ORDER BY id DESC LIMIT 1",
    )
    .bind(object_id)
    .fetch_optional(connection)
    .await?)
}

#[derive(FromRow)]
struct Row {
    id: i64,
    at: i64,
    user_id: Option<UserId>,
    actor: String,
    client: Option<String>,
    action: String,
    object_id: String,
    object: String,
    detail: String,
}

impl From<Row> for Entry {
    fn from(row: Row) -> Self {
        let Row { id, at, user_id, actor, client, action, object_id, object, detail } = row;
        Self { id, at, user: user_id, actor, client, action, object_id, object, detail }
    }
}

/// Where a page begins and in which direction it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditCursor {
    /// Those older than the one with this id, newest first.
    Before(i64),
    /// Those newer than the one with this id, oldest first.
    After(i64),
}

/// At most `limit` entries that the filter lets through, from the cursor on.
///
/// # Errors
/// [`DbError::TooSlow`] when a filter has to look through too much, or when the database fails.
pub async fn page(
    connection: &mut SqliteConnection,
    filter: &AuditFilter,
    cursor: AuditCursor,
    limit: i64,
) -> Result<Vec<Entry>, DbError> {
    let mut query = QueryBuilder::<Sqlite>::new(
        "SELECT id, at, user_id, actor, client, action, object_id, object, detail FROM audit_entries WHERE 1 = 1",
    );
    if let Some(who) = &filter.who {
        query.push(" AND instr(lower(actor), ").push_bind(who.to_lowercase()).push(") > 0");
    }
    if let Some(action) = &filter.action {
        query.push(" AND action = ").push_bind(action);
    }
    if let Some(since) = filter.since {
        query.push(" AND at >= ").push_bind(since);
    }
    if let Some(until) = filter.until {
        query.push(" AND at < ").push_bind(until);
    }
    match cursor {
        AuditCursor::Before(id) => query.push(" AND id < ").push_bind(id).push(" ORDER BY id DESC"),
        AuditCursor::After(id) => query.push(" AND id > ").push_bind(id).push(" ORDER BY id"),
    };
    query.push(" LIMIT ").push_bind(limit);
    let rows: Vec<Row> = query.build_query_as().fetch_all(connection).await?;
    Ok(rows.into_iter().map(Entry::from).collect())
}
