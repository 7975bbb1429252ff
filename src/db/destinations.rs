//! Destinations.

use super::{DbError, endpoints::bump_revision, key::must_fit};
use crate::{
    crypto::MasterKey,
    model::{
        destination::Destination,
        ids::{DestinationId, EndpointId},
    },
};
use secrecy::{ExposeSecret, SecretString};
use sqlx::{FromRow, SqliteConnection};

#[derive(FromRow)]
struct Row {
    id: DestinationId,
    name: String,
    url: String,
    endpoint_ids: String,
    types: String,
    condition: Option<String>,
    headers: String,
    serving: String,
    old_until: Option<i64>,
    failures: i64,
    open_until: Option<i64>,
    paused_at: Option<i64>,
    paused_why: Option<String>,
    created_at: i64,
    sealed: Vec<u8>,
    old_sealed: Option<Vec<u8>>,
}

impl Row {
    fn into_destination(self) -> Result<Destination, DbError> {
        let corrupt =
            |column| move |error: serde_json::Error| DbError::Corrupt { column, detail: error.to_string() };
        let endpoint_ids: Vec<EndpointId> =
            serde_json::from_str(&self.endpoint_ids).map_err(corrupt("destinations.endpoint_ids"))?;
        let types = serde_json::from_str(&self.types).map_err(corrupt("destinations.types"))?;
        let serving = serde_json::from_str(&self.serving).map_err(corrupt("destinations.serving"))?;
        Ok(Destination {
            id: self.id,
            name: self.name,
            url: self.url,
            endpoint_ids,
            types,
            condition: self.condition,
            headers: self.headers,
            serving,
            old_until: self.old_until,
            failures: self.failures,
            open_until: self.open_until,
            paused_at: self.paused_at,
            paused_why: self.paused_why,
            created_at: self.created_at,
        })
    }
}

fn json(value: &impl serde::Serialize) -> String {
    // Plain lists and numbers: they always can be written.
    serde_json::to_string(value).unwrap_or_default()
}

/// Adds a destination with its signing secret.
///
/// # Errors
/// Unique constraint `destinations.name`, or when the database fails.
pub async fn insert(
    connection: &mut SqliteConnection,
    key: &MasterKey,
    destination: &Destination,
    secret: &SecretString,
    created_by: &str,
) -> Result<(), DbError> {
    must_fit(connection, key).await?;
    sqlx::query(
        "INSERT INTO destinations (id, name, url, endpoint_ids, types, condition, headers, serving, sealed, \
         created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(destination.id)
    .bind(&destination.name)
    .bind(&destination.url)
    .bind(json(&destination.endpoint_ids))
    .bind(json(&destination.types))
    .bind(&destination.condition)
    .bind(&destination.headers)
    .bind(json(&destination.serving))
    .bind(key.seal(destination.id.0.as_bytes(), secret.expose_secret().as_bytes())?)
    .bind(destination.created_at)
    .bind(created_by)
    .execute(&mut *connection)
    .await?;
    bump_revision(connection).await
}

/// Changes what a person can set: name, URL, what it gets, and how it is served. Says whether there is one.
///
/// # Errors
/// Unique constraint `destinations.name`, or when the database fails.
pub async fn update(connection: &mut SqliteConnection, changed: &Destination) -> Result<bool, DbError> {
    let done = sqlx::query(
        "UPDATE destinations SET name = $2, url = $3, endpoint_ids = $4, types = $5, condition = $6, headers = $7, \
         serving = $8 WHERE id = $1",
    )
    .bind(changed.id)
    .bind(&changed.name)
    .bind(&changed.url)
    .bind(json(&changed.endpoint_ids))
    .bind(json(&changed.types))
    .bind(&changed.condition)
    .bind(&changed.headers)
    .bind(json(&changed.serving))
    .execute(&mut *connection)
    .await?;
    bump_revision(connection).await?;
    Ok(done.rows_affected() == 1)
}

/// Gives a destination a new signing secret; the one until now signs too until `old_until`. Says whether there is one.
///
/// # Errors
/// When the database fails.
pub async fn rotate(
    connection: &mut SqliteConnection,
    key: &MasterKey,
    id: DestinationId,
    secret: &SecretString,
    old_until: i64,
) -> Result<bool, DbError> {
    must_fit(connection, key).await?;
    let done =
        sqlx::query("UPDATE destinations SET old_sealed = sealed, old_until = $3, sealed = $2 WHERE id = $1")
            .bind(id)
            .bind(key.seal(id.0.as_bytes(), secret.expose_secret().as_bytes())?)
            .bind(old_until)
            .execute(&mut *connection)
            .await?;
    bump_revision(connection).await?;
    Ok(done.rows_affected() == 1)
}

const SELECT: &str = "SELECT id, name, url, endpoint_ids, types, condition, headers, serving, old_until, failures, \
     open_until, paused_at, paused_why, created_at, sealed, old_sealed FROM destinations ORDER BY name";

/// Every destination, by name.
///
/// # Errors
/// When the database fails.
pub async fn list(connection: &mut SqliteConnection) -> Result<Vec<Destination>, DbError> {
    let rows: Vec<Row> = sqlx::query_as(SELECT).fetch_all(connection).await?;
    rows.into_iter().map(Row::into_destination).collect()
}

/// A destination with its secrets.
#[derive(Debug)]
pub struct Opened {
    /// It.
    pub destination: Destination,
    /// Signs what goes there.
    pub secret: SecretString,
    /// The one before, while it is kept.
    pub old: Option<SecretString>,
}

/// Every destination with its secrets.
///
/// # Errors
/// When the database fails or a seal does not open.
pub async fn open_all(connection: &mut SqliteConnection, key: &MasterKey) -> Result<Vec<Opened>, DbError> {
    let rows: Vec<Row> = sqlx::query_as(SELECT).fetch_all(connection).await?;
    rows.into_iter()
        .map(|row| {
            let open = |sealed: &[u8]| open(key, row.id, sealed);
            let (secret, old) = (open(&row.sealed)?, row.old_sealed.as_deref().map(open).transpose()?);
            Ok(Opened { destination: row.into_destination()?, secret, old })
        })
        .collect()
}

fn open(key: &MasterKey, id: DestinationId, sealed: &[u8]) -> Result<SecretString, DbError> {
    let plain = key.open(id.0.as_bytes(), sealed)?;
    let text = String::from_utf8(plain.to_vec())
        .map_err(|e| DbError::Corrupt { column: "destinations.sealed", detail: e.to_string() })?;
    Ok(text.into())
}

/// Counts a failure in a row, or forgets them after a success (`open_until` is for the former). The list of destinations
/// in memory does not know of it: it is asked for with what is due.
///
/// # Errors
/// When the database fails.
pub async fn note_failures(
    connection: &mut SqliteConnection,
    id: DestinationId,
    failures: i64,
    open_until: Option<i64>,
) -> Result<(), DbError> {
    sqlx::query(
        "UPDATE destinations SET failures = $2, open_until = $3 WHERE id = $1 AND (failures, open_until) IS NOT ($2, $3)",
    )
    .bind(id)
    .bind(failures)
    .bind(open_until)
    .execute(connection)
    .await?;
    Ok(())
}

/// How many failures in a row there were.
///
/// # Errors
/// When the database fails.
pub async fn failures(connection: &mut SqliteConnection, id: DestinationId) -> Result<i64, DbError> {
    let count = sqlx::query_scalar("SELECT failures FROM destinations WHERE id = $1")
        .bind(id)
        .fetch_optional(connection)
        .await?;
    Ok(count.unwrap_or_default())
}

/// Pauses a destination, with the reason, or lets it go on. Says whether there is one.
///
/// # Errors
/// When the database fails.
pub async fn set_paused(
    connection: &mut SqliteConnection,
    id: DestinationId,
    paused: Option<(i64, &str)>,
) -> Result<bool, DbError> {
    // Who resumes it means now: no circuit stays open.
    let done = sqlx::query(
        "UPDATE destinations SET paused_at = $2, paused_why = $3, failures = 0, open_until = NULL WHERE id = $1",
    )
    .bind(id)
    .bind(paused.map(|(at, _)| at))
    .bind(paused.map(|(_, why)| why))
    .execute(&mut *connection)
    .await?;
    bump_revision(connection).await?;
    Ok(done.rows_affected() == 1)
}

/// Removes a destination with what is queued for it. Says whether there was one.
///
/// # Errors
/// When the database fails.
pub async fn remove(connection: &mut SqliteConnection, id: DestinationId) -> Result<bool, DbError> {
    for counts in [
        "DELETE FROM attempt_minutes WHERE destination_id = $1",
        "DELETE FROM attempt_hours WHERE destination_id = $1",
    ] {
        sqlx::query(counts).bind(id).execute(&mut *connection).await?;
    }
    let done =
        sqlx::query("DELETE FROM destinations WHERE id = $1").bind(id).execute(&mut *connection).await?;
    bump_revision(connection).await?;
    Ok(done.rows_affected() == 1)
}
