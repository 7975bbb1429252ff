//! Browsers in which users have logged in, by the hash of their cookie.

use super::{Connection, DbError};
use crate::model::ids::UserId;

/// Known browsers per user; beyond it, the least recently used one is forgotten.
const MOST: i64 = 20;

pub async fn is_known(
    connection: &mut Connection,
    token_hash: &[u8; 32],
    user_id: UserId,
    now: i64,
) -> Result<bool, DbError> {
    connection
        .sql(
            "SELECT EXISTS (SELECT 1 FROM known_devices WHERE token_hash = $1 AND user_id = $2 AND expires_at > $3)",
        )
        .bind(&token_hash[..])
        .bind(user_id)
        .bind(now)
        .scalar()
        .await
}

/// Keeps a browser in mind until `expires_at` (unix ms), and forgets those of the user that are past it or too many.
pub async fn note(
    connection: &mut Connection,
    token_hash: &[u8; 32],
    user_id: UserId,
    now: i64,
    expires_at: i64,
) -> Result<(), DbError> {
    connection
        .sql(
            "INSERT INTO known_devices (token_hash, user_id, seen_at, expires_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (token_hash, user_id) DO UPDATE SET seen_at = excluded.seen_at, expires_at = excluded.expires_at",
        )
        .bind(&token_hash[..])
        .bind(user_id)
        .bind(now)
        .bind(expires_at)
        .run()
        .await?;
    // This user's alone: a clock that is wrong for a moment does not make all browsers unknown.
    connection
        .sql("DELETE FROM known_devices WHERE expires_at <= $1 AND user_id = $2")
        .bind(now)
        .bind(user_id)
        .run()
        .await?;
    connection
        .sql(
            "DELETE FROM known_devices WHERE user_id = $1 AND token_hash NOT IN \
             (SELECT token_hash FROM known_devices WHERE user_id = $1 ORDER BY seen_at DESC, token_hash LIMIT $2)",
        )
        .bind(user_id)
        .bind(MOST)
        .run()
        .await?;
    Ok(())
}

/// Forgets a user's browsers.
pub async fn delete_of_user(connection: &mut Connection, user_id: UserId) -> Result<(), DbError> {
    connection.sql("DELETE FROM known_devices WHERE user_id = $1").bind(user_id).run().await?;
    Ok(())
}
