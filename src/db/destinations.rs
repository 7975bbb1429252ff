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
    headers: String,
    timeout_ms: i64,
    in_flight: i64,
    paused_at: Option<i64>,
    paused_why: Option<String>,
    created_at: i64,
    sealed: Vec<u8>,
}

impl Row {
    fn into_parts(self) -> Result<(Destination, Vec<u8>), DbError> {
        let corrupt =
            |column| move |error: serde_json::Error| DbError::Corrupt { column, detail: error.to_string() };
        let endpoint_ids: Vec<EndpointId> =
            serde_json::from_str(&self.endpoint_ids).map_err(corrupt("destinations.endpoint_ids"))?;
        let types = serde_json::from_str(&self.types).map_err(corrupt("destinations.types"))?;
        let destination = Destination {
            id: self.id,
            name: self.name,
            url: self.url,
            endpoint_ids,
            types,
            headers: self.headers,
            timeout_ms: self.timeout_ms,
            in_flight: self.in_flight,
            paused_at: self.paused_at,
            paused_why: self.paused_why,
            created_at: self.created_at,
        };
        Ok((destination, self.sealed))
    }
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
    let json = |value: serde_json::Result<String>| value.unwrap_or_default();
    sqlx::query(
        "INSERT INTO destinations (id, name, url, endpoint_ids, types, headers, sealed, timeout_ms, in_flight, \
         created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(destination.id)
    .bind(&destination.name)
    .bind(&destination.url)
    .bind(json(serde_json::to_string(&destination.endpoint_ids)))
    .bind(json(serde_json::to_string(&destination.types)))
    .bind(&destination.headers)
    .bind(key.seal(destination.id.0.as_bytes(), secret.expose_secret().as_bytes())?)
    .bind(destination.timeout_ms)
    .bind(destination.in_flight)
    .bind(destination.created_at)
    .bind(created_by)
    .execute(&mut *connection)
    .await?;
    bump_revision(connection).await
}

const COLUMNS: &str = "SELECT id, name, url, endpoint_ids, types, headers, timeout_ms, in_flight, paused_at, paused_why, \
     created_at, sealed FROM destinations ORDER BY name";

/// Every destination, by name.
///
/// # Errors
/// When the database fails.
pub async fn list(connection: &mut SqliteConnection) -> Result<Vec<Destination>, DbError> {
    let rows: Vec<Row> = sqlx::query_as(COLUMNS).fetch_all(connection).await?;
    rows.into_iter().map(|row| row.into_parts().map(|(destination, _sealed)| destination)).collect()
}

/// Every destination with its secret.
///
/// # Errors
/// When the database fails or a seal does not open.
pub async fn open_all(
    connection: &mut SqliteConnection,
    key: &MasterKey,
) -> Result<Vec<(Destination, SecretString)>, DbError> {
    let rows: Vec<Row> = sqlx::query_as(COLUMNS).fetch_all(connection).await?;
    rows.into_iter()
        .map(|row| {
            let (destination, sealed) = row.into_parts()?;
            let plain = key.open(destination.id.0.as_bytes(), &sealed)?;
            let text = String::from_utf8(plain.to_vec())
                .map_err(|e| DbError::Corrupt { column: "destinations.sealed", detail: e.to_string() })?;
            Ok((destination, text.into()))
        })
        .collect()
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
    let done = sqlx::query("UPDATE destinations SET paused_at = $2, paused_why = $3 WHERE id = $1")
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
    let done =
        sqlx::query("DELETE FROM destinations WHERE id = $1").bind(id).execute(&mut *connection).await?;
    bump_revision(connection).await?;
    Ok(done.rows_affected() == 1)
}
