//! Signing secrets, sealed under the master key.

use super::{DbError, endpoints::bump_revision};
use crate::{
    crypto::MasterKey,
    model::{
        endpoint::SecretInfo,
        ids::{EndpointId, SecretId},
        scheme::SecretFormat,
    },
};
use secrecy::{ExposeSecret, SecretString};
use sqlx::{FromRow, SqliteConnection};

/// A secret to be stored.
#[derive(Debug)]
pub struct NewSecret {
    /// Its id; also the associated data of the seal.
    pub id: SecretId,
    /// The endpoint it belongs to.
    pub endpoint_id: EndpointId,
    /// What people call it.
    pub label: String,
    /// How its text is read.
    pub format: SecretFormat,
    /// The secret itself (already found to be one), or where it is kept.
    pub kept: Kept,
    /// Unix ms.
    pub created_at: i64,
    /// Who adds it.
    pub created_by: String,
}

/// Where a secret is kept.
#[derive(Debug)]
pub enum Kept {
    /// Sealed in the database.
    Here(SecretString),
    /// Elsewhere: `env:NAME` or `file:/path`.
    Elsewhere(String),
}

/// Stores a secret.
///
/// # Errors
/// When the database fails or the system has no randomness.
pub async fn insert(
    connection: &mut SqliteConnection,
    key: &MasterKey,
    secret: &NewSecret,
) -> Result<(), DbError> {
    super::key::must_fit(connection, key).await?;
    let (sealed, hint, reference) = match &secret.kept {
        Kept::Here(text) => {
            let text = text.expose_secret();
            (key.seal(secret.id.0.as_bytes(), text.as_bytes())?, hint(text), None)
        }
        // Not even the end of a secret that someone else keeps is written down.
        Kept::Elsewhere(reference) => (Vec::new(), String::new(), Some(reference)),
    };
    sqlx::query(
        "INSERT INTO secrets (id, endpoint_id, label, hint, format, sealed, created_at, created_by, reference) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(secret.id)
    .bind(secret.endpoint_id)
    .bind(&secret.label)
    .bind(hint)
    .bind(secret.format.as_str())
    .bind(sealed)
    .bind(secret.created_at)
    .bind(&secret.created_by)
    .bind(reference)
    .execute(&mut *connection)
    .await?;
    bump_revision(connection).await
}

/// Lets every secret of the endpoint that has no end (or a later one) end at `until`. Says how many.
pub async fn expire_active(
    connection: &mut SqliteConnection,
    endpoint_id: EndpointId,
    until: i64,
) -> Result<u64, DbError> {
    let done = sqlx::query(
        "UPDATE secrets SET expires_at = $2 \
         WHERE endpoint_id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)",
    )
    .bind(endpoint_id)
    .bind(until)
    .execute(&mut *connection)
    .await?;
    bump_revision(connection).await?;
    Ok(done.rows_affected())
}

/// Moves a secret's end; none: it has none.
pub async fn set_end(
    connection: &mut SqliteConnection,
    id: SecretId,
    until: Option<i64>,
) -> Result<(), DbError> {
    sqlx::query("UPDATE secrets SET expires_at = $2 WHERE id = $1")
        .bind(id)
        .bind(until)
        .execute(&mut *connection)
        .await?;
    bump_revision(connection).await
}

/// Revokes a secret. Says whether it was not revoked until now.
pub async fn revoke(connection: &mut SqliteConnection, id: SecretId, now: i64) -> Result<bool, DbError> {
    let done = sqlx::query("UPDATE secrets SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL")
        .bind(id)
        .bind(now)
        .execute(&mut *connection)
        .await?;
    bump_revision(connection).await?;
    Ok(done.rows_affected() == 1)
}

/// How much a secret is used.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Usage {
    /// The secret.
    pub secret_id: SecretId,
    /// The last minute in which a delivery was verified with it (unix minutes).
    pub last_minute: i64,
    /// Deliveries verified with it since the minute asked about.
    pub recent: i64,
}

/// Use of each secret of an endpoint that was ever used, counting from `since_minute`.
pub async fn usage(
    connection: &mut SqliteConnection,
    endpoint_id: EndpointId,
    since_minute: i64,
) -> Result<Vec<Usage>, DbError> {
    let rows = sqlx::query_as(
        "SELECT m.secret_id, max(m.minute) AS last_minute, \
         sum(CASE WHEN m.minute >= $2 THEN m.count ELSE 0 END) AS recent \
         FROM secrets s JOIN secret_minutes m ON m.secret_id = s.id WHERE s.endpoint_id = $1 GROUP BY m.secret_id",
    )
    .bind(endpoint_id)
    .bind(since_minute)
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// The last four characters; none of a secret so short that they would give it away.
fn hint(text: &str) -> String {
    let chars: Vec<char> = text.trim().chars().collect();
    if chars.len() < 16 { String::new() } else { chars[chars.len() - 4..].iter().collect() }
}

#[derive(FromRow)]
struct Row {
    id: SecretId,
    endpoint_id: EndpointId,
    label: String,
    hint: String,
    format: String,
    created_at: i64,
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
    created_by: Option<String>,
    reference: Option<String>,
}

impl Row {
    fn into_info(self) -> Result<SecretInfo, DbError> {
        Ok(SecretInfo {
            id: self.id,
            label: self.label,
            hint: self.hint,
            format: parse_format(&self.format)?,
            created_at: self.created_at,
            expires_at: self.expires_at,
            revoked_at: self.revoked_at,
            created_by: self.created_by,
            reference: self.reference,
        })
    }
}

fn parse_format(text: &str) -> Result<SecretFormat, DbError> {
    text.parse().map_err(|_| DbError::Corrupt { column: "secrets.format", detail: text.to_owned() })
}

/// Secrets of an endpoint, newest first, without their values.
pub async fn list(
    connection: &mut SqliteConnection,
    endpoint_id: EndpointId,
) -> Result<Vec<SecretInfo>, DbError> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT id, endpoint_id, label, hint, format, created_at, expires_at, revoked_at, created_by, reference FROM secrets \
         WHERE endpoint_id = $1 ORDER BY created_at DESC, id DESC",
    )
    .bind(endpoint_id)
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Row::into_info).collect()
}

/// A secret with its value, for verification and for signing test events.
#[derive(Debug)]
pub struct OpenSecret {
    /// The endpoint it belongs to.
    pub endpoint_id: EndpointId,
    /// The rest of what is known of it.
    pub info: SecretInfo,
    /// Its text; none when it is kept elsewhere.
    pub text: Option<SecretString>,
}

/// Every secret, opened, newest first; those that were revoked too.
pub async fn open_all(
    connection: &mut SqliteConnection,
    key: &MasterKey,
) -> Result<Vec<OpenSecret>, DbError> {
    #[derive(FromRow)]
    struct Sealed {
        #[sqlx(flatten)]
        row: Row,
        sealed: Vec<u8>,
    }
    let rows: Vec<Sealed> = sqlx::query_as(
        "SELECT id, endpoint_id, label, hint, format, created_at, expires_at, revoked_at, created_by, reference, sealed \
         FROM secrets ORDER BY created_at DESC, id DESC",
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|Sealed { row, sealed }| {
            let text = match row.reference {
                Some(_) => None,
                None => Some(open(key, row.id, &sealed)?),
            };
            Ok(OpenSecret { endpoint_id: row.endpoint_id, info: row.into_info()?, text })
        })
        .collect()
}

fn open(key: &MasterKey, id: SecretId, sealed: &[u8]) -> Result<SecretString, DbError> {
    let plain = key.open(id.0.as_bytes(), sealed)?;
    String::from_utf8(plain.to_vec())
        .map(Into::into)
        .map_err(|e| DbError::Corrupt { column: "secrets.sealed", detail: e.to_string() })
}
