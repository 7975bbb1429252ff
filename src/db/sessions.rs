//! Sessions, by the hash of their token.

use super::{DbError, users};
use crate::model::{ids::UserId, user::User};
use sqlx::{FromRow, SqliteConnection};

/// A session.
#[derive(Clone, Debug, FromRow)]
pub struct Row {
    /// SHA-256 of the token.
    pub token_hash: Vec<u8>,
    /// None before login.
    pub user_id: Option<UserId>,
    /// JSON.
    pub data: String,
    /// Unix ms.
    pub expires_at: i64,
}

/// Adds a session.
///
/// # Errors
/// When there is one with this hash, or the database fails.
pub async fn insert(connection: &mut SqliteConnection, row: &Row) -> Result<(), DbError> {
    sqlx::query("INSERT INTO sessions (token_hash, user_id, data, expires_at) VALUES ($1, $2, $3, $4)")
        .bind(&row.token_hash)
        .bind(row.user_id)
        .bind(&row.data)
        .bind(row.expires_at)
        .execute(connection)
        .await?;
    Ok(())
}

/// Changes a session. One that was ended meanwhile stays ended.
///
/// # Errors
/// When the database fails.
pub async fn update(connection: &mut SqliteConnection, row: &Row) -> Result<(), DbError> {
    sqlx::query("UPDATE sessions SET user_id = $2, data = $3, expires_at = $4 WHERE token_hash = $1")
        .bind(&row.token_hash)
        .bind(row.user_id)
        .bind(&row.data)
        .bind(row.expires_at)
        .execute(connection)
        .await?;
    Ok(())
}

/// The session with this hash.
///
/// # Errors
/// When the database fails.
pub async fn find(connection: &mut SqliteConnection, token_hash: &[u8; 32]) -> Result<Option<Row>, DbError> {
    let row =
        sqlx::query_as("SELECT token_hash, user_id, data, expires_at FROM sessions WHERE token_hash = $1")
            .bind(&token_hash[..])
            .fetch_optional(connection)
            .await?;
    Ok(row)
}

/// The session with this hash and its user; none before login.
///
/// # Errors
/// When the database fails.
pub async fn user_of(
    connection: &mut SqliteConnection,
    token_hash: &[u8; 32],
) -> Result<Option<(Row, User)>, DbError> {
    #[derive(FromRow)]
    struct WithUser {
        #[sqlx(flatten)]
        session: Row,
        #[sqlx(flatten)]
        user: users::Row,
    }
    let row: Option<WithUser> = sqlx::query_as(
        "SELECT s.token_hash, s.user_id, s.data, s.expires_at, \
         u.id, u.email, u.role, u.disabled_at, u.created_at, u.last_login_at \
         FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.token_hash = $1",
    )
    .bind(&token_hash[..])
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| (row.session, row.user.into())))
}

/// A user's sessions.
///
/// # Errors
/// When the database fails.
pub async fn of_user(connection: &mut SqliteConnection, user_id: UserId) -> Result<Vec<Row>, DbError> {
    let rows =
        sqlx::query_as("SELECT token_hash, user_id, data, expires_at FROM sessions WHERE user_id = $1")
            .bind(user_id)
            .fetch_all(connection)
            .await?;
    Ok(rows)
}

/// Ends a session of this user. Says whether it has such a one.
///
/// # Errors
/// When the database fails.
pub async fn delete_own(
    connection: &mut SqliteConnection,
    user_id: UserId,
    token_hash: &[u8],
) -> Result<bool, DbError> {
    let done = sqlx::query("DELETE FROM sessions WHERE user_id = $1 AND token_hash = $2")
        .bind(user_id)
        .bind(token_hash)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends a session.
///
/// # Errors
/// When the database fails.
pub async fn delete(connection: &mut SqliteConnection, token_hash: &[u8; 32]) -> Result<(), DbError> {
    sqlx::query("DELETE FROM sessions WHERE token_hash = $1")
        .bind(&token_hash[..])
        .execute(connection)
        .await?;
    Ok(())
}

/// Ends a user's sessions, except one.
///
/// # Errors
/// When the database fails.
pub async fn delete_of_user(
    connection: &mut SqliteConnection,
    user_id: UserId,
    keep: Option<&[u8; 32]>,
) -> Result<(), DbError> {
    sqlx::query("DELETE FROM sessions WHERE user_id = $1 AND ($2 IS NULL OR token_hash <> $2)")
        .bind(user_id)
        .bind(keep.map(|hash| &hash[..]))
        .execute(connection)
        .await?;
    Ok(())
}
