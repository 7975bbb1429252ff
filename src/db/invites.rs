//! One-time links, by the hash of their token.

use super::DbError;
use crate::model::{
    ids::{InviteId, UserId},
    invite::Invite,
};
use sqlx::SqliteConnection;

/// Adds a link.
pub async fn insert(
    connection: &mut SqliteConnection,
    invite: &Invite,
    token_hash: &[u8; 32],
    created_by: Option<UserId>,
) -> Result<(), DbError> {
    sqlx::query(
        "INSERT INTO invites (id, token_hash, kind, email, role, created_by, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(invite.id)
    .bind(&token_hash[..])
    .bind(invite.kind)
    .bind(&invite.email)
    .bind(invite.role)
    .bind(created_by)
    .bind(invite.created_at)
    .bind(invite.expires_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// The link with this token, if it is open.
pub async fn by_token(
    connection: &mut SqliteConnection,
    token_hash: &[u8; 32],
    now: i64,
) -> Result<Option<Invite>, DbError> {
    let row = sqlx::query_as(
        "SELECT id, kind, email, role, created_at, expires_at FROM invites \
         WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2",
    )
    .bind(&token_hash[..])
    .bind(now)
    .fetch_optional(connection)
    .await?;
    Ok(row)
}

/// The open invites, newest first.
pub async fn list_open(connection: &mut SqliteConnection, now: i64) -> Result<Vec<Invite>, DbError> {
    let rows = sqlx::query_as(
        "SELECT id, kind, email, role, created_at, expires_at FROM invites \
         WHERE kind = 'invite' AND used_at IS NULL AND expires_at > $1 ORDER BY created_at DESC",
    )
    .bind(now)
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// Marks a link as used. Says whether it was open until now.
pub async fn use_up(connection: &mut SqliteConnection, id: InviteId, now: i64) -> Result<bool, DbError> {
    let done =
        sqlx::query("UPDATE invites SET used_at = $2 WHERE id = $1 AND used_at IS NULL AND expires_at > $2")
            .bind(id)
            .bind(now)
            .execute(connection)
            .await?;
    Ok(done.rows_affected() == 1)
}

/// Deletes the open invites that a user made.
pub async fn delete_open_by(connection: &mut SqliteConnection, user_id: UserId) -> Result<(), DbError> {
    sqlx::query("DELETE FROM invites WHERE created_by = $1 AND used_at IS NULL")
        .bind(user_id)
        .execute(connection)
        .await?;
    Ok(())
}

/// Deletes every link to the first admin.
pub async fn delete_setup(connection: &mut SqliteConnection) -> Result<(), DbError> {
    sqlx::query("DELETE FROM invites WHERE kind = 'setup'").execute(connection).await?;
    Ok(())
}
