//! The audit log as lines of JSON, for the download, the command line and the API: one shape everywhere.

use crate::{
    db::{
        Db, DbError,
        audit::{AuditCursor, page},
    },
    model::{
        audit::{AuditFilter, Entry},
        time,
    },
};
use futures::{Stream, stream::try_unfold};
use serde::Serialize;
use utoipa::ToSchema;

/// Entries that are read at once: memory does not grow with the log.
const AT_ONCE: i64 = 500;

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub struct ExportedEntry {
    /// Grows with each entry.
    pub id: i64,
    /// RFC 3339.
    pub at: String,
    /// E-mail of a user, `token` and its name, or `command line`.
    pub actor: String,
    /// Id of the user, or of the owner of the token.
    pub user_id: Option<String>,
    /// The address they came from.
    pub client: Option<String>,
    /// Code of what was done, such as `secret.revoked`.
    pub action: String,
    /// Id of what it was done to.
    pub object_id: String,
    /// Its name at the time.
    pub object: String,
    /// Details, such as values before and after.
    pub detail: String,
}

impl From<Entry> for ExportedEntry {
    fn from(entry: Entry) -> Self {
        Self {
            id: entry.id,
            at: time::rfc3339(entry.at),
            actor: entry.actor,
            user_id: entry.user.map(|id| id.to_string()),
            client: entry.client,
            action: entry.action,
            object_id: entry.object_id,
            object: entry.object,
            detail: entry.detail,
        }
    }
}

/// All entries that a filter lets through, oldest first, as lines of JSON: some hundred to a piece.
pub fn lines(db: Db, filter: AuditFilter) -> impl Stream<Item = Result<String, DbError>> + Send {
    try_unfold(Some(0), move |after| {
        let (db, filter) = (db.clone(), filter.clone());
        async move {
            let Some(after) = after else { return Ok(None) };
            // No reader is held while the client takes its time.
            let entries = page(&mut db.read().await?, &filter, AuditCursor::After(after), AT_ONCE).await?;
            let Some(last) = entries.last().map(|entry| entry.id) else { return Ok(None) };
            let next = (entries.len() as i64 == AT_ONCE).then_some(last);
            let mut text = String::new();
            for entry in entries {
                // Texts and numbers: nothing in it can fail.
                text.push_str(&serde_json::to_string(&ExportedEntry::from(entry)).unwrap_or_default());
                text.push('\n');
            }
            Ok(Some((text, next)))
        }
    })
}
