//! What was given its usual rules already: see `alerts::rules`.

use super::{Connection, DbError};
use crate::model::ids::{DestinationId, EndpointId};
use uuid::Uuid;

/// Stands for the server itself.
pub const SERVER: Uuid = Uuid::nil();

/// What never got any rules.
#[derive(Debug)]
pub struct Missing {
    pub endpoints: Vec<EndpointId>,
    pub destinations: Vec<DestinationId>,
    pub server: bool,
}

/// Endpoints and destinations that were never given their usual rules, and whether the server itself was not.
pub async fn missing(connection: &mut Connection) -> Result<Missing, DbError> {
    let endpoints = connection
        .sql("SELECT id FROM endpoints WHERE id NOT IN (SELECT object_id FROM alert_presets)")
        .scalars()
        .await?;
    let destinations = connection
        .sql(
            "SELECT id FROM destinations WHERE removed_at IS NULL \
             AND id NOT IN (SELECT object_id FROM alert_presets)",
        )
        .scalars()
        .await?;
    let server = connection
        .sql("SELECT NOT EXISTS (SELECT 1 FROM alert_presets WHERE object_id = $1)")
        .bind(SERVER)
        .scalar()
        .await?;
    Ok(Missing { endpoints, destinations, server })
}

/// Records that an object was given its usual rules.
pub async fn mark(connection: &mut Connection, object: Uuid) -> Result<(), DbError> {
    connection
        .sql("INSERT INTO alert_presets (object_id) VALUES ($1) ON CONFLICT DO NOTHING")
        .bind(object)
        .run()
        .await?;
    Ok(())
}
