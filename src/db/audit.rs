//! The audit log. Entries are written in the transaction of the change and never touched again.

use super::{Connection, DbError};
use crate::model::audit::{AuditFilter, Entry, NewEntry};

/// Writes a change down.
pub async fn insert(connection: &mut Connection, entry: &NewEntry) -> Result<(), DbError> {
    connection
        .sql(
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
        .run()
        .await?;
    Ok(())
}

/// Who changed a thing last, and what of it: for whoever would have overwritten that.
pub async fn last_change_of(
    connection: &mut Connection,
    object_id: &str,
) -> Result<Option<(String, String)>, DbError> {
    // It was just now: it is found among the newest entries.
    connection
        .sql(
            "SELECT actor, detail FROM (SELECT id, actor, detail, action, object_id FROM audit_entries \
             ORDER BY id DESC LIMIT 10000) newest \
             WHERE object_id = $1 AND action LIKE '%.changed' ORDER BY id DESC LIMIT 1",
        )
        .bind(object_id)
        .optional()
        .await
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
    connection: &mut Connection,
    filter: &AuditFilter,
    cursor: AuditCursor,
    limit: i64,
) -> Result<Vec<Entry>, DbError> {
    let position = connection.choose(" AND instr(lower(actor), ", " AND strpos(lower(actor), ");
    let mut query = connection.sql(
        "SELECT id, at, user_id, actor, client, action, object_id, object, detail FROM audit_entries WHERE 1 = 1",
    );
    if let Some(who) = &filter.who {
        query.push(position).push_bind(who.to_lowercase()).push(") > 0");
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
    query.all().await
}
