//! Signing secrets, sealed under the master key.

use super::{
    Connection, DbError,
    counts::{self, Ask, By, Measure},
    key::{must_fit, open_text},
    revision,
};
use crate::{
    crypto::MasterKey,
    model::{
        endpoint::SecretInfo,
        ids::{EndpointId, SecretId},
        scheme::SecretFormat,
    },
};
use secrecy::{ExposeSecret, SecretString};
use sqlx::FromRow;

/// A secret to be stored.
#[derive(Debug)]
pub struct NewSecret {
    /// Also the associated data of the seal.
    pub id: SecretId,
    /// Whose it is.
    pub endpoint_id: EndpointId,
    /// What people call it.
    pub label: String,
    /// How its text is read.
    pub format: SecretFormat,
    /// The secret itself (already found to be one), or where it is kept.
    pub kept: Kept,
    /// Unix ms.
    pub created_at: i64,
    /// As the audit log names people.
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
pub async fn insert(connection: &mut Connection, key: &MasterKey, secret: &NewSecret) -> Result<(), DbError> {
    must_fit(connection, key).await?;
    let (sealed, hint, reference) = match &secret.kept {
        Kept::Here(text) => {
            let text = text.expose_secret();
            (key.seal(secret.id.0.as_bytes(), text.as_bytes())?, hint(text), None)
        }
        // Not even the end of a secret that someone else keeps is recorded.
        Kept::Elsewhere(reference) => (Vec::new(), String::new(), Some(reference)),
    };
    connection
        .sql(
            "INSERT INTO secrets (id, endpoint_id, label, hint, format, sealed, created_at, created_by, reference) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(secret.id)
        .bind(secret.endpoint_id)
        .bind(&secret.label)
        .bind(hint)
        .bind(secret.format)
        .bind(sealed)
        .bind(secret.created_at)
        .bind(&secret.created_by)
        .bind(reference)
        .run()
        .await?;
    revision::bump(connection).await
}

/// Lets every secret of the endpoint that has no end (or a later one) end at `until`. Says how many.
pub async fn expire_active(
    connection: &mut Connection,
    endpoint_id: EndpointId,
    until: i64,
) -> Result<u64, DbError> {
    let done = connection
        .sql(
            "UPDATE secrets SET expires_at = $2 \
             WHERE endpoint_id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)",
        )
        .bind(endpoint_id)
        .bind(until)
        .run()
        .await?;
    revision::bump(connection).await?;
    Ok(done)
}

/// Moves a secret's end; none: it has none.
pub async fn set_end(connection: &mut Connection, id: SecretId, until: Option<i64>) -> Result<(), DbError> {
    connection.sql("UPDATE secrets SET expires_at = $2 WHERE id = $1").bind(id).bind(until).run().await?;
    revision::bump(connection).await
}

/// Revokes a secret. Says whether it was not revoked until now.
pub async fn revoke(connection: &mut Connection, id: SecretId, now: i64) -> Result<bool, DbError> {
    let done = connection
        .sql("UPDATE secrets SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL")
        .bind(id)
        .bind(now)
        .run()
        .await?;
    revision::bump(connection).await?;
    Ok(done == 1)
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
    connection: &mut Connection,
    endpoint_id: EndpointId,
    since_minute: i64,
) -> Result<Vec<Usage>, DbError> {
    let own: Vec<SecretId> =
        connection.sql("SELECT id FROM secrets WHERE endpoint_id = $1").bind(endpoint_id).scalars().await?;
    // As far back as minutes are kept.
    let last = counts::last_of_each(connection, Measure::Verified, since_minute - 89 * 24 * 60).await?;
    let recent = Ask::new(&[Measure::Verified], (since_minute, i64::MAX));
    let recent = recent.sums(connection, &[By::Object]).await?;
    let usage = last.into_iter().filter(|(id, _)| own.contains(&SecretId(*id))).map(|(id, last_minute)| {
        let recent = recent.iter().filter(|sum| sum.of == id).map(|sum| sum.count).sum();
        Usage { secret_id: SecretId(id), last_minute, recent }
    });
    Ok(usage.collect())
}

/// The last four characters; none of a secret so short that they would give it away.
fn hint(text: &str) -> String {
    let chars: Vec<char> = text.trim().chars().collect();
    if chars.len() < 16 { String::new() } else { chars[chars.len() - 4..].iter().collect() }
}

macro_rules! secrets {
    ($rest:literal) => {
        concat!(
            "SELECT id, endpoint_id, label, hint, format, created_at, expires_at, revoked_at, created_by, reference, \
             sealed FROM secrets ",
            $rest,
            " ORDER BY created_at DESC, id DESC"
        )
    };
}

/// Secrets of an endpoint, newest first, without their values.
pub async fn list(connection: &mut Connection, endpoint_id: EndpointId) -> Result<Vec<SecretInfo>, DbError> {
    connection.sql(secrets!("WHERE endpoint_id = $1")).bind(endpoint_id).all().await
}

/// A secret with its value, for verification and for signing test events.
#[derive(Debug)]
pub struct OpenSecret {
    /// Whose it is.
    pub endpoint_id: EndpointId,
    /// What everybody may see of it.
    pub info: SecretInfo,
    /// Its text; none when it is kept elsewhere.
    pub text: Option<SecretString>,
}

/// Every secret, opened, newest first; those that were revoked too.
///
/// # Errors
/// When the database fails or a seal does not open.
pub async fn open_all(connection: &mut Connection, key: &MasterKey) -> Result<Vec<OpenSecret>, DbError> {
    #[derive(FromRow)]
    struct Sealed {
        endpoint_id: EndpointId,
        #[sqlx(flatten)]
        info: SecretInfo,
        sealed: Vec<u8>,
    }
    let all: Vec<Sealed> = connection.sql(secrets!("")).all().await?;
    let open = |Sealed { endpoint_id, info, sealed }: Sealed| {
        let text = match info.reference {
            Some(_) => None,
            None => Some(open_text(key, info.id.0, &sealed, "secrets.sealed")?),
        };
        Ok(OpenSecret { endpoint_id, info, text })
    };
    all.into_iter().map(open).collect()
}
