//! Users.

use super::DbError;
use crate::model::{
    ids::UserId,
    user::{Role, User},
};
use sqlx::{FromRow, SqliteConnection};

#[derive(FromRow)]
pub(super) struct Row {
    id: UserId,
    email: String,
    role: Role,
    disabled_at: Option<i64>,
    created_at: i64,
    last_login_at: Option<i64>,
}

impl From<Row> for User {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            email: row.email,
            role: row.role,
            disabled_at: row.disabled_at,
            created_at: row.created_at,
            last_login_at: row.last_login_at,
        }
    }
}

/// Every user, by e-mail.
pub async fn list(connection: &mut SqliteConnection) -> Result<Vec<User>, DbError> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT id, email, role, disabled_at, created_at, last_login_at FROM users ORDER BY email",
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(User::from).collect())
}

/// Whether there is any.
pub async fn any(connection: &mut SqliteConnection) -> Result<bool, DbError> {
    Ok(sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM users)").fetch_one(connection).await?)
}

/// What a login is checked against.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The user.
    pub user: User,
    /// PHC string of the password.
    pub hash: String,
    /// Failed logins before this moment (unix ms) do not count.
    pub unlocked_at: Option<i64>,
}

/// The user with this e-mail, and what its logins are checked against.
pub async fn credentials(
    connection: &mut SqliteConnection,
    email: &str,
) -> Result<Option<Credentials>, DbError> {
    #[derive(FromRow)]
    struct WithHash {
        #[sqlx(flatten)]
        user: Row,
        password_hash: String,
        unlocked_at: Option<i64>,
    }
    let row: Option<WithHash> = sqlx::query_as(
        "SELECT id, email, role, disabled_at, created_at, last_login_at, password_hash, unlocked_at \
         FROM users WHERE email = $1",
    )
    .bind(email)
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Credentials {
        user: row.user.into(),
        hash: row.password_hash,
        unlocked_at: row.unlocked_at,
    }))
}

/// The user with this e-mail, and the hash of the password.
pub async fn with_hash(
    connection: &mut SqliteConnection,
    email: &str,
) -> Result<Option<(User, String)>, DbError> {
    Ok(credentials(connection, email).await?.map(|found| (found.user, found.hash)))
}

/// The user as it is now.
pub async fn by_id(connection: &mut SqliteConnection, id: UserId) -> Result<Option<User>, DbError> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT id, email, role, disabled_at, created_at, last_login_at FROM users WHERE id = $1",
    )
    .bind(id)
    .fetch_optional(connection)
    .await?;
    Ok(row.map(User::from))
}

/// Whether a user who was checked against this hash may still come in: it is enabled, and the password is the same.
pub async fn still_has(connection: &mut SqliteConnection, id: UserId, hash: &str) -> Result<bool, DbError> {
    let found = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM users WHERE id = $1 AND password_hash = $2 AND disabled_at IS NULL)",
    )
    .bind(id)
    .bind(hash)
    .fetch_one(connection)
    .await?;
    Ok(found)
}

/// Adds a user.
///
/// # Errors
/// Unique constraint `users.email`, or when the database fails.
pub async fn insert(connection: &mut SqliteConnection, user: &User, hash: &str) -> Result<(), DbError> {
    sqlx::query("INSERT INTO users (id, email, password_hash, role, created_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(user.id)
        .bind(&user.email)
        .bind(hash)
        .bind(user.role)
        .bind(user.created_at)
        .execute(connection)
        .await?;
    Ok(())
}

/// Writes down a login, and a better hash if there is one.
pub async fn note_login(
    connection: &mut SqliteConnection,
    id: UserId,
    now: i64,
    newer_hash: Option<&str>,
) -> Result<(), DbError> {
    sqlx::query(
        "UPDATE users SET last_login_at = $2, password_hash = coalesce($3, password_hash) WHERE id = $1",
    )
    .bind(id)
    .bind(now)
    .bind(newer_hash)
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether an admin besides this user can log in.
pub async fn has_other_admin(connection: &mut SqliteConnection, id: UserId) -> Result<bool, DbError> {
    let found = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM users WHERE role = 'admin' AND disabled_at IS NULL AND id <> $1)",
    )
    .bind(id)
    .fetch_one(connection)
    .await?;
    Ok(found)
}

/// Sets the role; returns the user as it is then.
pub async fn set_role(
    connection: &mut SqliteConnection,
    id: UserId,
    role: Role,
) -> Result<Option<User>, DbError> {
    let row: Option<Row> = sqlx::query_as(
        "UPDATE users SET role = $2 WHERE id = $1 RETURNING id, email, role, disabled_at, created_at, last_login_at",
    )
    .bind(id)
    .bind(role)
    .fetch_optional(connection)
    .await?;
    Ok(row.map(User::from))
}

/// Disables or enables; returns the user as it is then.
pub async fn set_disabled(
    connection: &mut SqliteConnection,
    id: UserId,
    disabled_at: Option<i64>,
) -> Result<Option<User>, DbError> {
    let row: Option<Row> = sqlx::query_as(
        "UPDATE users SET disabled_at = $2 WHERE id = $1 \
         RETURNING id, email, role, disabled_at, created_at, last_login_at",
    )
    .bind(id)
    .bind(disabled_at)
    .fetch_optional(connection)
    .await?;
    Ok(row.map(User::from))
}

/// Lets failed logins before `now` (unix ms) not count. Returns the user.
pub async fn unlock(
    connection: &mut SqliteConnection,
    id: UserId,
    now: i64,
) -> Result<Option<User>, DbError> {
    let row: Option<Row> = sqlx::query_as(
        "UPDATE users SET unlocked_at = $2 WHERE id = $1 \
         RETURNING id, email, role, disabled_at, created_at, last_login_at",
    )
    .bind(id)
    .bind(now)
    .fetch_optional(connection)
    .await?;
    Ok(row.map(User::from))
}

/// Sets the hash of the password. Says whether there is such a user.
pub async fn set_password(
    connection: &mut SqliteConnection,
    id: UserId,
    hash: &str,
) -> Result<bool, DbError> {
    let done = sqlx::query("UPDATE users SET password_hash = $2 WHERE id = $1")
        .bind(id)
        .bind(hash)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}
