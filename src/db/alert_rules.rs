//! Alert rules.

use super::{Connection, DbError};
use crate::model::{
    alert::{RuleSettings, StoredRule},
    ids::RuleId,
};
use sqlx::types::Json;

/// Adds a rule.
pub async fn insert(connection: &mut Connection, rule: &StoredRule) -> Result<(), DbError> {
    connection
        .sql(
            "INSERT INTO alert_rules (id, kind, endpoint_id, destination_id, settings, enabled, created_at, changed_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(rule.id)
        .bind(&rule.kind)
        .bind(rule.endpoint)
        .bind(rule.destination)
        .bind(Json(&rule.settings))
        .bind(rule.enabled)
        .bind(rule.created_at)
        .bind(rule.changed_at)
        .run()
        .await?;
    Ok(())
}

/// Changes when a rule holds. Says whether there is one.
pub async fn update(
    connection: &mut Connection,
    id: RuleId,
    settings: &RuleSettings,
    now: i64,
) -> Result<bool, DbError> {
    let done = connection
        .sql("UPDATE alert_rules SET settings = $2, changed_at = $3, version = version + 1 WHERE id = $1")
        .bind(id)
        .bind(Json(settings))
        .bind(now)
        .run()
        .await?;
    Ok(done == 1)
}

/// Switches a rule on or off. Says whether there is one.
pub async fn switch(
    connection: &mut Connection,
    id: RuleId,
    enabled: bool,
    now: i64,
) -> Result<bool, DbError> {
    let done = connection
        .sql("UPDATE alert_rules SET enabled = $2, changed_at = $3 WHERE id = $1")
        .bind(id)
        .bind(enabled)
        .bind(now)
        .run()
        .await?;
    Ok(done == 1)
}

/// Removes a rule. Says whether there was one.
pub async fn remove(connection: &mut Connection, id: RuleId) -> Result<bool, DbError> {
    Ok(connection.sql("DELETE FROM alert_rules WHERE id = $1").bind(id).run().await? == 1)
}

macro_rules! rules {
    ($rest:literal) => {
        concat!(
            "SELECT r.id, r.kind, r.endpoint_id, r.destination_id, coalesce(e.name, d.name) AS object, r.settings, \
             r.enabled, r.created_at, r.changed_at, r.version FROM alert_rules r \
             LEFT JOIN endpoints e ON e.id = r.endpoint_id LEFT JOIN destinations d ON d.id = r.destination_id ",
            $rest
        )
    };
}

/// Every rule: by endpoint, then by destination, then those of the server.
pub async fn list(connection: &mut Connection) -> Result<Vec<StoredRule>, DbError> {
    let all = rules!("ORDER BY e.name IS NULL, e.name, d.name IS NULL, d.name, r.created_at, r.id");
    connection.sql(all).all().await
}

/// The rule with this id.
pub async fn by_id(connection: &mut Connection, id: RuleId) -> Result<Option<StoredRule>, DbError> {
    connection.sql(rules!("WHERE r.id = $1")).bind(id).optional().await
}
