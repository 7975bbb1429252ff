//! The rules that every endpoint, every destination and the server itself begin with. What a person removes does not come
//! back.

use super::{DbError, alert_rules};
use crate::model::{
    alert::{Rule, RuleKind, RuleSettings},
    ids::{DestinationId, EndpointId, RuleId},
};
use sqlx::SqliteConnection;

/// Gives those their rules that never got any. They do nothing until there is a channel.
pub async fn give(connection: &mut SqliteConnection, now: i64) -> Result<(), DbError> {
    let (endpoints, destinations, server) = without_presets(connection).await?;
    for id in endpoints {
        for kind in RuleKind::OF_ENDPOINT {
            alert_rules::insert(connection, &preset(kind, Some(id), None, now)).await?;
        }
        mark_preset(connection, id.0.as_bytes()).await?;
    }
    for id in destinations {
        for kind in RuleKind::OF_DESTINATION {
            alert_rules::insert(connection, &preset(kind, None, Some(id), now)).await?;
        }
        mark_preset(connection, id.0.as_bytes()).await?;
    }
    if server {
        for kind in RuleKind::OF_SERVER {
            alert_rules::insert(connection, &preset(kind, None, None, now)).await?;
        }
        mark_preset(connection, b"").await?;
    }
    Ok(())
}

fn preset(
    kind: RuleKind,
    endpoint: Option<EndpointId>,
    destination: Option<DestinationId>,
    now: i64,
) -> Rule {
    Rule {
        id: RuleId::new(),
        kind,
        endpoint,
        destination,
        object: None,
        settings: RuleSettings::usual(kind),
        enabled: true,
        created_at: now,
        changed_at: now,
        version: 1,
    }
}

/// Endpoints and destinations that were never given their usual rules, and whether the server itself was not.
async fn without_presets(
    connection: &mut SqliteConnection,
) -> Result<(Vec<EndpointId>, Vec<DestinationId>, bool), DbError> {
    let endpoints =
        sqlx::query_scalar("SELECT id FROM endpoints WHERE id NOT IN (SELECT object_id FROM alert_presets)")
            .fetch_all(&mut *connection)
            .await?;
    let destinations = sqlx::query_scalar(
        "SELECT id FROM destinations WHERE removed_at IS NULL AND id NOT IN (SELECT object_id FROM alert_presets)",
    )
    .fetch_all(&mut *connection)
    .await?;
    let server: bool =
        sqlx::query_scalar("SELECT NOT EXISTS (SELECT 1 FROM alert_presets WHERE object_id = x'')")
            .fetch_one(connection)
            .await?;
    Ok((endpoints, destinations, server))
}

/// Writes down that an object was given its usual rules; the server's id is empty.
async fn mark_preset(connection: &mut SqliteConnection, object: &[u8]) -> Result<(), DbError> {
    sqlx::query("INSERT INTO alert_presets (object_id) VALUES ($1) ON CONFLICT DO NOTHING")
        .bind(object)
        .execute(connection)
        .await?;
    Ok(())
}
