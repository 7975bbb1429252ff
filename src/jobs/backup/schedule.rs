//! Copies that the server makes by itself, and which of them make room for later ones.

use crate::{
    db::backups,
    jobs::backup::{
        BackupError, files,
        make::{self, Made, Wish, make},
    },
    model::{
        backup::{Backup, BackupPlan, BackupState},
        error::AppError,
        ids::BackupId,
        time,
    },
    state::AppState,
};
use std::{
    fs, io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::time::MissedTickBehavior;

/// Between two looks whether one is due.
const LOOK_EVERY: Duration = Duration::from_secs(20);
/// How each file that is made here begins, and those alone are ever deleted.
const NAME: &str = "hookpost-";

/// Looks, forever.
pub async fn run(state: AppState) {
    let mut tick = tokio::time::interval(LOOK_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            () = state.wake.backups.notified() => {}
        }
        if let Err(error) = look(&state).await {
            tracing::warn!(%error, "could not check whether a backup is due: {error}");
        }
    }
}

/// Makes a copy if one is due or asked for, and lets old ones make room for it. Says what was made, or failed.
pub async fn look(state: &AppState) -> Result<Option<Backup>, AppError> {
    let Some(allowed) = state.settings.backup_dir.clone() else { return Ok(None) };
    give_up_left_over(state, &allowed).await?;
    // By a clock that leapt ahead, the next one would be due in years.
    let Ok(now) = state.clock.believed_ms() else { return Ok(None) };
    let mut connection = state.db.read().await?;
    let plan = backups::plan(&mut connection).await?;
    let last = backups::last_begun(&mut connection, now).await?;
    drop(connection);
    let is_due = plan.next_at(last.as_ref()).is_some_and(|at| at <= now);
    if !is_due && plan.asked.is_none() {
        return Ok(None);
    }
    let backup = make_one(state, &allowed, &plan, now).await?;
    if backup.state == BackupState::Good {
        make_room(state, &allowed, &plan).await?;
    }
    Ok(Some(backup))
}

async fn make_one(state: &AppState, allowed: &Path, plan: &BackupPlan, now: i64) -> Result<Backup, AppError> {
    let id = BackupId::new();
    let mut backup = Backup {
        id,
        file: file_name(plan, id, now),
        state: BackupState::Running,
        encrypted: plan.encrypted,
        actor: plan.asked.as_ref().map(|(_, by)| by.clone()),
        started_at: now,
        ended_at: None,
        bytes: None,
        row_count: None,
        problem: None,
    };
    let mut tx = state.db.begin().await?;
    backups::begin(&mut tx, &backup).await?;
    tx.commit().await?;
    let made = copy(state, allowed, &backup).await;
    // A clock that was put back meanwhile makes no copy end before it began.
    backup.ended_at = Some(state.clock.now_ms().max(now));
    match made {
        Ok(made) => {
            let odd = made.odd().join("; ");
            backup.state = BackupState::Good;
            backup.bytes = i64::try_from(made.bytes).ok();
            backup.row_count = Some(made.looked.rows);
            backup.problem = Some(odd).filter(|odd| !odd.is_empty());
            tracing::info!(
                file = backup.file,
                bytes = made.bytes,
                rows = made.looked.rows,
                seconds = made.took.as_secs_f64(),
                snapshot_seconds = made.held.as_secs_f64(),
                problem = backup.problem,
                "backup completed and checked"
            );
        }
        Err(error) => {
            backup.state = BackupState::Failed;
            backup.problem = Some(error.to_string());
            tracing::error!(file = backup.file, %error, "the backup failed: {error}");
        }
    }
    let mut tx = state.db.begin().await?;
    backups::end(&mut tx, &backup).await?;
    tx.commit().await?;
    Ok(backup)
}

async fn copy(state: &AppState, allowed: &Path, backup: &Backup) -> Result<Made, BackupError> {
    let target = allowed.join(&backup.file);
    let (root, folder) = (allowed.to_owned(), crate::db::disk::folder_of(&target).to_owned());
    make::blocking(move || make_folder(&root, &folder)).await??;
    let database = &state.settings.database;
    let key = state.db.key();
    let sealed = async { backups::passphrase(&mut state.db.read().await?, &key).await };
    let passphrase = if backup.encrypted { sealed.await.map_err(BackupError::db(database))? } else { None };
    if backup.encrypted && passphrase.is_none() {
        return Err(BackupError::Stopped);
    }
    make(Wish {
        database,
        target: &target,
        replace: false,
        passphrase: passphrase.as_ref(),
        stage: None,
        key: Some(&key),
        key_text: None,
        gently: true,
        floor: state.settings.disk_floor,
        now: backup.started_at,
    })
    .await
}

/// `hookpost-20261123-120000Z-1a2b3c4d.db`, below the plan's folder. The end keeps two servers that share a folder apart.
fn file_name(plan: &BackupPlan, id: BackupId, now: i64) -> String {
    let stamp: String =
        time::rfc3339(now).chars().take(19).filter(|c| c.is_ascii_digit() || *c == 'T').collect();
    let id = id.to_string();
    let end = &id[id.len().saturating_sub(8)..];
    let suffix = if plan.encrypted { ".db.age" } else { ".db" };
    let name = format!("{NAME}{}Z-{end}{suffix}", stamp.replace('T', "-"));
    if plan.folder.is_empty() { name } else { format!("{}/{name}", plan.folder) }
}

/// Makes the folder, and looks that no link leads out of the one that the operator allows.
fn make_folder(allowed: &Path, folder: &Path) -> Result<(), BackupError> {
    let root = allowed.canonicalize().map_err(BackupError::io(allowed))?;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(BackupError::io(folder))?;
    is_within(&root, folder)
}

fn is_within(root: &Path, folder: &Path) -> Result<(), BackupError> {
    let real = folder.canonicalize().map_err(BackupError::io(folder))?;
    if real.starts_with(root) {
        return Ok(());
    }
    let error = io::Error::other("a link leads outside the backup folder");
    Err(BackupError::io(folder)(error))
}

/// What an earlier process was making when it ended was never whole: its files are removed.
async fn give_up_left_over(state: &AppState, allowed: &Path) -> Result<(), AppError> {
    let left = backups::in_state(&mut state.db.read().await?, BackupState::Running).await?;
    for backup in left {
        let target = allowed.join(&backup.file);
        let stage = make::stage_name(crate::db::disk::folder_of(&state.settings.database), &target);
        for path in [files::partial_name(&target), stage] {
            if let Err(error) = fs::remove_file(&path)
                && error.kind() != io::ErrorKind::NotFound
            {
                tracing::warn!(path = %path.display(), %error, "an unfinished backup can't be removed: {error}");
            }
        }
        let row = Backup {
            state: BackupState::Failed,
            ended_at: Some(backup.started_at),
            problem: Some("the server stopped before it finished".to_owned()),
            ..backup
        };
        tracing::warn!(file = row.file, "a backup was not completed because the server stopped");
        let mut tx = state.db.begin().await?;
        backups::end(&mut tx, &row).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Deletes the copies that the plan does not keep: those that were made here, by their names, and nothing else.
async fn make_room(state: &AppState, allowed: &Path, plan: &BackupPlan) -> Result<(), AppError> {
    let good = backups::in_state(&mut state.db.read().await?, BackupState::Good).await?;
    let ages: Vec<_> = good.iter().map(|backup| (backup.id, backup.started_at)).collect();
    let kept = plan.keep.kept(&ages);
    for backup in good.into_iter().filter(|backup| !kept.contains(&backup.id)) {
        let (root, file) = (allowed.to_owned(), backup.file.clone());
        let problem = match make::blocking(move || delete(&root, &file)).await {
            Ok(Ok(())) => None,
            Ok(Err(error)) if error.kind() == io::ErrorKind::NotFound => {
                Some("its file was missing before rotation".to_owned())
            }
            other => {
                let why = other.map_or_else(|error| error.to_string(), |done| format!("{done:?}"));
                tracing::warn!(file = backup.file, why, "an old backup can't be deleted: {why}");
                continue;
            }
        };
        tracing::info!(file = backup.file, "an old backup was deleted");
        let mut tx = state.db.begin().await?;
        backups::removed(&mut tx, backup.id, problem.as_deref()).await?;
        tx.commit().await?;
    }
    Ok(())
}

fn delete(allowed: &Path, file: &str) -> io::Result<()> {
    let refused = |why: &str| Err(io::Error::other(why.to_owned()));
    let path: PathBuf = allowed.join(file);
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if !name.starts_with(NAME) || !(name.ends_with(".db") || name.ends_with(".db.age")) {
        return refused("its name was not created by Hookpost");
    }
    if !path.symlink_metadata()?.is_file() {
        return refused("it is no longer a file");
    }
    let root = allowed.canonicalize()?;
    if is_within(&root, crate::db::disk::folder_of(&path)).is_err() {
        return refused("a link leads outside the backup folder");
    }
    fs::remove_file(&path)?;
    files::sync_folder(crate::db::disk::folder_of(&path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_by_its_time_and_only_such_files_are_deleted() {
        let id: BackupId = "01890000-0000-7000-8000-00001a2b3c4d".parse().unwrap();
        let mut plan = BackupPlan::default();
        assert_eq!(file_name(&plan, id, 1_795_435_200_000), "hookpost-20261123-120000Z-1a2b3c4d.db");
        (plan.folder, plan.encrypted) = ("daily".into(), true);
        let name = file_name(&plan, id, 1_795_435_200_000);
        assert_eq!(name, "daily/hookpost-20261123-120000Z-1a2b3c4d.db.age");
        let dir = tempfile::tempdir().unwrap();
        make_folder(dir.path(), &dir.path().join("daily")).unwrap();
        fs::write(dir.path().join(&name), "x").unwrap();
        fs::write(dir.path().join("notes.db"), "x").unwrap();
        delete(dir.path(), &name).unwrap();
        assert_eq!(delete(dir.path(), &name).unwrap_err().kind(), io::ErrorKind::NotFound);
        assert!(delete(dir.path(), "notes.db").is_err() && dir.path().join("notes.db").exists());
    }

    #[test]
    fn a_link_out_of_the_folder_is_not_followed() {
        let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::os::unix::fs::symlink(other.path(), dir.path().join("daily")).unwrap();
        assert!(make_folder(dir.path(), &dir.path().join("daily")).is_err());
        let name = "daily/hookpost-20261123-120000Z-1a2b3c4d.db";
        fs::write(dir.path().join(name), "x").unwrap();
        assert!(delete(dir.path(), name).is_err() && dir.path().join(name).exists());
    }
}
