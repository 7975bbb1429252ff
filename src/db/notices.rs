//! Messages about incidents: the outbox. A row is queued in the transaction of what it tells of and stays queued until a
//! channel took it or no try is left, so that no crash loses one.

mod due;

pub use due::{LONGEST_WAIT_MS, due, waiting};

use super::{Connection, DbError};
use crate::model::{
    ids::{ChannelId, IncidentId},
    notice::{Notice, NoticeContent, NoticeKind, NoticeState},
    which::Which,
};
use sqlx::types::Json;
use std::collections::HashMap;

/// Messages, with the name of their channel `c`.
macro_rules! notices {
    ($rest:literal) => {
        concat!(
            "SELECT n.id, n.channel_id, c.name AS channel, n.kind, n.content, n.state, n.attempts, n.next_at, n.error, \
             n.created_at, n.sent_at FROM notices n JOIN channels c ON c.id = n.channel_id ",
            $rest
        )
    };
}
use notices;

/// Queues a message for every channel that is to have it, and says how many those are. Call it in the transaction in which
/// the incident changes.
///
/// News of an open incident goes to the channels that are not paused, that take its severity, and that are among `only`
/// (all that it names removed: to all, for someone must hear of it). That it is over is told where its opening was told or is about to be, whatever was changed since: a
/// channel that was paused meanwhile has it waiting.
pub async fn queue(
    connection: &mut Connection,
    kind: NoticeKind,
    content: &NoticeContent,
    only: &Which<ChannelId>,
    now: i64,
) -> Result<u64, DbError> {
    let channels: Vec<ChannelId> = if kind.is_end() {
        connection
            .sql(
                "SELECT DISTINCT channel_id FROM notices \
                 WHERE incident_id = $1 AND kind IN ('opened', 'reminder') AND state <> 'failed'",
            )
            .bind(content.incident)
            .scalars()
            .await?
    } else {
        let mut all: Vec<ChannelId> = connection
            .sql("SELECT id FROM channels WHERE paused_at IS NULL AND min_severity <= $1")
            .bind(content.severity.rank())
            .scalars()
            .await?;
        if let Which::These(only) = only {
            // A rule that names only channels which are gone tells every channel: someone must hear of it.
            let there: Vec<ChannelId> = connection.sql("SELECT id FROM channels").scalars().await?;
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
    connection: &mut Connection,
    channel: ChannelId,
    kind: NoticeKind,
    content: &NoticeContent,
    next_at: i64,
    now: i64,
) -> Result<i64, DbError> {
    connection
        .sql(
            "INSERT INTO notices (incident_id, channel_id, kind, content, state, next_at, created_at) \
             VALUES ($1, $2, $3, $4, 'queued', $5, $6) RETURNING id",
        )
        .bind(content.incident)
        .bind(channel)
        .bind(kind)
        .bind(Json(content))
        .bind(next_at)
        .bind(now)
        .scalar()
        .await
}

/// The last 500 messages about an incident, in the order in which they were queued.
pub async fn of_incident(connection: &mut Connection, incident: IncidentId) -> Result<Vec<Notice>, DbError> {
    connection
        .sql(notices!(
            "WHERE n.id IN (SELECT id FROM notices WHERE incident_id = $1 ORDER BY id DESC LIMIT 500) ORDER BY n.id"
        ))
        .bind(incident)
        .all()
        .await
}

/// The last messages of a channel, the newest first.
pub async fn of_channel(
    connection: &mut Connection,
    channel: ChannelId,
    limit: i64,
) -> Result<Vec<Notice>, DbError> {
    connection
        .sql(notices!("WHERE n.channel_id = $1 ORDER BY n.id DESC LIMIT $2"))
        .bind(channel)
        .bind(limit)
        .all()
        .await
}

/// The last message of each channel that ever had one.
pub async fn last_of_each(connection: &mut Connection) -> Result<HashMap<ChannelId, Notice>, DbError> {
    let all: Vec<Notice> = connection
        .sql(notices!("WHERE n.id = (SELECT max(last.id) FROM notices last WHERE last.channel_id = c.id)"))
        .all()
        .await?;
    Ok(all.into_iter().map(|notice| (notice.channel_id, notice)).collect())
}

/// The message with this id.
pub async fn by_id(connection: &mut Connection, id: i64) -> Result<Option<Notice>, DbError> {
    connection.sql(notices!("WHERE n.id = $1")).bind(id).optional().await
}

/// Id of the first message about an incident that a channel took or is to take before the message `before`. None: it was
/// told nothing of it, so that it need not hear that it is over.
pub async fn first_of(
    connection: &mut Connection,
    channel: ChannelId,
    incident: IncidentId,
    before: i64,
) -> Result<Option<i64>, DbError> {
    connection
        .sql("SELECT min(id) FROM notices WHERE incident_id = $1 AND channel_id = $2 AND id < $3 AND state <> 'failed'")
        .bind(incident)
        .bind(channel)
        .bind(before)
        .scalar()
        .await
}

/// Records that a channel took a message. `but` is what is to be known all the same, such as a recipient who was
/// refused.
pub async fn note_sent(
    connection: &mut Connection,
    id: i64,
    now: i64,
    but: Option<&str>,
) -> Result<(), DbError> {
    connection
        .sql("UPDATE notices SET state = 'sent', attempts = attempts + 1, sent_at = $2, error = $3 WHERE id = $1")
        .bind(id)
        .bind(now)
        .bind(but)
        .run()
        .await?;
    Ok(())
}

/// Records that a try failed, and when the next one is; none: no try is left.
pub async fn note_failed(
    connection: &mut Connection,
    id: i64,
    error: &str,
    next_at: Option<i64>,
) -> Result<(), DbError> {
    let state = if next_at.is_some() { NoticeState::Queued } else { NoticeState::Failed };
    connection
        .sql(
            "UPDATE notices SET state = $2, attempts = attempts + 1, error = $3, next_at = coalesce($4, next_at) \
             WHERE id = $1",
        )
        .bind(id)
        .bind(state)
        .bind(error)
        .bind(next_at)
        .run()
        .await?;
    Ok(())
}
