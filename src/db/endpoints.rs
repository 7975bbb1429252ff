//! Endpoints.

use super::{DbError, removals};
use crate::model::{
    endpoint::Endpoint,
    hmac::HmacOptions,
    ids::{DeliveryId, EndpointId},
    removal::RemovalKind,
    scheme::Scheme,
};
use sqlx::{FromRow, SqliteConnection};

#[derive(FromRow)]
struct Row {
    id: EndpointId,
    name: String,
    key: String,
    scheme: String,
    hmac: Option<String>,
    enabled: bool,
    body_limit: Option<i64>,
    retention_days: i64,
    secret_headers: String,
    created_at: i64,
    version: i64,
}

impl TryFrom<Row> for Endpoint {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        Ok(Self {
            id: row.id,
            name: row.name,
            key: row.key,
            scheme: scheme(&row.scheme)?,
            hmac: row.hmac.as_deref().map(hmac).transpose()?,
            enabled: row.enabled,
            body_limit: row.body_limit,
            retention_days: row.retention_days,
            secret_headers: secret_headers(&row.secret_headers)?,
            created_at: row.created_at,
            version: row.version,
        })
    }
}

/// Reads a stored scheme.
pub(super) fn scheme(text: &str) -> Result<Scheme, DbError> {
    text.parse().map_err(|_| DbError::Corrupt { column: "endpoints.scheme", detail: text.to_owned() })
}

fn hmac(text: &str) -> Result<HmacOptions, DbError> {
    serde_json::from_str(text)
        .map_err(|error| DbError::Corrupt { column: "endpoints.hmac", detail: error.to_string() })
}

/// Reads the stored names of headers that are credentials.
pub(super) fn secret_headers(text: &str) -> Result<Vec<String>, DbError> {
    serde_json::from_str(text)
        .map_err(|error| DbError::Corrupt { column: "endpoints.secret_headers", detail: error.to_string() })
}

/// Every endpoint, by name.
pub async fn list(connection: &mut SqliteConnection) -> Result<Vec<Endpoint>, DbError> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT id, name, key, scheme, hmac, enabled, body_limit, retention_days, secret_headers, created_at, version FROM endpoints ORDER BY name",
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Endpoint::try_from).collect()
}

/// The endpoint called `name`.
pub async fn by_name(connection: &mut SqliteConnection, name: &str) -> Result<Option<Endpoint>, DbError> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT id, name, key, scheme, hmac, enabled, body_limit, retention_days, secret_headers, created_at, version FROM endpoints WHERE name = $1",
    )
    .bind(name)
    .fetch_optional(connection)
    .await?;
    row.map(Endpoint::try_from).transpose()
}

/// The endpoint with this id.
pub async fn by_id(connection: &mut SqliteConnection, id: EndpointId) -> Result<Option<Endpoint>, DbError> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT id, name, key, scheme, hmac, enabled, body_limit, retention_days, secret_headers, created_at, version FROM endpoints WHERE id = $1",
    )
    .bind(id)
    .fetch_optional(connection)
    .await?;
    row.map(Endpoint::try_from).transpose()
}

/// Adds an endpoint.
///
/// # Errors
/// Unique constraints `endpoints.name` and `endpoints.key`, or when the database fails.
pub async fn insert(connection: &mut SqliteConnection, endpoint: &Endpoint) -> Result<(), DbError> {
    sqlx::query(
        "INSERT INTO endpoints (id, name, key, scheme, hmac, enabled, body_limit, retention_days, secret_headers, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(endpoint.id)
    .bind(&endpoint.name)
    .bind(&endpoint.key)
    .bind(endpoint.scheme.as_str())
    .bind(endpoint.hmac.as_ref().and_then(|options| serde_json::to_string(options).ok()))
    .bind(endpoint.enabled)
    .bind(endpoint.body_limit)
    .bind(endpoint.retention_days)
    .bind(serde_json::to_string(&endpoint.secret_headers).unwrap_or_default())
    .bind(endpoint.created_at)
    .execute(&mut *connection)
    .await?;
    bump_revision(connection).await
}

/// Stores what a person sets in the form of an endpoint: name, limit, retention and secret headers. Its version grows. Says whether there
/// is one. The other columns are left alone: each change writes what it changes, so that none undoes another.
///
/// # Errors
/// Unique constraint `endpoints.name`, or when the database fails.
pub async fn update(connection: &mut SqliteConnection, endpoint: &Endpoint) -> Result<bool, DbError> {
    let done = sqlx::query(
        "UPDATE endpoints SET name = $2, body_limit = $3, retention_days = $4, secret_headers = $5, version = version + 1 WHERE id = $1",
    )
    .bind(endpoint.id)
    .bind(&endpoint.name)
    .bind(endpoint.body_limit)
    .bind(endpoint.retention_days)
    .bind(serde_json::to_string(&endpoint.secret_headers).unwrap_or_default())
    .execute(&mut *connection)
    .await?;
    bump_revision(connection).await?;
    Ok(done.rows_affected() == 1)
}

/// Gives an endpoint another key. Says whether there is one.
///
/// # Errors
/// Unique constraint `endpoints.key`, or when the database fails.
pub async fn set_key(connection: &mut SqliteConnection, id: EndpointId, key: &str) -> Result<bool, DbError> {
    let done = sqlx::query("UPDATE endpoints SET key = $2 WHERE id = $1")
        .bind(id)
        .bind(key)
        .execute(&mut *connection)
        .await?;
    bump_revision(connection).await?;
    Ok(done.rows_affected() == 1)
}

/// Enables or disables an endpoint. Says whether there is one.
pub async fn set_enabled(
    connection: &mut SqliteConnection,
    id: EndpointId,
    enabled: bool,
) -> Result<bool, DbError> {
    let done = sqlx::query("UPDATE endpoints SET enabled = $2 WHERE id = $1")
        .bind(id)
        .bind(enabled)
        .execute(&mut *connection)
        .await?;
    bump_revision(connection).await?;
    Ok(done.rows_affected() == 1)
}

/// Removes an endpoint with its secrets. Its deliveries and counts are orphans from then on, which are deleted in slices
/// ([`removals`]). Says whether there was one.
pub async fn remove(connection: &mut SqliteConnection, id: EndpointId, now: i64) -> Result<bool, DbError> {
    let name: Option<String> = sqlx::query_scalar("DELETE FROM endpoints WHERE id = $1 RETURNING name")
        .bind(id)
        .fetch_optional(&mut *connection)
        .await?;
    let Some(name) = name else { return Ok(false) };
    removals::begin(&mut *connection, id.0, RemovalKind::Endpoint, &name, now).await?;
    bump_revision(connection).await?;
    Ok(true)
}

/// The newest delivery of each endpoint.
pub async fn newest_deliveries(
    connection: &mut SqliteConnection,
) -> Result<Vec<(EndpointId, Option<DeliveryId>)>, DbError> {
    let rows = sqlx::query_as(
        "SELECT id, (SELECT max(d.id) FROM deliveries d WHERE d.endpoint_id = endpoints.id) FROM endpoints",
    )
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// Tells running servers that endpoints or secrets changed.
pub async fn bump_revision(connection: &mut SqliteConnection) -> Result<(), DbError> {
    sqlx::query("UPDATE config_revision SET revision = revision + 1").execute(connection).await?;
    Ok(())
}

/// Grows with every change of endpoints or secrets.
pub async fn revision(connection: &mut SqliteConnection) -> Result<i64, DbError> {
    Ok(sqlx::query_scalar("SELECT revision FROM config_revision").fetch_one(connection).await?)
}
