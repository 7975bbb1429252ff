//! Destinations. Where one is and the headers it is sent are sealed, as its signing secret is: for everybody who lists
//! destinations there is the origin of the URL alone.

mod sealing;

pub use sealing::seal_what_is_clear;

use super::{DbError, endpoints::bump_revision, key::must_fit, removals};
use crate::{
    crypto::MasterKey,
    model::{
        destination::Destination,
        ids::{DestinationId, EndpointId},
        removal::RemovalKind,
        which::Which,
    },
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection};
use std::fmt;
use zeroize::Zeroizing;

#[derive(FromRow)]
struct Row {
    id: DestinationId,
    name: String,
    origin: String,
    endpoint_ids: String,
    types: String,
    condition: Option<String>,
    serving: String,
    old_until: Option<i64>,
    failures: i64,
    open_until: Option<i64>,
    paused_at: Option<i64>,
    paused_why: Option<String>,
    created_at: i64,
    version: i64,
    sealed: Vec<u8>,
    old_sealed: Option<Vec<u8>>,
    sealed_target: Option<Vec<u8>>,
}

/// Where a destination is, and what is sent along: its secret half.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The whole URL.
    pub url: String,
    /// Further headers, one `Name: value` a line.
    pub headers: String,
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Target([redacted])")
    }
}

impl Target {
    fn seal(&self, key: &MasterKey, id: DestinationId) -> Result<Vec<u8>, DbError> {
        Ok(key.seal(id.0.as_bytes(), Zeroizing::new(json(self)).as_bytes())?)
    }

    fn open(key: &MasterKey, id: DestinationId, sealed: Option<&[u8]>) -> Result<Self, DbError> {
        let corrupt = |detail| DbError::Corrupt { column: "destinations.sealed_target", detail };
        let sealed = sealed.ok_or_else(|| corrupt("it was never sealed".to_owned()))?;
        let plain = key.open(id.0.as_bytes(), sealed)?;
        // What serde says of it would quote it.
        serde_json::from_slice(&plain).map_err(|_| corrupt("it is no target".to_owned()))
    }
}

impl Row {
    fn into_destination(self) -> Result<Destination, DbError> {
        let corrupt =
            |column| move |error: serde_json::Error| DbError::Corrupt { column, detail: error.to_string() };
        let endpoints = endpoints(&self.endpoint_ids)?;
        let types = serde_json::from_str(&self.types).map_err(corrupt("destinations.types"))?;
        let serving = serde_json::from_str(&self.serving).map_err(corrupt("destinations.serving"))?;
        Ok(Destination {
            id: self.id,
            name: self.name,
            origin: self.origin,
            endpoints,
            types,
            condition: self.condition,
            serving,
            old_until: self.old_until,
            failures: self.failures,
            open_until: self.open_until,
            paused_at: self.paused_at,
            paused_why: self.paused_why,
            created_at: self.created_at,
            version: self.version,
        })
    }

    fn opened(self, key: &MasterKey) -> Result<Opened, DbError> {
        let open = |sealed: &[u8]| open(key, self.id, sealed);
        let (secret, old) = (open(&self.sealed)?, self.old_sealed.as_deref().map(open).transpose()?);
        let target = Target::open(key, self.id, self.sealed_target.as_deref())?;
        Ok(Opened { destination: self.into_destination()?, target, secret, old })
    }
}

fn endpoints(text: &str) -> Result<Which<EndpointId>, DbError> {
    serde_json::from_str(text)
        .map_err(|error| DbError::Corrupt { column: "destinations.endpoint_ids", detail: error.to_string() })
}

fn json(value: &impl serde::Serialize) -> String {
    // Plain lists, numbers and text: they always can be written.
    serde_json::to_string(value).unwrap_or_default()
}

/// Adds a destination with its target and its signing secret.
///
/// # Errors
/// Unique constraint `destinations.name`, or when the database fails.
pub async fn insert(
    connection: &mut SqliteConnection,
    key: &MasterKey,
    destination: &Destination,
    target: &Target,
    secret: &SecretString,
    created_by: &str,
) -> Result<(), DbError> {
    must_fit(connection, key).await?;
    sqlx::query(
        "INSERT INTO destinations (id, name, url, origin, sealed_target, endpoint_ids, types, condition, headers, serving, \
         sealed, created_at, created_by) VALUES ($1, $2, '', $3, $4, $5, $6, $7, '', $8, $9, $10, $11)",
    )
    .bind(destination.id)
    .bind(&destination.name)
    .bind(&destination.origin)
    .bind(target.seal(key, destination.id)?)
    .bind(json(&destination.endpoints))
    .bind(json(&destination.types))
    .bind(&destination.condition)
    .bind(json(&destination.serving))
    .bind(key.seal(destination.id.0.as_bytes(), secret.expose_secret().as_bytes())?)
    .bind(destination.created_at)
    .bind(created_by)
    .execute(&mut *connection)
    .await?;
    bump_revision(connection).await
}

/// Changes what a person can set: name, target, what it gets, and how it is served. Its version grows. Says whether there
/// is one.
///
/// # Errors
/// Unique constraint `destinations.name`, or when the database fails.
pub async fn update(
    connection: &mut SqliteConnection,
    key: &MasterKey,
    changed: &Destination,
    target: &Target,
) -> Result<bool, DbError> {
    must_fit(connection, key).await?;
    let done = sqlx::query(
        "UPDATE destinations SET name = $2, origin = $3, sealed_target = $4, endpoint_ids = $5, types = $6, condition = $7, \
         serving = $8, version = version + 1 WHERE id = $1",
    )
    .bind(changed.id)
    .bind(&changed.name)
    .bind(&changed.origin)
    .bind(target.seal(key, changed.id)?)
    .bind(json(&changed.endpoints))
    .bind(json(&changed.types))
    .bind(&changed.condition)
    .bind(json(&changed.serving))
    .execute(&mut *connection)
    .await?;
    bump_revision(connection).await?;
    Ok(done.rows_affected() == 1)
}

/// Takes an endpoint that is removed out of every list that names it, in the transaction that removes it. Returns the
/// destinations that named it, as they are then: one whose list is empty takes nothing.
pub async fn forget_endpoint(
    connection: &mut SqliteConnection,
    endpoint: EndpointId,
) -> Result<Vec<Destination>, DbError> {
    let mut affected = Vec::new();
    for mut destination in list(connection).await? {
        if let Which::These(these) = &mut destination.endpoints
            && these.contains(&endpoint)
        {
            these.retain(|id| *id != endpoint);
            sqlx::query("UPDATE destinations SET endpoint_ids = $2, version = version + 1 WHERE id = $1")
                .bind(destination.id)
                .bind(json(&destination.endpoints))
                .execute(&mut *connection)
                .await?;
            affected.push(destination);
        }
    }
    if !affected.is_empty() {
        bump_revision(connection).await?;
    }
    Ok(affected)
}

/// Gives a destination a new signing secret; the one until now signs too until `old_until`. Says whether there is one.
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

const SELECT: &str = "SELECT id, name, origin, endpoint_ids, types, condition, serving, old_until, failures, open_until, \
     paused_at, paused_why, created_at, version, sealed, old_sealed, sealed_target FROM destinations \
     WHERE removed_at IS NULL ";

/// Every destination, by name.
pub async fn list(connection: &mut SqliteConnection) -> Result<Vec<Destination>, DbError> {
    let mut query = QueryBuilder::<Sqlite>::new(SELECT);
    let rows: Vec<Row> = query.push("ORDER BY name").build_query_as().fetch_all(connection).await?;
    rows.into_iter().map(Row::into_destination).collect()
}

/// A destination with its secrets.
#[derive(Debug)]
pub struct Opened {
    /// It.
    pub destination: Destination,
    /// Where it is, and its headers.
    pub target: Target,
    /// Signs what goes there.
    pub secret: SecretString,
    /// The one before, while it is kept.
    pub old: Option<SecretString>,
}

/// Every destination with its secrets.
pub async fn open_all(connection: &mut SqliteConnection, key: &MasterKey) -> Result<Vec<Opened>, DbError> {
    let mut query = QueryBuilder::<Sqlite>::new(SELECT);
    let rows: Vec<Row> = query.push("ORDER BY name").build_query_as().fetch_all(connection).await?;
    rows.into_iter().map(|row| row.opened(key)).collect()
}

/// One destination with its secrets.
pub async fn open_one(
    connection: &mut SqliteConnection,
    key: &MasterKey,
    id: DestinationId,
) -> Result<Option<Opened>, DbError> {
    let mut query = QueryBuilder::<Sqlite>::new(SELECT);
    let row: Option<Row> =
        query.push("AND id = ").push_bind(id).build_query_as().fetch_optional(connection).await?;
    row.map(|row| row.opened(key)).transpose()
}

fn open(key: &MasterKey, id: DestinationId, sealed: &[u8]) -> Result<SecretString, DbError> {
    let plain = key.open(id.0.as_bytes(), sealed)?;
    let text = String::from_utf8(plain.to_vec()).map_err(|_| DbError::Corrupt {
        column: "destinations.sealed",
        detail: "it is no text".to_owned(),
    })?;
    Ok(text.into())
}

/// Counts a failure in a row, or forgets them after a success (`open_until` is for the former). The list of destinations
/// in memory does not know of it: it is asked for with what is due.
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
pub async fn failures(connection: &mut SqliteConnection, id: DestinationId) -> Result<i64, DbError> {
    let count = sqlx::query_scalar("SELECT failures FROM destinations WHERE id = $1")
        .bind(id)
        .fetch_optional(connection)
        .await?;
    Ok(count.unwrap_or_default())
}

/// Pauses a destination, with the reason, or lets it go on. Says whether there is one.
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

/// Removes a destination: it is gone for everybody, and what was queued for it is never sent. Its row stays, paused, until
/// its forwards have been deleted, which happens in slices ([`removals`]). Says whether there was one.
pub async fn remove(connection: &mut SqliteConnection, id: DestinationId, now: i64) -> Result<bool, DbError> {
    let name: Option<String> = sqlx::query_scalar(
        "UPDATE destinations SET removed_at = $2, paused_at = coalesce(paused_at, $2), name = name || ' ' || hex(id), \
         sealed_target = NULL, old_sealed = NULL, old_until = NULL WHERE id = $1 AND removed_at IS NULL \
         RETURNING substr(name, 1, length(name) - 33)",
    )
    .bind(id)
    .bind(now)
    .fetch_optional(&mut *connection)
    .await?;
    let Some(name) = name else { return Ok(false) };
    sqlx::query("DELETE FROM alert_rules WHERE destination_id = $1")
        .bind(id)
        .execute(&mut *connection)
        .await?;
    removals::begin(&mut *connection, id.0, RemovalKind::Destination, &name, now).await?;
    bump_revision(connection).await?;
    Ok(true)
}
