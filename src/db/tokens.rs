//! API tokens.

use super::DbError;
use crate::model::{ids::TokenId, token::ApiToken};
use sqlx::SqliteConnection;

/// Adds a token by the SHA-256 of its text.
///
/// # Errors
/// Unique constraint `tokens.name`, or when the database fails.
pub async fn insert(
    connection: &mut SqliteConnection,
    token: &ApiToken,
    hash: &[u8; 32],
) -> Result<(), DbError> {
    sqlx::query(
        "INSERT INTO tokens (id, name, hash, hint, role, created_at, created_by, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(token.id)
    .bind(&token.name)
    .bind(&hash[..])
    .bind(&token.hint)
    .bind(token.role)
    .bind(token.created_at)
    .bind(&token.created_by)
    .bind(token.expires_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// Every token, those of use first, then by name.
///
/// # Errors
/// When the database fails.
pub async fn list(connection: &mut SqliteConnection) -> Result<Vec<ApiToken>, DbError> {
    let rows = sqlx::query_as(
        "SELECT id, name, hint, role, created_at, created_by, expires_at, last_used_at, revoked_at FROM tokens \
         ORDER BY revoked_at IS NOT NULL, name",
    )
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// The token whose text has this SHA-256. It may be revoked or expired.
///
/// # Errors
/// When the database fails.
pub async fn by_hash(
    connection: &mut SqliteConnection,
    hash: &[u8; 32],
) -> Result<Option<ApiToken>, DbError> {
    let row = sqlx::query_as(
        "SELECT id, name, hint, role, created_at, created_by, expires_at, last_used_at, revoked_at FROM tokens \
         WHERE hash = $1",
    )
    .bind(&hash[..])
    .fetch_optional(connection)
    .await?;
    Ok(row)
}

/// Writes down that a token was used.
///
/// # Errors
/// When the database fails.
pub async fn note_use(connection: &mut SqliteConnection, id: TokenId, now: i64) -> Result<(), DbError> {
    sqlx::query("UPDATE tokens SET last_used_at = $2 WHERE id = $1")
        .bind(id)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}

/// Revokes a token for ever. Says its name; none when there is no such one, or it was revoked.
///
/// # Errors
/// When the database fails.
pub async fn revoke(
    connection: &mut SqliteConnection,
    id: TokenId,
    now: i64,
) -> Result<Option<String>, DbError> {
    let name = sqlx::query_scalar(
        "UPDATE tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING name",
    )
    .bind(id)
    .bind(now)
    .fetch_optional(connection)
    .await?;
    Ok(name)
}
