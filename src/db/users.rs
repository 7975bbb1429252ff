//! Users.

use super::{Connection, DbError};
use crate::model::{
    ids::UserId,
    user::{Role, User},
};
use sqlx::FromRow;

/// Every user, by e-mail.
pub async fn list(connection: &mut Connection) -> Result<Vec<User>, DbError> {
    connection
        .sql("SELECT id, email, role, disabled_at, created_at, last_login_at FROM users ORDER BY email")
        .all()
        .await
}

/// Whether there is any.
pub async fn any(connection: &mut Connection) -> Result<bool, DbError> {
    connection.sql("SELECT EXISTS (SELECT 1 FROM users)").scalar().await
}

/// What a login is checked against.
#[derive(Clone, Debug, FromRow)]
pub struct Credentials {
    /// The user.
    #[sqlx(flatten)]
    pub user: User,
    /// PHC string of the password.
    #[sqlx(rename = "password_hash")]
    pub hash: String,
    /// Failed logins before this moment (unix ms) do not count.
    pub unlocked_at: Option<i64>,
}

/// The user with this e-mail, and what its logins are checked against.
pub async fn credentials(connection: &mut Connection, email: &str) -> Result<Option<Credentials>, DbError> {
    connection
        .sql(
            "SELECT id, email, role, disabled_at, created_at, last_login_at, password_hash, unlocked_at \
             FROM users WHERE email = $1",
        )
        .bind(email)
        .optional()
        .await
}

/// The user with this e-mail, and the hash of the password.
pub async fn with_hash(connection: &mut Connection, email: &str) -> Result<Option<(User, String)>, DbError> {
    Ok(credentials(connection, email).await?.map(|found| (found.user, found.hash)))
}

/// The user as it is now.
pub async fn by_id(connection: &mut Connection, id: UserId) -> Result<Option<User>, DbError> {
    connection
        .sql("SELECT id, email, role, disabled_at, created_at, last_login_at FROM users WHERE id = $1")
        .bind(id)
        .optional()
        .await
}

/// Whether a user who was checked against this hash may still come in: it is enabled, and the password is the same.
pub async fn still_has(connection: &mut Connection, id: UserId, hash: &str) -> Result<bool, DbError> {
    connection
        .sql("SELECT EXISTS (SELECT 1 FROM users WHERE id = $1 AND password_hash = $2 AND disabled_at IS NULL)")
        .bind(id)
        .bind(hash)
        .scalar()
        .await
}

/// Adds a user.
///
/// # Errors
/// Unique constraint `users.email`, or when the database fails.
pub async fn insert(connection: &mut Connection, user: &User, hash: &str) -> Result<(), DbError> {
    connection
        .sql("INSERT INTO users (id, email, password_hash, role, created_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(user.id)
        .bind(&user.email)
        .bind(hash)
        .bind(user.role)
        .bind(user.created_at)
        .run()
        .await?;
    Ok(())
}

/// Records a login, and a better hash if there is one.
pub async fn note_login(
    connection: &mut Connection,
    id: UserId,
    now: i64,
    newer_hash: Option<&str>,
) -> Result<(), DbError> {
    connection
        .sql("UPDATE users SET last_login_at = $2, password_hash = coalesce($3, password_hash) WHERE id = $1")
        .bind(id)
        .bind(now)
        .bind(newer_hash)
        .run()
        .await?;
    Ok(())
}

/// Whether an admin besides this user can log in.
pub async fn has_other_admin(connection: &mut Connection, id: UserId) -> Result<bool, DbError> {
    connection
        .sql("SELECT EXISTS (SELECT 1 FROM users WHERE role = 'admin' AND disabled_at IS NULL AND id <> $1)")
        .bind(id)
        .scalar()
        .await
}

/// Changes a user, and reads it as it is then.
macro_rules! changed {
    ($set:literal) => {
        concat!(
            "UPDATE users SET ",
            $set,
            " WHERE id = $1 RETURNING id, email, role, disabled_at, created_at, last_login_at"
        )
    };
}

/// Sets the role; returns the user as it is then.
pub async fn set_role(connection: &mut Connection, id: UserId, role: Role) -> Result<Option<User>, DbError> {
    connection.sql(changed!("role = $2")).bind(id).bind(role).optional().await
}

/// Disables or enables; returns the user as it is then.
pub async fn set_disabled(
    connection: &mut Connection,
    id: UserId,
    disabled_at: Option<i64>,
) -> Result<Option<User>, DbError> {
    connection.sql(changed!("disabled_at = $2")).bind(id).bind(disabled_at).optional().await
}

/// Lets failed logins before `now` (unix ms) not count. Returns the user.
pub async fn unlock(connection: &mut Connection, id: UserId, now: i64) -> Result<Option<User>, DbError> {
    connection.sql(changed!("unlocked_at = $2")).bind(id).bind(now).optional().await
}

/// Sets the hash of the password. Says whether there is such a user.
pub async fn set_password(connection: &mut Connection, id: UserId, hash: &str) -> Result<bool, DbError> {
    let done =
        connection.sql("UPDATE users SET password_hash = $2 WHERE id = $1").bind(id).bind(hash).run().await?;
    Ok(done == 1)
}
