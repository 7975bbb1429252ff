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
    /// Its text, as the user gave it (already found to be a secret).
    pub text: SecretString,
    /// Unix ms.
    pub created_at: i64,
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
    let text = secret.text.expose_secret();
    sqlx::query(
        "INSERT INTO secrets (id, endpoint_id, label, hint, format, sealed, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(secret.id)
    .bind(secret.endpoint_id)
    .bind(&secret.label)
    .bind(hint(text))
    .bind(secret.format.as_str())
    .bind(key.seal(secret.id.0.as_bytes(), text.as_bytes())?)
    .bind(secret.created_at)
    .execute(&mut *connection)
    .await?;
    bump_revision(connection).await
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
        })
    }
}

fn parse_format(text: &str) -> Result<SecretFormat, DbError> {
    text.parse().map_err(|_| DbError::Corrupt { column: "secrets.format", detail: text.to_owned() })
}

/// Secrets of an endpoint, newest first, without their values.
///
/// # Errors
/// When the database fails.
pub async fn list(
    connection: &mut SqliteConnection,
    endpoint_id: EndpointId,
) -> Result<Vec<SecretInfo>, DbError> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT id, endpoint_id, label, hint, format, created_at, expires_at, revoked_at FROM secrets \
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
    /// Its text.
    pub text: SecretString,
}

/// Every secret that is not revoked, opened.
///
/// # Errors
/// When the database fails or a seal does not open.
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
        "SELECT id, endpoint_id, label, hint, format, created_at, expires_at, revoked_at, sealed FROM secrets \
         WHERE revoked_at IS NULL ORDER BY created_at DESC, id DESC",
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|Sealed { row, sealed }| {
            let plain = key.open(row.id.0.as_bytes(), &sealed)?;
            let text = String::from_utf8(plain.to_vec())
                .map_err(|e| DbError::Corrupt { column: "secrets.sealed", detail: e.to_string() })?;
            Ok(OpenSecret { endpoint_id: row.endpoint_id, info: row.into_info()?, text: text.into() })
        })
        .collect()
}
