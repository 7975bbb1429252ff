//! Endpoints.

use super::DbError;
use crate::model::{
    endpoint::Endpoint,
    hmac::HmacOptions,
    ids::{DeliveryId, EndpointId},
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
    created_at: i64,
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
            created_at: row.created_at,
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

/// Every endpoint, by name.
///
/// # Errors
/// When the database fails.
pub async fn list(connection: &mut SqliteConnection) -> Result<Vec<Endpoint>, DbError> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT id, name, key, scheme, hmac, enabled, body_limit, retention_days, created_at FROM endpoints ORDER BY name",
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Endpoint::try_from).collect()
}

/// The endpoint called `name`.
///
/// # Errors
/// When the database fails.
pub async fn by_name(connection: &mut SqliteConnection, name: &str) -> Result<Option<Endpoint>, DbError> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT id, name, key, scheme, hmac, enabled, body_limit, retention_days, created_at FROM endpoints WHERE name = $1",
    )
    .bind(name)
    .fetch_optional(connection)
    .await?;
    row.map(Endpoint::try_from).transpose()
}

/// The endpoint with this id.
///
/// # Errors
/// When the database fails.
pub async fn by_id(connection: &mut SqliteConnection, id: EndpointId) -> Result<Option<Endpoint>, DbError> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT id, name, key, scheme, hmac, enabled, body_limit, retention_days, created_at FROM endpoints WHERE id = $1",
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
        "INSERT INTO endpoints (id, name, key, scheme, hmac, enabled, body_limit, retention_days, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(endpoint.id)
    .bind(&endpoint.name)
    .bind(&endpoint.key)
    .bind(endpoint.scheme.as_str())
    .bind(endpoint.hmac.as_ref().and_then(|options| serde_json::to_string(options).ok()))
    .bind(endpoint.enabled)
    .bind(endpoint.body_limit)
    .bind(endpoint.retention_days)
    .bind(endpoint.created_at)
    .execute(&mut *connection)
    .await?;
    bump_revision(connection).await
}

/// Stores name, key, state, limit and retention of an endpoint. Says whether there is one.
///
/// # Errors
/// Unique constraints `endpoints.name` and `endpoints.key`, or when the database fails.
pub async fn update(connection: &mut SqliteConnection, endpoint: &Endpoint) -> Result<bool, DbError> {
    let done = sqlx::query(
        "UPDATE endpoints SET name = $2, key = $3, enabled = $4, body_limit = $5, retention_days = $6 WHERE id = $1",
    )
    .bind(endpoint.id)
    .bind(&endpoint.name)
    .bind(&endpoint.key)
    .bind(endpoint.enabled)
    .bind(endpoint.body_limit)
    .bind(endpoint.retention_days)
    .execute(&mut *connection)
    .await?;
    bump_revision(connection).await?;
    Ok(done.rows_affected() == 1)
}

/// Removes an endpoint with its secrets and counts. Its deliveries are orphans from then on, which the retention task
/// deletes in slices. Says whether there was one.
///
/// # Errors
/// When the database fails.
pub async fn remove(connection: &mut SqliteConnection, id: EndpointId) -> Result<bool, DbError> {
    let done = sqlx::query("DELETE FROM endpoints WHERE id = $1").bind(id).execute(&mut *connection).await?;
    for statement in [
        "DELETE FROM measure_minutes WHERE endpoint_id = $1",
        "DELETE FROM measure_hours WHERE endpoint_id = $1",
        "DELETE FROM rejection_minutes WHERE endpoint_id = $1",
    ] {
        sqlx::query(statement).bind(id).execute(&mut *connection).await?;
    }
    bump_revision(connection).await?;
    Ok(done.rows_affected() == 1)
}

/// The newest delivery of each endpoint.
///
/// # Errors
/// When the database fails.
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
///
/// # Errors
/// When the database fails.
pub async fn bump_revision(connection: &mut SqliteConnection) -> Result<(), DbError> {
    sqlx::query("UPDATE config_revision SET revision = revision + 1").execute(connection).await?;
    Ok(())
}

/// Grows with every change of endpoints or secrets.
///
/// # Errors
/// When the database fails.
pub async fn revision(connection: &mut SqliteConnection) -> Result<i64, DbError> {
    Ok(sqlx::query_scalar("SELECT revision FROM config_revision").fetch_one(connection).await?)
}
