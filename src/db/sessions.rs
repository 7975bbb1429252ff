//! Sessions, by the hash of their token, and what they keep until it was shown once.

use super::{Connection, DbError};
use crate::model::{ids::UserId, time::HOUR_MS, user::User};
use sqlx::FromRow;

/// What is to be shown once is not kept longer than this, ms: who has not looked by then makes it again.
const SHOWN_WITHIN_MS: i64 = HOUR_MS;

#[derive(Clone, Debug, FromRow)]
pub struct Session {
    /// SHA-256 of the token.
    pub token_hash: Vec<u8>,
    pub user_id: UserId,
    /// Unix ms.
    pub began_at: i64,
    /// When the person last used it, unix ms, to within a few minutes.
    pub seen_at: i64,
    /// The client's address at the login.
    pub client: String,
    /// When the row can go, unix ms.
    pub expires_at: i64,
}

/// Adds a session.
///
/// # Errors
/// When there is one with this hash, or the database fails.
pub async fn insert(connection: &mut Connection, session: &Session) -> Result<(), DbError> {
    connection
        .sql(
            "INSERT INTO sessions (token_hash, user_id, began_at, seen_at, client, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(&session.token_hash)
        .bind(session.user_id)
        .bind(session.began_at)
        .bind(session.seen_at)
        .bind(&session.client)
        .bind(session.expires_at)
        .run()
        .await?;
    Ok(())
}

/// Gives a session another token. Says whether it is still there: one that was ended meanwhile stays ended.
pub async fn renew(
    connection: &mut Connection,
    old_hash: &[u8; 32],
    new_hash: &[u8; 32],
) -> Result<bool, DbError> {
    let done = connection
        .sql("UPDATE sessions SET token_hash = $2 WHERE token_hash = $1")
        .bind(&old_hash[..])
        .bind(&new_hash[..])
        .run()
        .await?;
    Ok(done == 1)
}

/// Records that the person used a session.
pub async fn note_use(connection: &mut Connection, token_hash: &[u8; 32], now: i64) -> Result<(), DbError> {
    connection
        .sql("UPDATE sessions SET seen_at = $2 WHERE token_hash = $1")
        .bind(&token_hash[..])
        .bind(now)
        .run()
        .await?;
    Ok(())
}

/// When the row of a session can go, unix ms; none: there is no such session.
pub async fn end_of(connection: &mut Connection, token_hash: &[u8; 32]) -> Result<Option<i64>, DbError> {
    connection
        .sql("SELECT expires_at FROM sessions WHERE token_hash = $1")
        .bind(&token_hash[..])
        .optional_scalar()
        .await
}

/// The session with this hash and its user.
pub async fn user_of(
    connection: &mut Connection,
    token_hash: &[u8; 32],
) -> Result<Option<(Session, User)>, DbError> {
    #[derive(FromRow)]
    struct WithUser {
        #[sqlx(flatten)]
        session: Session,
        #[sqlx(flatten)]
        user: User,
    }
    let row: Option<WithUser> = connection
        .sql(
            "SELECT s.token_hash, s.user_id, s.began_at, s.seen_at, s.client, s.expires_at, \
             u.id, u.email, u.role, u.disabled_at, u.created_at, u.last_login_at \
             FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.token_hash = $1",
        )
        .bind(&token_hash[..])
        .optional()
        .await?;
    Ok(row.map(|row| (row.session, row.user)))
}

pub async fn of_user(connection: &mut Connection, user_id: UserId) -> Result<Vec<Session>, DbError> {
    connection
        .sql("SELECT token_hash, user_id, began_at, seen_at, client, expires_at FROM sessions WHERE user_id = $1")
        .bind(user_id)
        .all()
        .await
}

/// Ends a session of this user. Says from where it was begun; none: it has no such one.
pub async fn delete_own(
    connection: &mut Connection,
    user_id: UserId,
    token_hash: &[u8],
) -> Result<Option<String>, DbError> {
    connection
        .sql("DELETE FROM sessions WHERE user_id = $1 AND token_hash = $2 RETURNING client")
        .bind(user_id)
        .bind(token_hash)
        .optional_scalar()
        .await
}

/// Ends a session. Says whether there was one.
pub async fn delete(connection: &mut Connection, token_hash: &[u8; 32]) -> Result<bool, DbError> {
    let done =
        connection.sql("DELETE FROM sessions WHERE token_hash = $1").bind(&token_hash[..]).run().await?;
    Ok(done == 1)
}

/// Ends a user's sessions, except one. Says how many.
pub async fn delete_of_user(
    connection: &mut Connection,
    user_id: UserId,
    keep: Option<&[u8; 32]>,
) -> Result<u64, DbError> {
    connection
        .sql("DELETE FROM sessions WHERE user_id = $1 AND ($2 IS NULL OR token_hash <> $2)")
        .bind(user_id)
        .bind(keep.map(|hash| &hash[..]))
        .run()
        .await
}

/// Keeps a sealed secret for the page that shows it once. Says whether the session is still there.
pub async fn keep_once(
    connection: &mut Connection,
    token_hash: &[u8; 32],
    kind: &str,
    object: &str,
    sealed: &[u8],
    now: i64,
) -> Result<bool, DbError> {
    connection.sql("DELETE FROM shown_once WHERE made_at < $1").bind(now - SHOWN_WITHIN_MS).run().await?;
    let done = connection
        .sql(
            "INSERT INTO shown_once (session_hash, kind, object, sealed, made_at) \
             SELECT token_hash, $2, $3, $4, $5 FROM sessions WHERE token_hash = $1 \
             ON CONFLICT (session_hash, kind, object) DO UPDATE SET sealed = excluded.sealed, made_at = excluded.made_at",
        )
        .bind(&token_hash[..])
        .bind(kind)
        .bind(object)
        .bind(sealed)
        .bind(now)
        .run()
        .await?;
    Ok(done == 1)
}

/// The objects of this kind for which a session keeps something, the one made last first.
pub async fn kept_once(
    connection: &mut Connection,
    token_hash: &[u8; 32],
    kind: &str,
) -> Result<Vec<String>, DbError> {
    connection
        .sql("SELECT object FROM shown_once WHERE session_hash = $1 AND kind = $2 ORDER BY made_at DESC")
        .bind(&token_hash[..])
        .bind(kind)
        .scalars()
        .await
}

/// Takes a sealed secret out: of two requests at once one gets it.
pub async fn take_once(
    connection: &mut Connection,
    token_hash: &[u8; 32],
    kind: &str,
    object: &str,
    now: i64,
) -> Result<Option<Vec<u8>>, DbError> {
    let found: Option<(Vec<u8>, i64)> = connection
        .sql("DELETE FROM shown_once WHERE session_hash = $1 AND kind = $2 AND object = $3 RETURNING sealed, made_at")
        .bind(&token_hash[..])
        .bind(kind)
        .bind(object)
        .optional()
        .await?;
    Ok(found.filter(|(_, made_at)| *made_at >= now - SHOWN_WITHIN_MS).map(|(sealed, _)| sealed))
}
