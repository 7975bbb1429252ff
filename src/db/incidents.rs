//! Incidents and their timelines.

use super::{
    DbError,
    alert_rules::{settings, settings_text},
};
use crate::model::{
    ids::{DestinationId, EndpointId, IncidentId, RuleId},
    incident::{EntryKind, Incident, IncidentEntry},
    severity::Severity,
};
use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection};

#[derive(FromRow)]
struct Row {
    id: IncidentId,
    rule_id: RuleId,
    kind: String,
    endpoint_id: Option<EndpointId>,
    destination_id: Option<DestinationId>,
    object: String,
    severity: i64,
    title: String,
    detail: String,
    settings: String,
    value: f64,
    worst: f64,
    opened_at: i64,
    acknowledged_at: Option<i64>,
    acknowledged_by: Option<String>,
    reminded_at: Option<i64>,
    recovered_at: Option<i64>,
    resolved_at: Option<i64>,
    resolved_by: Option<String>,
    ended_at: Option<i64>,
}

impl TryFrom<Row> for Incident {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        Ok(Self {
            id: row.id,
            rule: row.rule_id,
            kind: row.kind.parse().ok(),
            endpoint: row.endpoint_id,
            destination: row.destination_id,
            object: Some(row.object).filter(|name| !name.is_empty()),
            severity: Severity::of_rank(row.severity),
            title: row.title,
            detail: row.detail,
            settings: settings(&row.settings)?,
            value: row.value,
            worst: row.worst,
            opened_at: row.opened_at,
            acknowledged: row.acknowledged_at.zip(row.acknowledged_by),
            reminded_at: row.reminded_at,
            recovered_at: row.recovered_at,
            resolved: row.resolved_at.zip(row.resolved_by),
            ended_at: row.ended_at,
        })
    }
}

/// Opens an incident. Says whether it did: a rule has one open incident at most.
pub async fn open(connection: &mut SqliteConnection, new: &Incident) -> Result<bool, DbError> {
    let done = sqlx::query(
        "INSERT INTO incidents (id, rule_id, kind, endpoint_id, destination_id, object, severity, title, detail, settings, \
         value, worst, opened_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12) \
         ON CONFLICT (rule_id) WHERE ended_at IS NULL DO NOTHING",
    )
    .bind(new.id)
    .bind(new.rule)
    .bind(new.kind.map(|kind| kind.as_str()).unwrap_or_default())
    .bind(new.endpoint)
    .bind(new.destination)
    .bind(new.object.as_deref().unwrap_or_default())
    .bind(new.severity.rank())
    .bind(&new.title)
    .bind(&new.detail)
    .bind(settings_text(&new.settings))
    .bind(new.value)
    .bind(new.opened_at)
    .execute(&mut *connection)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    note(connection, new.id, new.opened_at, EntryKind::Opened, None, &new.detail).await?;
    Ok(true)
}

/// Adds to the timeline of an incident.
pub async fn note(
    connection: &mut SqliteConnection,
    id: IncidentId,
    at: i64,
    kind: EntryKind,
    actor: Option<&str>,
    text: &str,
) -> Result<(), DbError> {
    sqlx::query(
        "INSERT INTO incident_entries (incident_id, at, kind, actor, text) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(id)
    .bind(at)
    .bind(kind)
    .bind(actor)
    .bind(text)
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes down the value at the last look at an open incident.
pub async fn observe(connection: &mut SqliteConnection, id: IncidentId, value: f64) -> Result<(), DbError> {
    sqlx::query("UPDATE incidents SET value = $2, worst = max(worst, $2) WHERE id = $1 AND ended_at IS NULL")
        .bind(id)
        .bind(value)
        .execute(connection)
        .await?;
    Ok(())
}

/// Says who looks after an open incident. Says whether that could be done: it is open and nobody does.
pub async fn acknowledge(
    connection: &mut SqliteConnection,
    id: IncidentId,
    by: &str,
    at: i64,
) -> Result<bool, DbError> {
    let done = sqlx::query(
        "UPDATE incidents SET acknowledged_at = $3, acknowledged_by = $2 \
         WHERE id = $1 AND ended_at IS NULL AND acknowledged_at IS NULL",
    )
    .bind(id)
    .bind(by)
    .bind(at)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Writes down that channels are reminded, after the reminder at `last`. Says whether the incident is open, nobody
/// acknowledged it, and no other reminder came between.
pub async fn remind(
    connection: &mut SqliteConnection,
    id: IncidentId,
    last: Option<i64>,
    at: i64,
) -> Result<bool, DbError> {
    let done = sqlx::query(
        "UPDATE incidents SET reminded_at = $2 WHERE id = $1 AND ended_at IS NULL AND acknowledged_at IS NULL \
         AND reminded_at IS $3",
    )
    .bind(id)
    .bind(at)
    .bind(last)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends an open incident: its condition held no more. Says whether it was open.
pub async fn recover(connection: &mut SqliteConnection, id: IncidentId, at: i64) -> Result<bool, DbError> {
    let done = sqlx::query(
        "UPDATE incidents SET recovered_at = $2, ended_at = $2 WHERE id = $1 AND ended_at IS NULL",
    )
    .bind(id)
    .bind(at)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Closes an incident that is not closed yet. Says whether that could be done.
pub async fn resolve(
    connection: &mut SqliteConnection,
    id: IncidentId,
    by: &str,
    at: i64,
) -> Result<bool, DbError> {
    let done = sqlx::query(
        "UPDATE incidents SET resolved_at = $3, resolved_by = $2, ended_at = coalesce(ended_at, $3) \
         WHERE id = $1 AND resolved_at IS NULL",
    )
    .bind(id)
    .bind(by)
    .bind(at)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

const INCIDENTS: &str = "SELECT id, rule_id, kind, endpoint_id, destination_id, object, severity, title, detail, settings, value, \
     worst, opened_at, acknowledged_at, acknowledged_by, reminded_at, recovered_at, resolved_at, resolved_by, ended_at \
     FROM incidents ";

async fn fetch(
    connection: &mut SqliteConnection,
    mut query: QueryBuilder<Sqlite>,
) -> Result<Vec<Incident>, DbError> {
    let rows: Vec<Row> = query.build_query_as().fetch_all(connection).await?;
    rows.into_iter().map(Incident::try_from).collect()
}

/// Every open incident, the gravest first.
pub async fn all_open(connection: &mut SqliteConnection) -> Result<Vec<Incident>, DbError> {
    let mut query = QueryBuilder::new(INCIDENTS);
    query.push("WHERE ended_at IS NULL ORDER BY severity DESC, opened_at DESC, id");
    fetch(connection, query).await
}

/// Incidents that are over and opened before `before` (unix ms and id), newest first.
pub async fn ended(
    connection: &mut SqliteConnection,
    before: Option<(i64, IncidentId)>,
    limit: i64,
) -> Result<Vec<Incident>, DbError> {
    let mut query = QueryBuilder::new(INCIDENTS);
    query.push("WHERE ended_at IS NOT NULL");
    if let Some((at, id)) = before {
        query.push(" AND (opened_at, id) < (").push_bind(at).push(", ").push_bind(id).push(")");
    }
    query.push(" ORDER BY opened_at DESC, id DESC LIMIT ").push_bind(limit);
    fetch(connection, query).await
}

/// The last incidents of a rule, newest first.
pub async fn of_rule(
    connection: &mut SqliteConnection,
    rule: RuleId,
    limit: i64,
) -> Result<Vec<Incident>, DbError> {
    let mut query = QueryBuilder::new(INCIDENTS);
    query.push("WHERE rule_id = ").push_bind(rule);
    query.push(" ORDER BY opened_at DESC, id DESC LIMIT ").push_bind(limit);
    fetch(connection, query).await
}

/// One incident.
pub async fn by_id(connection: &mut SqliteConnection, id: IncidentId) -> Result<Option<Incident>, DbError> {
    let mut query = QueryBuilder::new(INCIDENTS);
    query.push("WHERE id = ").push_bind(id);
    Ok(fetch(connection, query).await?.pop())
}

/// When the last incident of each rule ended, unix ms.
pub async fn last_ends(connection: &mut SqliteConnection) -> Result<Vec<(RuleId, i64)>, DbError> {
    // Goes through the rules, of which there are few, and not through all incidents that ever were.
    let rows = sqlx::query_as(
        "SELECT id, ended_at FROM (SELECT r.id, (SELECT i.ended_at FROM incidents i WHERE i.rule_id = r.id \
           ORDER BY i.opened_at DESC LIMIT 1) AS ended_at FROM alert_rules r) WHERE ended_at IS NOT NULL",
    )
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// The timeline of an incident, oldest first: its last 500 entries.
pub async fn entries(
    connection: &mut SqliteConnection,
    id: IncidentId,
) -> Result<Vec<IncidentEntry>, DbError> {
    #[derive(FromRow)]
    struct Row {
        at: i64,
        kind: EntryKind,
        actor: Option<String>,
        text: String,
    }
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT at, kind, actor, text FROM (SELECT * FROM incident_entries WHERE incident_id = $1 \
         ORDER BY id DESC LIMIT 500) ORDER BY id",
    )
    .bind(id)
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|Row { at, kind, actor, text }| IncidentEntry { at, kind, actor, text })
        .collect())
}
