//! Which messages may be sent now.

use super::Row;
use crate::{
    db::DbError,
    model::{ids::ChannelId, notice::Notice},
};
use sqlx::SqliteConnection;

/// The longest time between two tries, ms. What waits longer, waits because the clock went back: it is due.
pub const LONGEST_WAIT_MS: i64 = 3_600_000;

/// After so many tries a message holds up only those about its own incident: what is wrong may be wrong with it alone.
const STEPS_ASIDE_AT: i64 = 4;

/// The channels that have a message whose time has come; it may still have to wait for one before it.
pub async fn waiting(connection: &mut SqliteConnection, now: i64) -> Result<Vec<ChannelId>, DbError> {
    let ids = sqlx::query_scalar(
        "SELECT DISTINCT channel_id FROM notices \
         WHERE state = 'queued' AND (next_at <= $1 OR next_at > $1 + $2)",
    )
    .bind(now)
    .bind(LONGEST_WAIT_MS)
    .fetch_all(connection)
    .await?;
    Ok(ids)
}

/// The messages of a channel that may be sent now, in order. One that waits for another try holds up what was queued after
/// it; once it stepped aside, only what is about the same incident. A test waits for nothing, not even on a paused channel.
pub async fn due(
    connection: &mut SqliteConnection,
    channel: ChannelId,
    now: i64,
    limit: i64,
) -> Result<Vec<Notice>, DbError> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT n.id, n.channel_id, c.name AS channel, n.kind, n.content, n.state, n.attempts, n.next_at, n.error, \
         n.created_at, n.sent_at FROM notices n JOIN channels c ON c.id = n.channel_id \
         WHERE n.channel_id = $1 AND n.state = 'queued' AND (n.next_at <= $2 OR n.next_at > $2 + $3) \
         AND (n.kind = 'test' OR (c.paused_at IS NULL AND NOT EXISTS ( \
           SELECT 1 FROM notices e WHERE e.channel_id = n.channel_id AND e.state = 'queued' AND e.id < n.id \
           AND e.kind <> 'test' AND e.next_at > $2 AND e.next_at <= $2 + $3 \
           AND (e.attempts < $4 OR e.incident_id = n.incident_id)))) \
         ORDER BY n.id LIMIT $5",
    )
    .bind(channel)
    .bind(now)
    .bind(LONGEST_WAIT_MS)
    .bind(STEPS_ASIDE_AT)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Notice::try_from).collect()
}
