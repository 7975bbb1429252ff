//! Incidents and their timelines.

use super::{Connection, DbError};
use crate::model::{
    ids::{IncidentId, RuleId},
    incident::{EntryKind, Incident, IncidentEntry},
};
use sqlx::{FromRow, types::Json};

#[derive(FromRow)]
struct Row {
    #[sqlx(flatten)]
    incident: Incident,
    acknowledged_at: Option<i64>,
    acknowledged_by: Option<String>,
    resolved_at: Option<i64>,
    resolved_by: Option<String>,
}

impl From<Row> for Incident {
    fn from(row: Row) -> Self {
        Self {
            acknowledged: row.acknowledged_at.zip(row.acknowledged_by),
            resolved: row.resolved_at.zip(row.resolved_by),
            ..row.incident
        }
    }
}

/// Opens an incident. Says whether it did: a rule has one open incident at most.
pub async fn open(connection: &mut Connection, new: &Incident) -> Result<bool, DbError> {
    let done = connection
        .sql(
            "INSERT INTO incidents (id, rule_id, kind, endpoint_id, destination_id, object, severity, title, detail, settings, \
             value, worst, opened_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12) \
             ON CONFLICT (rule_id) WHERE ended_at IS NULL DO NOTHING",
        )
        .bind(new.id)
        .bind(new.rule)
        .bind(&new.kind)
        .bind(new.endpoint)
        .bind(new.destination)
        .bind(&new.object)
        .bind(new.severity.rank())
        .bind(&new.title)
        .bind(&new.detail)
        .bind(Json(&new.settings))
        .bind(new.value)
        .bind(new.opened_at)
        .run()
        .await?;
    if done == 0 {
        return Ok(false);
    }
    note(connection, new.id, new.opened_at, EntryKind::Opened, None, &new.detail).await?;
    Ok(true)
}

/// Adds to the timeline of an incident.
pub async fn note(
    connection: &mut Connection,
    id: IncidentId,
    at: i64,
    kind: EntryKind,
    actor: Option<&str>,
    text: &str,
) -> Result<(), DbError> {
    connection
        .sql("INSERT INTO incident_entries (incident_id, at, kind, actor, text) VALUES ($1, $2, $3, $4, $5)")
        .bind(id)
        .bind(at)
        .bind(kind)
        .bind(actor)
        .bind(text)
        .run()
        .await?;
    Ok(())
}

/// Records the value at the last look at an open incident.
pub async fn observe(connection: &mut Connection, id: IncidentId, value: f64) -> Result<(), DbError> {
    connection
        .sql(
            "UPDATE incidents SET value = $2, worst = CASE WHEN worst < $2 THEN $2 ELSE worst END \
             WHERE id = $1 AND ended_at IS NULL",
        )
        .bind(id)
        .bind(value)
        .run()
        .await?;
    Ok(())
}

/// Says who looks after an open incident. Says whether that could be done: it is open and nobody does.
pub async fn acknowledge(
    connection: &mut Connection,
    id: IncidentId,
    by: &str,
    at: i64,
) -> Result<bool, DbError> {
    let done = connection
        .sql(
            "UPDATE incidents SET acknowledged_at = $3, acknowledged_by = $2 \
             WHERE id = $1 AND ended_at IS NULL AND acknowledged_at IS NULL",
        )
        .bind(id)
        .bind(by)
        .bind(at)
        .run()
        .await?;
    Ok(done == 1)
}

/// Records that channels are reminded, after the reminder at `last`. Says whether the incident is open, nobody
/// acknowledged it, and no other reminder came between.
pub async fn remind(
    connection: &mut Connection,
    id: IncidentId,
    last: Option<i64>,
    at: i64,
) -> Result<bool, DbError> {
    let done = connection
        .sql(
            "UPDATE incidents SET reminded_at = $2 WHERE id = $1 AND ended_at IS NULL AND acknowledged_at IS NULL \
             AND reminded_at IS NOT DISTINCT FROM $3",
        )
        .bind(id)
        .bind(at)
        .bind(last)
        .run()
        .await?;
    Ok(done == 1)
}

/// Ends an open incident: its condition held no more. Says whether it was open.
pub async fn recover(connection: &mut Connection, id: IncidentId, at: i64) -> Result<bool, DbError> {
    let done = connection
        .sql("UPDATE incidents SET recovered_at = $2, ended_at = $2 WHERE id = $1 AND ended_at IS NULL")
        .bind(id)
        .bind(at)
        .run()
        .await?;
    Ok(done == 1)
}

/// Closes an incident that is not closed yet. Says whether that could be done.
pub async fn resolve(
    connection: &mut Connection,
    id: IncidentId,
    by: &str,
    at: i64,
) -> Result<bool, DbError> {
    let done = connection
        .sql(
            "UPDATE incidents SET resolved_at = $3, resolved_by = $2, ended_at = coalesce(ended_at, $3) \
             WHERE id = $1 AND resolved_at IS NULL",
        )
        .bind(id)
        .bind(by)
        .bind(at)
        .run()
        .await?;
    Ok(done == 1)
}

const INCIDENTS: &str = "SELECT id, rule_id, kind, endpoint_id, destination_id, object, severity, title, detail, settings, value, \
     worst, opened_at, acknowledged_at, acknowledged_by, reminded_at, recovered_at, resolved_at, resolved_by, ended_at \
     FROM incidents ";

fn read(rows: Vec<Row>) -> Vec<Incident> {
    rows.into_iter().map(Incident::from).collect()
}

/// Every open incident, the gravest first.
pub async fn all_open(connection: &mut Connection) -> Result<Vec<Incident>, DbError> {
    let mut query = connection.sql(INCIDENTS);
    query.push("WHERE ended_at IS NULL ORDER BY severity DESC, opened_at DESC, id");
    query.all().await.map(read)
}

/// Incidents that are over and opened before `before` (unix ms and id), newest first.
pub async fn ended(
    connection: &mut Connection,
    before: Option<(i64, IncidentId)>,
    limit: i64,
) -> Result<Vec<Incident>, DbError> {
    let mut query = connection.sql(INCIDENTS);
    query.push("WHERE ended_at IS NOT NULL");
    if let Some((at, id)) = before {
        query.push(" AND (opened_at, id) < (").push_bind(at).push(", ").push_bind(id).push(")");
    }
    query.push(" ORDER BY opened_at DESC, id DESC LIMIT ").push_bind(limit);
    query.all().await.map(read)
}

/// The last incidents of a rule, newest first.
pub async fn of_rule(
    connection: &mut Connection,
    rule: RuleId,
    limit: i64,
) -> Result<Vec<Incident>, DbError> {
    let mut query = connection.sql(INCIDENTS);
    query.push("WHERE rule_id = ").push_bind(rule);
    query.push(" ORDER BY opened_at DESC, id DESC LIMIT ").push_bind(limit);
    query.all().await.map(read)
}

/// The incident with this id.
pub async fn by_id(connection: &mut Connection, id: IncidentId) -> Result<Option<Incident>, DbError> {
    let mut query = connection.sql(INCIDENTS);
    query.push("WHERE id = ").push_bind(id);
    Ok(query.optional::<Row>().await?.map(Incident::from))
}

/// When the last incident of each rule ended, unix ms.
pub async fn last_ends(connection: &mut Connection) -> Result<Vec<(RuleId, i64)>, DbError> {
    // Goes through the rules, of which there are few, and not through all incidents that ever were.
    connection
        .sql(
            "SELECT id, ended_at FROM (SELECT r.id, (SELECT i.ended_at FROM incidents i WHERE i.rule_id = r.id \
               ORDER BY i.opened_at DESC LIMIT 1) AS ended_at FROM alert_rules r) last WHERE ended_at IS NOT NULL",
        )
        .all()
        .await
}

/// The timeline of an incident, oldest first: its last 500 entries.
pub async fn entries(connection: &mut Connection, id: IncidentId) -> Result<Vec<IncidentEntry>, DbError> {
    connection
        .sql(
            "SELECT at, kind, actor, text FROM (SELECT * FROM incident_entries WHERE incident_id = $1 \
             ORDER BY id DESC LIMIT 500) newest ORDER BY id",
        )
        .bind(id)
        .all()
        .await
}
