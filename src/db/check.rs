//! What `hookpost doctor` asks of a database: each question by itself, so that one that cannot be answered keeps no other
//! from being asked. Nothing is written.

use super::{Connection, DbError, key};
use crate::{crypto::MasterKey, model::ids::DeliveryId};

/// Rows that are named; the first tell enough.
const NAMED: i64 = 20;

/// The migrations that the file has.
///
/// # Errors
/// When the database fails, or is none of ours.
pub async fn migrations(connection: &mut Connection) -> Result<Vec<i64>, DbError> {
    connection.sql("SELECT version FROM _sqlx_migrations WHERE success ORDER BY version").scalars().await
}

/// Rows that name one that is not there: `forwards → destinations`, each pair of tables once, with how many.
pub async fn broken_references(connection: &mut Connection) -> Result<Vec<(String, usize)>, DbError> {
    let mut found: Vec<(String, usize)> = Vec::new();
    for (table, parent) in connection.broken_references().await? {
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
    connection: &mut Connection,
    master: &MasterKey,
) -> Result<Vec<(&'static str, usize)>, DbError> {
    key::unopened(connection, master).await
}

/// The master key that a backup brought with it and that was never taken out: the file was put back by hand.
pub async fn holds_a_key(connection: &mut Connection) -> Result<bool, DbError> {
    if !connection.has_table("backup_info").await? {
        return Ok(false);
    }
    connection.sql("SELECT EXISTS (SELECT 1 FROM backup_info WHERE master_key IS NOT NULL)").scalar().await
}

/// When the newest delivery was stored, unix ms.
pub async fn newest_at(connection: &mut Connection) -> Result<Option<i64>, DbError> {
    Ok(super::backup::newest(connection).await?.map(DeliveryId::given_at))
}

/// Destinations with forwards that ran out of tries, and how many.
pub async fn dead_forwards(connection: &mut Connection) -> Result<Vec<(String, i64)>, DbError> {
    connection
        .sql(
            "SELECT d.name, count(*) FROM destinations d JOIN forwards f ON f.destination_id = d.id AND f.state = 'dead' \
             GROUP BY d.id ORDER BY 2 DESC LIMIT $1",
        )
        .bind(NAMED)
        .all()
        .await
}

/// Destinations that get nothing, with why.
pub async fn idle_destinations(
    connection: &mut Connection,
    now: i64,
) -> Result<Vec<(String, &'static str)>, DbError> {
    let rows: Vec<(String, bool, bool, bool)> = connection
        .sql(
            "SELECT name, paused_at IS NOT NULL, endpoint_ids = '[]', coalesce(open_until, 0) > $1 FROM destinations ORDER BY name",
        )
        .bind(now)
        .all()
        .await?;
    let why = |(name, paused, nothing, open): (String, bool, bool, bool)| match () {
        () if nothing => Some((name, "all its endpoints were removed")),
        () if paused => Some((name, "it is paused")),
        () if open => Some((name, "sending is on hold after too many failures in a row")),
        () => None,
    };
    Ok(rows.into_iter().filter_map(why).collect())
}

/// Endpoints that are open and that no request can satisfy: their scheme needs a secret, and none is in force.
pub async fn without_secret(connection: &mut Connection, now: i64) -> Result<Vec<String>, DbError> {
    connection
        .sql(
            "SELECT name FROM endpoints e WHERE scheme <> 'none' AND enabled = TRUE AND NOT EXISTS (SELECT 1 FROM secrets s \
             WHERE s.endpoint_id = e.id AND s.revoked_at IS NULL AND (s.expires_at IS NULL OR s.expires_at > $1)) ORDER BY name LIMIT $2",
        )
        .bind(now)
        .bind(NAMED)
        .scalars()
        .await
}

/// Secrets in force that are kept elsewhere: the endpoint and the reference.
pub async fn references(connection: &mut Connection, now: i64) -> Result<Vec<(String, String)>, DbError> {
    connection
        .sql(
            "SELECT e.name, s.reference FROM secrets s JOIN endpoints e ON e.id = s.endpoint_id WHERE s.reference IS NOT NULL \
             AND s.revoked_at IS NULL AND (s.expires_at IS NULL OR s.expires_at > $1) ORDER BY e.name",
        )
        .bind(now)
        .all()
        .await
}

/// Endpoints whose own body limit is above this number of bytes.
pub async fn body_limits_above(
    connection: &mut Connection,
    bytes: i64,
) -> Result<Vec<(String, i64)>, DbError> {
    connection
        .sql("SELECT name, body_limit FROM endpoints WHERE body_limit > $1 ORDER BY name LIMIT $2")
        .bind(bytes)
        .bind(NAMED)
        .all()
        .await
}

/// Whether an admin can log in.
pub async fn has_admin(connection: &mut Connection) -> Result<bool, DbError> {
    connection
        .sql("SELECT EXISTS (SELECT 1 FROM users WHERE role = 'admin' AND disabled_at IS NULL)")
        .scalar()
        .await
}
