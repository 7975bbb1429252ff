//! Messages about incidents: the outbox. A row is queued in the transaction of what it tells of and stays queued until a
//! channel took it or no try is left, so that no crash loses one.

mod due;

pub use due::{LONGEST_WAIT_MS, due, waiting};

use super::DbError;
use crate::model::{
    ids::{ChannelId, IncidentId},
    notice::{Notice, NoticeContent, NoticeKind, NoticeState},
    which::Which,
};
use sqlx::{FromRow, SqliteConnection};

#[derive(FromRow)]
struct Row {
    id: i64,
    channel_id: ChannelId,
    channel: String,
    kind: NoticeKind,
    content: String,
    state: NoticeState,
    attempts: i64,
    next_at: i64,
    error: Option<String>,
    created_at: i64,
    sent_at: Option<i64>,
}

impl TryFrom<Row> for Notice {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        let content = serde_json::from_str(&row.content)
            .map_err(|error| DbError::Corrupt { column: "notices.content", detail: error.to_string() })?;
        Ok(Self {
            id: row.id,
            channel_id: row.channel_id,
            channel: row.channel,
            kind: row.kind,
            content,
            state: row.state,
            attempts: row.attempts,
            next_at: row.next_at,
            error: row.error,
            created_at: row.created_at,
            sent_at: row.sent_at,
        })
    }
}

/// Queues a message for every channel that is to have it, and says how many those are. Call it in the transaction in which
/// the incident changes.
///
/// News of an open incident goes to the channels that are not paused, that take its severity, and that are among `only`
/// (all that it names removed: to all, for somebody must hear of it). That it is over is told where its opening was told or is about to be, whatever was changed since: a
/// channel that was paused meanwhile has it waiting.
pub async fn queue(
    connection: &mut SqliteConnection,
    kind: NoticeKind,
    content: &NoticeContent,
    only: &Which<ChannelId>,
    now: i64,
) -> Result<u64, DbError> {
    let channels: Vec<ChannelId> = if kind.is_end() {
        sqlx::query_scalar(
            "SELECT DISTINCT channel_id FROM notices \
             WHERE incident_id = $1 AND kind IN ('opened', 'reminder') AND state <> 'failed'",
        )
        .bind(content.incident)
        .fetch_all(&mut *connection)
        .await?
    } else {
        let mut all: Vec<ChannelId> =
            sqlx::query_scalar("SELECT id FROM channels WHERE paused_at IS NULL AND min_severity <= $1")
                .bind(content.severity.rank())
                .fetch_all(&mut *connection)
                .await?;
        if let Which::These(only) = only {
            // A rule that names only channels which are gone tells every channel: somebody must hear of it.
            let there: Vec<ChannelId> =
                sqlx::query_scalar("SELECT id FROM channels").fetch_all(&mut *connection).await?;
            let any_left = only.iter().any(|id| there.contains(id));
            all.retain(|id| !any_left || only.contains(id));
        }
        all
    };
    for channel in &channels {
        insert(connection, *channel, kind, content, now, now).await?;
    }
    Ok(channels.len() as u64)
}

/// Queues one message for one channel, to be tried at `next_at` (unix ms). Returns its id.
///
/// # Errors
/// When the database fails, or there is no such channel.
pub async fn insert(
    connection: &mut SqliteConnection,
    channel: ChannelId,
    kind: NoticeKind,
    content: &NoticeContent,
    next_at: i64,
    now: i64,
) -> Result<i64, DbError> {
    let id = sqlx::query_scalar(
        "INSERT INTO notices (incident_id, channel_id, kind, content, state, next_at, created_at) \
         VALUES ($1, $2, $3, $4, 'queued', $5, $6) RETURNING id",
    )
    .bind(content.incident)
    .bind(channel)
    .bind(kind)
    // Plain text and numbers: they always can be written.
    .bind(serde_json::to_string(content).unwrap_or_default())
    .bind(next_at)
    .bind(now)
    .fetch_one(connection)
    .await?;
    Ok(id)
}

/// The last 500 messages about an incident, in the order in which they were queued.
pub async fn of_incident(
    connection: &mut SqliteConnection,
    incident: IncidentId,
) -> Result<Vec<Notice>, DbError> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT n.id, n.channel_id, c.name AS channel, n.kind, n.content, n.state, n.attempts, n.next_at, n.error, \
         n.created_at, n.sent_at FROM notices n JOIN channels c ON c.id = n.channel_id \
         WHERE n.id IN (SELECT id FROM notices WHERE incident_id = $1 ORDER BY id DESC LIMIT 500) ORDER BY n.id",
    )
    .bind(incident)
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Notice::try_from).collect()
}

/// The last messages of a channel, the newest first.
pub async fn of_channel(
    connection: &mut SqliteConnection,
    channel: ChannelId,
    limit: i64,
) -> Result<Vec<Notice>, DbError> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT n.id, n.channel_id, c.name AS channel, n.kind, n.content, n.state, n.attempts, n.next_at, n.error, \
         n.created_at, n.sent_at FROM notices n JOIN channels c ON c.id = n.channel_id \
         WHERE n.channel_id = $1 ORDER BY n.id DESC LIMIT $2",
    )
    .bind(channel)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Notice::try_from).collect()
}

/// The message with this id.
pub async fn by_id(connection: &mut SqliteConnection, id: i64) -> Result<Option<Notice>, DbError> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT n.id, n.channel_id, c.name AS channel, n.kind, n.content, n.state, n.attempts, n.next_at, n.error, \
         n.created_at, n.sent_at FROM notices n JOIN channels c ON c.id = n.channel_id WHERE n.id = $1",
    )
    .bind(id)
    .fetch_optional(connection)
    .await?;
    row.map(Notice::try_from).transpose()
}

/// Id of the first message about an incident that a channel took or is to take before the message `before`. None: it was
/// told nothing of it, so that it need not hear that it is over.
pub async fn first_of(
    connection: &mut SqliteConnection,
    channel: ChannelId,
    incident: IncidentId,
    before: i64,
) -> Result<Option<i64>, DbError> {
    let id = sqlx::query_scalar(
        "SELECT min(id) FROM notices WHERE incident_id = $1 AND channel_id = $2 AND id < $3 AND state <> 'failed'",
    )
    .bind(incident)
    .bind(channel)
    .bind(before)
    .fetch_one(connection)
    .await?;
    Ok(id)
}

/// Writes down that a channel took a message. `but` is what is to be known all the same, such as a recipient who was
/// refused.
pub async fn note_sent(
    connection: &mut SqliteConnection,
    id: i64,
    now: i64,
    but: Option<&str>,
) -> Result<(), DbError> {
    sqlx::query(
        "UPDATE notices SET state = 'sent', attempts = attempts + 1, sent_at = $2, error = $3 WHERE id = $1",
    )
    .bind(id)
    .bind(now)
    .bind(but)
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes down that a try failed, and when the next one is; none: no try is left.
pub async fn note_failed(
    connection: &mut SqliteConnection,
    id: i64,
    error: &str,
    next_at: Option<i64>,
) -> Result<(), DbError> {
    let state = if next_at.is_some() { NoticeState::Queued } else { NoticeState::Failed };
    sqlx::query(
        "UPDATE notices SET state = $2, attempts = attempts + 1, error = $3, next_at = coalesce($4, next_at) \
         WHERE id = $1",
    )
    .bind(id)
    .bind(state)
    .bind(error)
    .bind(next_at)
    .execute(connection)
    .await?;
    Ok(())
}
