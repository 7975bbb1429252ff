//! API tokens. Each is read with its owner as it is now.

use super::{Connection, DbError};
use crate::model::{
    ids::{TokenId, UserId},
    token::{ApiToken, Owner, Scope},
    user::Role,
};
use sqlx::FromRow;

macro_rules! tokens {
    ($rest:literal) => {
        concat!(
            "SELECT t.id, t.name, t.hint, t.role, t.scopes, t.endpoint_ids, t.created_at, t.created_by, t.owner_id, \
             u.email AS owner_email, u.role AS owner_role, u.disabled_at AS owner_disabled_at, t.expires_at, \
             t.last_used_at, t.last_used_from, t.revoked_at \
             FROM tokens t LEFT JOIN users u ON u.id = t.owner_id ",
            $rest
        )
    };
}

#[derive(FromRow)]
struct Row {
    #[sqlx(flatten)]
    token: ApiToken,
    scopes: String,
    endpoint_ids: Option<String>,
    owner_id: Option<UserId>,
    owner_email: Option<String>,
    owner_role: Option<Role>,
    owner_disabled_at: Option<i64>,
}

impl From<Row> for ApiToken {
    fn from(row: Row) -> Self {
        let is_disabled = row.owner_disabled_at.is_some();
        let owner = row.owner_id.zip(row.owner_email).zip(row.owner_role);
        Self {
            // A word of a later version opens nothing here.
            scopes: row.scopes.split(' ').filter_map(|word| word.parse().ok()).collect(),
            // What cannot be read names no endpoint: it must never widen.
            endpoints: row.endpoint_ids.map(|ids| serde_json::from_str(&ids).unwrap_or_default()),
            owner: owner.map(|((id, email), role)| Owner { id, email, role, is_disabled }),
            ..row.token
        }
    }
}

/// Adds a token by the SHA-256 of its text. Says whether it did: its owner must be there and enabled.
///
/// # Errors
/// Unique constraint `tokens.name`, or when the database fails.
pub async fn insert(connection: &mut Connection, token: &ApiToken, hash: &[u8; 32]) -> Result<bool, DbError> {
    let endpoints = token.endpoints.as_ref().map(serde_json::to_string).transpose();
    let done = connection
        .sql(
            "INSERT INTO tokens (id, name, hash, hint, role, scopes, endpoint_ids, created_at, created_by, owner_id, expires_at) \
             SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 \
             WHERE $10 IS NULL OR EXISTS (SELECT 1 FROM users WHERE id = $10 AND disabled_at IS NULL)",
        )
        .bind(token.id)
        .bind(&token.name)
        .bind(&hash[..])
        .bind(&token.hint)
        .bind(token.role)
        .bind(Scope::words(&token.scopes))
        // A plain list of ids: it always can be written.
        .bind(endpoints.unwrap_or_else(|_| Some("[]".to_owned())))
        .bind(token.created_at)
        .bind(&token.created_by)
        .bind(token.owner.as_ref().map(|owner| owner.id))
        .bind(token.expires_at)
        .run()
        .await?;
    Ok(done == 1)
}

fn read(rows: Vec<Row>) -> Vec<ApiToken> {
    rows.into_iter().map(ApiToken::from).collect()
}

/// Every token, those of use first, then by name.
pub async fn list(connection: &mut Connection) -> Result<Vec<ApiToken>, DbError> {
    connection.sql(tokens!("ORDER BY t.revoked_at IS NOT NULL, t.name")).all().await.map(read)
}

/// The token whose text has this SHA-256. It may be revoked or expired.
pub async fn by_hash(connection: &mut Connection, hash: &[u8; 32]) -> Result<Option<ApiToken>, DbError> {
    let row: Option<Row> = connection.sql(tokens!("WHERE t.hash = $1")).bind(&hash[..]).optional().await?;
    Ok(row.map(ApiToken::from))
}

/// How many tokens that are neither revoked nor expired each owner has.
pub async fn count_by_owner(connection: &mut Connection, now: i64) -> Result<Vec<(UserId, i64)>, DbError> {
    connection
        .sql(
            "SELECT owner_id, count(*) FROM tokens WHERE owner_id IS NOT NULL AND revoked_at IS NULL \
             AND (expires_at IS NULL OR expires_at > $1) GROUP BY owner_id",
        )
        .bind(now)
        .all()
        .await
}

/// Records that a token was used, and from where.
pub async fn note_use(
    connection: &mut Connection,
    id: TokenId,
    now: i64,
    from: Option<&str>,
) -> Result<(), DbError> {
    connection
        .sql("UPDATE tokens SET last_used_at = $2, last_used_from = coalesce($3, last_used_from) WHERE id = $1")
        .bind(id)
        .bind(now)
        .bind(from)
        .run()
        .await?;
    Ok(())
}

/// Revokes a token forever. Says its name; none when there is no such one, or it was revoked.
pub async fn revoke(connection: &mut Connection, id: TokenId, now: i64) -> Result<Option<String>, DbError> {
    connection
        .sql("UPDATE tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING name")
        .bind(id)
        .bind(now)
        .optional_scalar()
        .await
}

/// Revokes the tokens of an owner forever. Says id and name of those that were of use until now.
pub async fn revoke_of(
    connection: &mut Connection,
    owner: UserId,
    now: i64,
) -> Result<Vec<(TokenId, String)>, DbError> {
    let revoked: Vec<(TokenId, String, Option<i64>)> = connection
        .sql(
            "UPDATE tokens SET revoked_at = $2 WHERE owner_id = $1 AND revoked_at IS NULL RETURNING id, name, expires_at",
        )
        .bind(owner)
        .bind(now)
        .all()
        .await?;
    Ok(revoked
        .into_iter()
        .filter(|(.., ends)| ends.is_none_or(|at| now < at))
        .map(|(id, name, _)| (id, name))
        .collect())
}

#[cfg(test)]
mod tests;
