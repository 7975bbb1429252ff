//! Which messages may be sent now.

use super::notices;
use crate::{
    db::{Connection, DbError},
    model::{ids::ChannelId, notice::Notice, time::HOUR_MS},
};

/// The longest time between two tries, ms. What waits longer, waits because the clock went back: it is due.
pub const LONGEST_WAIT_MS: i64 = HOUR_MS;

/// After this number of attempts, a message only holds up those about its own incident: the problem may be the message.
const STEPS_ASIDE_AT: i64 = 4;

/// The channels that have a message whose time has come; it may still have to wait for one before it.
pub async fn waiting(connection: &mut Connection, now: i64) -> Result<Vec<ChannelId>, DbError> {
    connection
        .sql(
            "SELECT DISTINCT channel_id FROM notices \
             WHERE state = 'queued' AND (next_at <= $1 OR next_at > $1 + $2)",
        )
        .bind(now)
        .bind(LONGEST_WAIT_MS)
        .scalars()
        .await
}

/// The messages of a channel that may be sent now, in order. One that waits for another try holds up what was queued after
/// it; once it stepped aside, only what is about the same incident. A test waits for nothing, not even on a paused channel.
pub async fn due(
    connection: &mut Connection,
    channel: ChannelId,
    now: i64,
    limit: i64,
) -> Result<Vec<Notice>, DbError> {
    connection
        .sql(notices!(
            "WHERE n.channel_id = $1 AND n.state = 'queued' AND (n.next_at <= $2 OR n.next_at > $2 + $3) \
             AND (n.kind = 'test' OR (c.paused_at IS NULL AND NOT EXISTS ( \
               SELECT 1 FROM notices e WHERE e.channel_id = n.channel_id AND e.state = 'queued' AND e.id < n.id \
               AND e.kind <> 'test' AND e.next_at > $2 AND e.next_at <= $2 + $3 \
               AND (e.attempts < $4 OR e.incident_id = n.incident_id)))) \
             ORDER BY n.id LIMIT $5"
        ))
        .bind(channel)
        .bind(now)
        .bind(LONGEST_WAIT_MS)
        .bind(STEPS_ASIDE_AT)
        .bind(limit)
        .all()
        .await
}
