//! The plan of copies that the server makes by itself, and what became of each.

use super::{
    Connection, DbError,
    key::{must_fit, open_text},
};
use crate::{
    crypto::MasterKey,
    model::{
        backup::{Backup, BackupPlan, BackupState, Keep, Rhythm},
        ids::BackupId,
    },
};
use secrecy::{ExposeSecret, SecretString};
use sqlx::FromRow;
use uuid::Uuid;

/// The plan: there is one.
const PLAN: Uuid = Uuid::nil();
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
pub async fn plan(connection: &mut Connection) -> Result<BackupPlan, DbError> {
    let row: Option<PlanRow> = connection
        .sql(
            "SELECT enabled, every_hours, daily_minute, folder, keep_last, keep_days, keep_weeks, \
             sealed IS NOT NULL AS encrypted, asked_at, asked_by, enabled_at, failures FROM backup_plan",
        )
        .optional()
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
    connection: &mut Connection,
    key: &MasterKey,
    plan: &BackupPlan,
    passphrase: &Passphrase,
) -> Result<(), DbError> {
    let (hours, minute) = match plan.rhythm {
        Rhythm::Hours(hours) => (Some(hours), None),
        Rhythm::Daily(minute) => (None, Some(minute)),
    };
    connection
        .sql(
            "INSERT INTO backup_plan (id, enabled, every_hours, daily_minute, folder, keep_last, keep_days, keep_weeks, \
             enabled_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO UPDATE SET \
             enabled = excluded.enabled, every_hours = excluded.every_hours, daily_minute = excluded.daily_minute, \
             folder = excluded.folder, keep_last = excluded.keep_last, keep_days = excluded.keep_days, \
             keep_weeks = excluded.keep_weeks, enabled_at = excluded.enabled_at",
        )
        .bind(PLAN)
        .bind(plan.enabled)
        .bind(hours)
        .bind(minute)
        .bind(&plan.folder)
        .bind(plan.keep.last)
        .bind(plan.keep.days)
        .bind(plan.keep.weeks)
        .bind(plan.enabled_at)
        .run()
        .await?;
    let sealed = match passphrase {
        Passphrase::Keep => return Ok(()),
        Passphrase::Forget => None,
        Passphrase::Set(text) => {
            must_fit(connection, key).await?;
            Some(key.seal(PLAN.as_bytes(), text.expose_secret().as_bytes())?)
        }
    };
    connection.sql("UPDATE backup_plan SET sealed = $1").bind(sealed).run().await?;
    Ok(())
}

/// The passphrase; none: copies are not encrypted.
///
/// # Errors
/// When the database fails or the seal does not open.
pub async fn passphrase(
    connection: &mut Connection,
    key: &MasterKey,
) -> Result<Option<SecretString>, DbError> {
    let sealed: Option<Option<Vec<u8>>> =
        connection.sql("SELECT sealed FROM backup_plan").optional_scalar().await?;
    sealed.flatten().map(|sealed| open_text(key, PLAN, &sealed, "backup_plan.sealed")).transpose()
}

/// Records that a person wants a copy now.
pub async fn ask(connection: &mut Connection, by: &str, now: i64) -> Result<(), DbError> {
    let usual = BackupPlan::default();
    // Where there is no plan yet, a copy is made by the usual one.
    connection
        .sql(
            "INSERT INTO backup_plan (id, enabled, daily_minute, folder, keep_last, keep_days, keep_weeks, asked_at, asked_by) \
             VALUES ($1, FALSE, 180, '', $2, $3, $4, $5, $6) \
             ON CONFLICT (id) DO UPDATE SET asked_at = excluded.asked_at, asked_by = excluded.asked_by",
        )
        .bind(PLAN)
        .bind(usual.keep.last)
        .bind(usual.keep.days)
        .bind(usual.keep.weeks)
        .bind(now)
        .bind(by)
        .run()
        .await?;
    Ok(())
}

/// Records that a copy is begun; who asked for one is served by it.
pub async fn begin(connection: &mut Connection, backup: &Backup) -> Result<(), DbError> {
    connection
        .sql("INSERT INTO backups (id, file, state, encrypted, actor, started_at) VALUES ($1, $2, 'running', $3, $4, $5)")
        .bind(backup.id)
        .bind(&backup.file)
        .bind(backup.encrypted)
        .bind(&backup.actor)
        .bind(backup.started_at)
        .run()
        .await?;
    connection.sql("UPDATE backup_plan SET asked_at = NULL, asked_by = NULL").run().await?;
    Ok(())
}

/// Records what became of it, and forgets those of long ago that are not there any more.
pub async fn end(connection: &mut Connection, backup: &Backup) -> Result<(), DbError> {
    connection
        .sql(
            "UPDATE backups SET state = $2, ended_at = $3, bytes = $4, row_count = $5, problem = $6, encrypted = $7 \
             WHERE id = $1",
        )
        .bind(backup.id)
        .bind(backup.state)
        .bind(backup.ended_at)
        .bind(backup.bytes)
        .bind(backup.row_count)
        .bind(&backup.problem)
        .bind(backup.encrypted)
        .run()
        .await?;
    if backup.state == BackupState::Failed {
        connection.sql("UPDATE backup_plan SET failures = failures + 1").run().await?;
    }
    connection
        .sql(
            "DELETE FROM backups WHERE state IN ('failed', 'removed') AND id NOT IN (SELECT id FROM backups \
             WHERE state IN ('failed', 'removed') ORDER BY started_at DESC LIMIT $1)",
        )
        .bind(REMEMBERED)
        .run()
        .await?;
    Ok(())
}

/// Records that a copy's file made room for later ones, or was gone.
pub async fn removed(
    connection: &mut Connection,
    id: BackupId,
    problem: Option<&str>,
) -> Result<(), DbError> {
    connection
        .sql("UPDATE backups SET state = 'removed', problem = coalesce($2, problem) WHERE id = $1")
        .bind(id)
        .bind(problem)
        .run()
        .await?;
    Ok(())
}

macro_rules! copies {
    ($rest:literal) => {
        concat!(
            "SELECT id, file, state, encrypted, actor, started_at, ended_at, bytes, row_count, problem FROM backups ",
            $rest
        )
    };
}

/// The newest copies, whatever became of them.
pub async fn list(connection: &mut Connection, limit: i64) -> Result<Vec<Backup>, DbError> {
    connection.sql(copies!("ORDER BY started_at DESC, id DESC LIMIT $1")).bind(limit).all().await
}

/// The copy that was begun last; one that was begun in the future, by a clock that was wrong, is passed over.
pub async fn last_begun(connection: &mut Connection, now: i64) -> Result<Option<Backup>, DbError> {
    connection
        .sql(copies!("WHERE started_at <= $1 ORDER BY started_at DESC, id DESC LIMIT 1"))
        .bind(now)
        .optional()
        .await
}

/// Every copy in a state, newest first.
pub async fn in_state(connection: &mut Connection, state: BackupState) -> Result<Vec<Backup>, DbError> {
    connection.sql(copies!("WHERE state = $1 ORDER BY started_at DESC, id DESC")).bind(state).all().await
}

/// When the last good copy was begun and ended, unix ms; whether its file made room since plays no part.
pub async fn last_good(connection: &mut Connection) -> Result<Option<(i64, i64)>, DbError> {
    connection
        .sql(
            "SELECT started_at, coalesce(ended_at, started_at) FROM backups WHERE state IN ('good', 'removed') \
             ORDER BY started_at DESC LIMIT 1",
        )
        .optional()
        .await
}

/// From when to when each copy that failed was not made good by a later one, unix ms; and, where the plan asked for one that
/// never came, since when it is missing. Those of the last `most` that came to an end.
pub async fn wanting(connection: &mut Connection, most: i64) -> Result<Vec<(i64, i64)>, DbError> {
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
