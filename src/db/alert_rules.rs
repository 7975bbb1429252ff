//! Alert rules.

use super::DbError;
use crate::model::{
    alert::{Rule, RuleKind, RuleSettings},
    ids::{DestinationId, EndpointId, RuleId},
};
use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection};

#[derive(FromRow)]
struct Row {
    id: RuleId,
    kind: String,
    endpoint_id: Option<EndpointId>,
    destination_id: Option<DestinationId>,
    object: Option<String>,
    settings: String,
    enabled: bool,
    created_at: i64,
    changed_at: i64,
    version: i64,
}

impl TryFrom<Row> for Rule {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        let kind =
            row.kind.parse().map_err(|detail| DbError::Corrupt { column: "alert_rules.kind", detail })?;
        Ok(Self {
            id: row.id,
            kind,
            endpoint: row.endpoint_id,
            destination: row.destination_id,
            object: row.object,
            settings: settings(&row.settings)?,
            enabled: row.enabled,
            created_at: row.created_at,
            changed_at: row.changed_at,
            version: row.version,
        })
    }
}

/// Reads stored settings.
pub(super) fn settings(text: &str) -> Result<RuleSettings, DbError> {
    serde_json::from_str(text)
        .map_err(|error| DbError::Corrupt { column: "alert_rules.settings", detail: error.to_string() })
}

/// Settings as they are stored.
pub(super) fn settings_text(settings: &RuleSettings) -> String {
    // Plain values that were checked: they always can be written.
    serde_json::to_string(settings).unwrap_or_default()
}

/// Adds a rule.
pub async fn insert(connection: &mut SqliteConnection, rule: &Rule) -> Result<(), DbError> {
    sqlx::query(
        "INSERT INTO alert_rules (id, kind, endpoint_id, destination_id, settings, enabled, created_at, changed_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(rule.id)
    .bind(rule.kind.as_str())
    .bind(rule.endpoint)
    .bind(rule.destination)
    .bind(settings_text(&rule.settings))
    .bind(rule.enabled)
    .bind(rule.created_at)
    .bind(rule.changed_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// Changes when a rule holds. Says whether there is one.
pub async fn update(
    connection: &mut SqliteConnection,
    id: RuleId,
    settings: &RuleSettings,
    now: i64,
) -> Result<bool, DbError> {
    let done = sqlx::query(
        "UPDATE alert_rules SET settings = $2, changed_at = $3, version = version + 1 WHERE id = $1",
    )
    .bind(id)
    .bind(settings_text(settings))
    .bind(now)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Switches a rule on or off. Says whether there is one.
pub async fn switch(
    connection: &mut SqliteConnection,
    id: RuleId,
    enabled: bool,
    now: i64,
) -> Result<bool, DbError> {
    let done = sqlx::query("UPDATE alert_rules SET enabled = $2, changed_at = $3 WHERE id = $1")
        .bind(id)
        .bind(enabled)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Removes a rule. Says whether there was one.
pub async fn remove(connection: &mut SqliteConnection, id: RuleId) -> Result<bool, DbError> {
    let done = sqlx::query("DELETE FROM alert_rules WHERE id = $1").bind(id).execute(connection).await?;
    Ok(done.rows_affected() == 1)
}

const RULES: &str = "SELECT r.id, r.kind, r.endpoint_id, r.destination_id, coalesce(e.name, d.name) AS object, r.settings, \
     r.enabled, r.created_at, r.changed_at, r.version FROM alert_rules r LEFT JOIN endpoints e ON e.id = r.endpoint_id \
     LEFT JOIN destinations d ON d.id = r.destination_id ";

/// Every rule: by endpoint, then by destination, then those of the server. Kinds of a later version are left out.
pub async fn list(connection: &mut SqliteConnection) -> Result<Vec<Rule>, DbError> {
    let mut query = QueryBuilder::<Sqlite>::new(RULES);
    query.push("ORDER BY e.name IS NULL, e.name, d.name IS NULL, d.name, r.created_at, r.id");
    let rows: Vec<Row> = query.build_query_as().fetch_all(connection).await?;
    rows.into_iter().filter(|row| row.kind.parse::<RuleKind>().is_ok()).map(Rule::try_from).collect()
}

/// One rule.
pub async fn by_id(connection: &mut SqliteConnection, id: RuleId) -> Result<Option<Rule>, DbError> {
    let mut query = QueryBuilder::<Sqlite>::new(RULES);
    query.push("WHERE r.id = ").push_bind(id);
    let row: Option<Row> = query.build_query_as().fetch_optional(connection).await?;
    row.map(Rule::try_from).transpose()
}
