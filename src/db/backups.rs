//! The plan of copies that the server makes by itself, and what became of each.

use super::{DbError, key::must_fit};
use crate::{
    crypto::MasterKey,
    model::{
        backup::{Backup, BackupPlan, BackupState, Keep, Rhythm},
        ids::BackupId,
    },
};
use secrecy::{ExposeSecret, SecretString};
use sqlx::{FromRow, SqliteConnection};

/// What the passphrase is sealed for: there is one.
pub const PASSPHRASE_ROW: &[u8] = b"backup_plan.sealed";
/// Copies that are listed; files that made room are told of among them.
pub const LISTED: i64 = 100;
/// What is kept of copies that failed or made room.
const REMEMBERED: i64 = 1_000;

#[derive(FromRow)]
struct PlanRow {
    enabled: bool,
    every_hours: Option<i64>,
    daily_minute: Option<i64>,
    folder: String,
    keep_last: i64,
    keep_days: i64,
    keep_weeks: i64,
    encrypted: bool,
    asked_at: Option<i64>,
    asked_by: Option<String>,
    enabled_at: Option<i64>,
    failures: i64,
}

impl From<PlanRow> for BackupPlan {
    fn from(row: PlanRow) -> Self {
        let rhythm = match (row.every_hours, row.daily_minute) {
            (Some(hours), _) => Rhythm::Hours(hours.max(1)),
            (None, minute) => Rhythm::Daily(minute.unwrap_or(0)),
        };
        Self {
            enabled: row.enabled,
            rhythm,
            folder: row.folder,
            keep: Keep { last: row.keep_last, days: row.keep_days, weeks: row.keep_weeks },
            encrypted: row.encrypted,
            asked: row.asked_at.zip(row.asked_by),
            enabled_at: row.enabled_at,
            failures: row.failures,
        }
    }
}

/// The plan; the usual one, switched off, where nobody made one.
pub async fn plan(connection: &mut SqliteConnection) -> Result<BackupPlan, DbError> {
    let row: Option<PlanRow> = sqlx::query_as(
        "SELECT enabled, every_hours, daily_minute, folder, keep_last, keep_days, keep_weeks, sealed IS NOT NULL AS encrypted, \
         asked_at, asked_by, enabled_at, failures FROM backup_plan",
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(Into::into).unwrap_or_default())
}

/// What is to become of the passphrase.
#[derive(Clone, Debug)]
pub enum Passphrase {
    /// It stays, or there is still none.
    Keep,
    /// Copies are not encrypted any more.
    Forget,
    /// It is this one from now on.
    Set(SecretString),
}

/// Writes the plan down; who asked for a copy, and failures, stay.
///
/// # Errors
/// When the master key was changed a moment ago, or the database fails.
pub async fn save(
    connection: &mut SqliteConnection,
    key: &MasterKey,
    plan: &BackupPlan,
    passphrase: &Passphrase,
) -> Result<(), DbError> {
    let (hours, minute) = match plan.rhythm {
        Rhythm::Hours(hours) => (Some(hours), None),
        Rhythm::Daily(minute) => (None, Some(minute)),
    };
    sqlx::query(
        "INSERT INTO backup_plan (singleton, enabled, every_hours, daily_minute, folder, keep_last, keep_days, keep_weeks, enabled_at) \
         VALUES (1, $1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (singleton) DO UPDATE SET enabled = excluded.enabled, \
         every_hours = excluded.every_hours, daily_minute = excluded.daily_minute, folder = excluded.folder, \
         keep_last = excluded.keep_last, keep_days = excluded.keep_days, keep_weeks = excluded.keep_weeks, \
         enabled_at = excluded.enabled_at",
    )
    .bind(plan.enabled)
    .bind(hours)
    .bind(minute)
    .bind(&plan.folder)
    .bind(plan.keep.last)
    .bind(plan.keep.days)
    .bind(plan.keep.weeks)
    .bind(plan.enabled_at)
    .execute(&mut *connection)
    .await?;
    let sealed = match passphrase {
        Passphrase::Keep => return Ok(()),
        Passphrase::Forget => None,
        Passphrase::Set(text) => {
            must_fit(connection, key).await?;
            Some(key.seal(PASSPHRASE_ROW, text.expose_secret().as_bytes())?)
        }
    };
    sqlx::query("UPDATE backup_plan SET sealed = $1").bind(sealed).execute(connection).await?;
    Ok(())
}

/// The passphrase; none: copies are not encrypted.
pub async fn passphrase(
    connection: &mut SqliteConnection,
    key: &MasterKey,
) -> Result<Option<SecretString>, DbError> {
    let sealed: Option<Option<Vec<u8>>> =
        sqlx::query_scalar("SELECT sealed FROM backup_plan").fetch_optional(connection).await?;
    let Some(sealed) = sealed.flatten() else { return Ok(None) };
    let plain = key.open(PASSPHRASE_ROW, &sealed)?;
    let text = std::str::from_utf8(&plain)
        .map_err(|error| DbError::Corrupt { column: "backup_plan.sealed", detail: error.to_string() })?;
    Ok(Some(text.to_owned().into()))
}

/// Writes down that a person wants a copy now.
pub async fn ask(connection: &mut SqliteConnection, by: &str, now: i64) -> Result<(), DbError> {
    let usual = BackupPlan::default();
    // Where there is no plan yet, a copy is made by the usual one.
    sqlx::query(
        "INSERT INTO backup_plan (singleton, enabled, daily_minute, folder, keep_last, keep_days, keep_weeks, asked_at, asked_by) \
         VALUES (1, 0, 180, '', $3, $4, $5, $1, $2) \
         ON CONFLICT (singleton) DO UPDATE SET asked_at = excluded.asked_at, asked_by = excluded.asked_by",
    )
    .bind(now)
    .bind(by)
    .bind(usual.keep.last)
    .bind(usual.keep.days)
    .bind(usual.keep.weeks)
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes down that a copy is begun; who asked for one is served by it.
pub async fn begin(connection: &mut SqliteConnection, backup: &Backup) -> Result<(), DbError> {
    sqlx::query(
        "INSERT INTO backups (id, file, state, encrypted, actor, started_at) VALUES ($1, $2, 'running', $3, $4, $5)",
    )
    .bind(backup.id)
    .bind(&backup.file)
    .bind(backup.encrypted)
    .bind(&backup.actor)
    .bind(backup.started_at)
    .execute(&mut *connection)
    .await?;
    sqlx::query("UPDATE backup_plan SET asked_at = NULL, asked_by = NULL").execute(connection).await?;
    Ok(())
}

/// Writes down what became of it, and forgets those of long ago that are not there any more.
pub async fn end(connection: &mut SqliteConnection, backup: &Backup) -> Result<(), DbError> {
    sqlx::query(
        "UPDATE backups SET state = $2, ended_at = $3, bytes = $4, row_count = $5, problem = $6, encrypted = $7 WHERE id = $1",
    )
    .bind(backup.id)
    .bind(backup.state)
    .bind(backup.ended_at)
    .bind(backup.bytes)
    .bind(backup.row_count)
    .bind(&backup.problem)
    .bind(backup.encrypted)
    .execute(&mut *connection)
    .await?;
    if backup.state == BackupState::Failed {
        sqlx::query("UPDATE backup_plan SET failures = failures + 1").execute(&mut *connection).await?;
    }
    sqlx::query(
        "DELETE FROM backups WHERE id IN (SELECT id FROM backups WHERE state IN ('failed', 'removed') \
         ORDER BY started_at DESC LIMIT -1 OFFSET $1)",
    )
    .bind(REMEMBERED)
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes down that a copy's file made room for later ones, or was gone.
pub async fn removed(
    connection: &mut SqliteConnection,
    id: BackupId,
    problem: Option<&str>,
) -> Result<(), DbError> {
    sqlx::query("UPDATE backups SET state = 'removed', problem = coalesce($2, problem) WHERE id = $1")
        .bind(id)
        .bind(problem)
        .execute(connection)
        .await?;
    Ok(())
}

/// Copies, as all who read them want them.
macro_rules! copies {
    () => {
        "SELECT id, file, state, encrypted, actor, started_at, ended_at, bytes, row_count, problem FROM backups"
    };
}

/// The newest copies, whatever became of them.
pub async fn list(connection: &mut SqliteConnection, limit: i64) -> Result<Vec<Backup>, DbError> {
    let rows = sqlx::query_as(concat!(copies!(), " ORDER BY started_at DESC, id DESC LIMIT $1"))
        .bind(limit)
        .fetch_all(connection)
        .await?;
    Ok(rows)
}

/// The copy that was begun last; one that was begun in the future, by a clock that was wrong, is passed over.
pub async fn last_begun(connection: &mut SqliteConnection, now: i64) -> Result<Option<Backup>, DbError> {
    let row = sqlx::query_as(concat!(
        copies!(),
        " WHERE started_at <= $1 ORDER BY started_at DESC, id DESC LIMIT 1"
    ))
    .bind(now)
    .fetch_optional(connection)
    .await?;
    Ok(row)
}

/// Every copy in a state, newest first.
pub async fn in_state(connection: &mut SqliteConnection, state: BackupState) -> Result<Vec<Backup>, DbError> {
    let rows = sqlx::query_as(concat!(copies!(), " WHERE state = $1 ORDER BY started_at DESC, id DESC"))
        .bind(state)
        .fetch_all(connection)
        .await?;
    Ok(rows)
}

/// When the last good copy was begun and ended, unix ms; whether its file made room since plays no part.
pub async fn last_good(connection: &mut SqliteConnection) -> Result<Option<(i64, i64)>, DbError> {
    let row = sqlx::query_as(
        "SELECT started_at, coalesce(ended_at, started_at) FROM backups WHERE state IN ('good', 'removed') \
         ORDER BY started_at DESC LIMIT 1",
    )
    .fetch_optional(connection)
    .await?;
    Ok(row)
}

/// From when to when each copy that failed was not made good by a later one, unix ms; and, where the plan asked for one that
/// never came, since when it is missing. Those of the last `most` that came to an end.
pub async fn wanting(connection: &mut SqliteConnection, most: i64) -> Result<Vec<(i64, i64)>, DbError> {
    let plan = plan(connection).await?;
    let (mut stretches, mut good) = (Vec::new(), None);
    if !plan.enabled {
        // Nobody waits for copies.
        return Ok(stretches);
    }
    let all = list(connection, most).await?;
    for backup in &all {
        let at = backup.ended_at.unwrap_or(backup.started_at);
        match backup.state {
            BackupState::Good | BackupState::Removed => good = Some(at),
            BackupState::Failed => stretches.push((at, good.unwrap_or(i64::MAX))),
            BackupState::Running => {}
        }
    }
    let last = last_good(connection).await?.map(|(started_at, _)| started_at);
    if let Some(since) = plan.overdue_at(last) {
        stretches.push((since, i64::MAX));
    }
    Ok(stretches)
}
