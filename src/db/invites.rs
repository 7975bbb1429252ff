//! One-time links, by the hash of their token.

use super::{Connection, DbError};
use crate::model::{
    ids::{InviteId, UserId},
    invite::Invite,
};

/// Adds a link.
pub async fn insert(
    connection: &mut Connection,
    invite: &Invite,
    token_hash: &[u8; 32],
    created_by: Option<UserId>,
) -> Result<(), DbError> {
    connection
        .sql(
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
        .run()
        .await?;
    Ok(())
}

/// The link with this token, if it is open.
pub async fn by_token(
    connection: &mut Connection,
    token_hash: &[u8; 32],
    now: i64,
) -> Result<Option<Invite>, DbError> {
    connection
        .sql(
            "SELECT id, kind, email, role, created_at, expires_at FROM invites \
             WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2",
        )
        .bind(&token_hash[..])
        .bind(now)
        .optional()
        .await
}

/// The open invites, newest first.
pub async fn list_open(connection: &mut Connection, now: i64) -> Result<Vec<Invite>, DbError> {
    connection
        .sql(
            "SELECT id, kind, email, role, created_at, expires_at FROM invites \
             WHERE kind = 'invite' AND used_at IS NULL AND expires_at > $1 ORDER BY created_at DESC",
        )
        .bind(now)
        .all()
        .await
}

/// Marks a link as used. Says whether it was open until now.
pub async fn use_up(connection: &mut Connection, id: InviteId, now: i64) -> Result<bool, DbError> {
    let done = connection
        .sql("UPDATE invites SET used_at = $2 WHERE id = $1 AND used_at IS NULL AND expires_at > $2")
        .bind(id)
        .bind(now)
        .run()
        .await?;
    Ok(done == 1)
}

/// Deletes the open invites that a user made.
pub async fn delete_open_by(connection: &mut Connection, user_id: UserId) -> Result<(), DbError> {
    connection
        .sql("DELETE FROM invites WHERE created_by = $1 AND used_at IS NULL")
        .bind(user_id)
        .run()
        .await?;
    Ok(())
}

/// Deletes every link to the first admin.
pub async fn delete_setup(connection: &mut Connection) -> Result<(), DbError> {
    connection.sql("DELETE FROM invites WHERE kind = 'setup'").run().await?;
    Ok(())
}
