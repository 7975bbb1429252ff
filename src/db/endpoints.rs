//! Endpoints.

use super::{Connection, DbError, removals, revision};
use crate::model::{
    endpoint::Endpoint,
    ids::{DeliveryId, EndpointId},
    removal::RemovalKind,
};
use sqlx::types::Json;

macro_rules! endpoints {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, key, scheme, hmac, enabled, body_limit, retention_days, secret_headers, created_at, version \
             FROM endpoints ",
            $rest
        )
    };
}

/// Every endpoint, by name.
pub async fn list(connection: &mut Connection) -> Result<Vec<Endpoint>, DbError> {
    connection.sql(endpoints!("ORDER BY name")).all().await
}

/// The endpoint of this name.
pub async fn by_name(connection: &mut Connection, name: &str) -> Result<Option<Endpoint>, DbError> {
    connection.sql(endpoints!("WHERE name = $1")).bind(name).optional().await
}

/// The endpoint with this id.
pub async fn by_id(connection: &mut Connection, id: EndpointId) -> Result<Option<Endpoint>, DbError> {
    connection.sql(endpoints!("WHERE id = $1")).bind(id).optional().await
}

/// Adds an endpoint.
///
/// # Errors
/// Unique constraints `endpoints.name` and `endpoints.key`, or when the database fails.
pub async fn insert(connection: &mut Connection, endpoint: &Endpoint) -> Result<(), DbError> {
    connection
        .sql(
            "INSERT INTO endpoints (id, name, key, scheme, hmac, enabled, body_limit, retention_days, secret_headers, \
             created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(endpoint.id)
        .bind(&endpoint.name)
        .bind(&endpoint.key)
        .bind(endpoint.scheme)
        .bind(endpoint.hmac.as_ref().map(Json))
        .bind(endpoint.enabled)
        .bind(endpoint.body_limit)
        .bind(endpoint.retention_days)
        .bind(Json(&endpoint.secret_headers))
        .bind(endpoint.created_at)
        .run()
        .await?;
    revision::bump(connection).await
}

/// Stores what a person sets in the form of an endpoint: name, limit, retention and secret headers. Its version grows. Says whether there
/// is one. The other columns are left alone: each change writes what it changes, so that none undoes another.
///
/// # Errors
/// Unique constraint `endpoints.name`, or when the database fails.
pub async fn update(connection: &mut Connection, endpoint: &Endpoint) -> Result<bool, DbError> {
    let done = connection
        .sql(
            "UPDATE endpoints SET name = $2, body_limit = $3, retention_days = $4, secret_headers = $5, \
             version = version + 1 WHERE id = $1",
        )
        .bind(endpoint.id)
        .bind(&endpoint.name)
        .bind(endpoint.body_limit)
        .bind(endpoint.retention_days)
        .bind(Json(&endpoint.secret_headers))
        .run()
        .await?;
    revision::bump(connection).await?;
    Ok(done == 1)
}

/// Gives an endpoint another key. Says whether there is one.
///
/// # Errors
/// Unique constraint `endpoints.key`, or when the database fails.
pub async fn set_key(connection: &mut Connection, id: EndpointId, key: &str) -> Result<bool, DbError> {
    let done = connection.sql("UPDATE endpoints SET key = $2 WHERE id = $1").bind(id).bind(key).run().await?;
    revision::bump(connection).await?;
    Ok(done == 1)
}

/// Enables or disables an endpoint. Says whether there is one.
pub async fn set_enabled(
    connection: &mut Connection,
    id: EndpointId,
    enabled: bool,
) -> Result<bool, DbError> {
    let done = connection
        .sql("UPDATE endpoints SET enabled = $2 WHERE id = $1")
        .bind(id)
        .bind(enabled)
        .run()
        .await?;
    revision::bump(connection).await?;
    Ok(done == 1)
}

/// Removes an endpoint with its secrets. Its deliveries and counts are orphans from then on, which are deleted in slices
/// ([`removals`]). Says whether there was one.
pub async fn remove(connection: &mut Connection, id: EndpointId, now: i64) -> Result<bool, DbError> {
    let name: Option<String> = connection
        .sql("DELETE FROM endpoints WHERE id = $1 RETURNING name")
        .bind(id)
        .optional_scalar()
        .await?;
    let Some(name) = name else { return Ok(false) };
    removals::begin(connection, id.0, RemovalKind::Endpoint, &name, now).await?;
    revision::bump(connection).await?;
    Ok(true)
}

/// The newest delivery of each endpoint.
pub async fn newest_deliveries(
    connection: &mut Connection,
) -> Result<Vec<(EndpointId, Option<DeliveryId>)>, DbError> {
    connection
        .sql("SELECT id, (SELECT max(d.id) FROM deliveries d WHERE d.endpoint_id = endpoints.id) FROM endpoints")
        .all()
        .await
}
