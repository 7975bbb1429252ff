//! What `hookpost doctor` asks of a database: each question by itself, so that one that cannot be answered keeps no other
//! from being asked. Nothing is written.

use super::{DbError, key};
use crate::{crypto::MasterKey, model::ids::DeliveryId};
use sqlx::{Row, SqliteConnection};

/// Rows that are named; the first tell enough.
const NAMED: i64 = 20;

/// The migrations that the file has.
///
/// # Errors
/// When the database fails, or is none of ours.
pub async fn migrations(connection: &mut SqliteConnection) -> Result<Vec<i64>, DbError> {
    let found = sqlx::query_scalar("SELECT version FROM _sqlx_migrations WHERE success ORDER BY version")
        .fetch_all(connection)
        .await?;
    Ok(found)
}

/// Rows that name one that is not there: `forwards → destinations`, each pair of tables once, with how many.
pub async fn broken_references(connection: &mut SqliteConnection) -> Result<Vec<(String, usize)>, DbError> {
    let rows = sqlx::query("PRAGMA foreign_key_check").fetch_all(connection).await?;
    let mut found: Vec<(String, usize)> = Vec::new();
    for row in rows {
        let (table, parent): (String, String) = (row.try_get(0)?, row.try_get(2)?);
        let pair = format!("{table} → {parent}");
        match found.iter_mut().find(|(known, _)| *known == pair) {
            Some((_, count)) => *count += 1,
            None => found.push((pair, 1)),
        }
    }
    Ok(found)
}

/// Sealed values that the master key does not open: `table.column`, and how many.
pub async fn unopened(
    connection: &mut SqliteConnection,
    master: &MasterKey,
) -> Result<Vec<(&'static str, usize)>, DbError> {
    key::unopened(connection, master).await
}

/// The master key that a backup brought with it and that was never taken out: the file was put back by hand.
pub async fn holds_a_key(connection: &mut SqliteConnection) -> Result<bool, DbError> {
    if !super::backup::has_table(connection, "backup_info").await? {
        return Ok(false);
    }
    let found = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM backup_info WHERE master_key IS NOT NULL)")
        .fetch_one(connection)
        .await?;
    Ok(found)
}

/// When the newest delivery was stored, unix ms.
pub async fn newest_at(connection: &mut SqliteConnection) -> Result<Option<i64>, DbError> {
    Ok(super::backup::newest(connection).await?.map(DeliveryId::given_at))
}

/// Destinations with forwards that ran out of tries, and how many.
pub async fn dead_forwards(connection: &mut SqliteConnection) -> Result<Vec<(String, i64)>, DbError> {
    let rows = sqlx::query_as(
        "SELECT d.name, count(*) FROM destinations d JOIN forwards f ON f.destination_id = d.id AND f.state = 'dead' \
         GROUP BY d.id ORDER BY 2 DESC LIMIT $1",
    )
    .bind(NAMED)
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// Destinations that get nothing, with why.
pub async fn idle_destinations(
    connection: &mut SqliteConnection,
    now: i64,
) -> Result<Vec<(String, &'static str)>, DbError> {
    let rows: Vec<(String, bool, bool, bool)> = sqlx::query_as(
        "SELECT name, paused_at IS NOT NULL, endpoint_ids = '[]', coalesce(open_until, 0) > $1 FROM destinations ORDER BY name",
    )
    .bind(now)
    .fetch_all(connection)
    .await?;
    let why = |(name, paused, nothing, open): (String, bool, bool, bool)| match () {
        () if nothing => Some((name, "none of the endpoints that it was for is left")),
        () if paused => Some((name, "it is paused")),
        () if open => Some((name, "nothing is sent for now, after too many failures in a row")),
        () => None,
    };
    Ok(rows.into_iter().filter_map(why).collect())
}

/// Endpoints that are open and that no request can satisfy: their scheme needs a secret, and none is in force.
pub async fn without_secret(connection: &mut SqliteConnection, now: i64) -> Result<Vec<String>, DbError> {
    let names = sqlx::query_scalar(
        "SELECT name FROM endpoints e WHERE scheme <> 'none' AND enabled = 1 AND NOT EXISTS (SELECT 1 FROM secrets s \
         WHERE s.endpoint_id = e.id AND s.revoked_at IS NULL AND (s.expires_at IS NULL OR s.expires_at > $1)) ORDER BY name LIMIT $2",
    )
    .bind(now)
    .bind(NAMED)
    .fetch_all(connection)
    .await?;
    Ok(names)
}

/// Secrets in force that are kept elsewhere: the endpoint and the reference.
pub async fn references(
    connection: &mut SqliteConnection,
    now: i64,
) -> Result<Vec<(String, String)>, DbError> {
    let rows = sqlx::query_as(
        "SELECT e.name, s.reference FROM secrets s JOIN endpoints e ON e.id = s.endpoint_id WHERE s.reference IS NOT NULL \
         AND s.revoked_at IS NULL AND (s.expires_at IS NULL OR s.expires_at > $1) ORDER BY e.name",
    )
    .bind(now)
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// Endpoints whose own body limit is above so many bytes.
pub async fn body_limits_above(
    connection: &mut SqliteConnection,
    bytes: i64,
) -> Result<Vec<(String, i64)>, DbError> {
    let rows =
        sqlx::query_as("SELECT name, body_limit FROM endpoints WHERE body_limit > $1 ORDER BY name LIMIT $2")
            .bind(bytes)
            .bind(NAMED)
            .fetch_all(connection)
            .await?;
    Ok(rows)
}

/// Whether an admin can log in.
pub async fn has_admin(connection: &mut SqliteConnection) -> Result<bool, DbError> {
    let found = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM users WHERE role = 'admin' AND disabled_at IS NULL)",
    )
    .fetch_one(connection)
    .await?;
    Ok(found)
}
