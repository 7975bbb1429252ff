//! Files, who may read them, and the room around them.

use super::finding::Findings;
use crate::{
    crypto::key_file,
    db::{
        backup::beside,
        disk::{self, file_size, folder_of, space},
    },
    model::time,
    runtime::config::Settings,
};
use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::Path,
};

/// A write-ahead log that is larger than this is not being taken in.
const LARGE_WAL: u64 = 256 * 1024 * 1024;

pub(super) fn check(settings: &Settings, found: &mut Findings) {
    let database = &settings.database;
    if !database.exists() {
        found.error(
            "database",
            format!("there is no database {}", database.display()),
            "Set it with --database or HOOKPOST_DATABASE. The server creates it on first start",
        );
    }
    key_modes(settings, found);
    if mode(database).is_some_and(|mode| mode & 0o007 != 0) {
        found.warning(
            "database-mode",
            format!(
                "every user on this machine can read {}, which contains the bodies of all webhooks",
                database.display()
            ),
            format!("chmod o= {}", database.display()),
        );
    }
    room(settings, found);
    if let Some(size) = file_size(&beside(database, "-wal")).filter(|size| *size > LARGE_WAL) {
        found.warning(
            "wal",
            format!("the write-ahead log has grown to {}: a program holds a long read on the database", said(size)),
            "Look for a program that keeps the database open, such as a forgotten sqlite3. The log shrinks when it ends",
        );
    }
    if let Some(folder) = &settings.backup_dir {
        backup_folder(folder, database, found);
    }
}

fn mode(path: &Path) -> Option<u32> {
    fs::metadata(path).ok().map(|metadata| metadata.permissions().mode())
}

fn said(bytes: u64) -> String {
    time::size(i64::try_from(bytes).unwrap_or(i64::MAX))
}

fn key_modes(settings: &Settings, found: &mut Findings) {
    if settings.encryption_key.is_some() {
        return;
    }
    let file = settings.key_file();
    for path in key_file::candidates(&file) {
        let Some(mode) = mode(&path) else { continue };
        let to_do = format!(
            "chmod 600 {}; if others had access, change the key with `hookpost key rotate`",
            path.display()
        );
        if mode & 0o007 != 0 {
            found.error(
                "key-mode",
                format!(
                    "every user on this machine can read the master key {} (mode {:o})",
                    path.display(),
                    mode & 0o777
                ),
                to_do,
            );
        } else if mode & 0o070 != 0 {
            found.warning(
                "key-mode",
                format!("a whole group can read the master key {} (mode {:o})", path.display(), mode & 0o777),
                to_do,
            );
        }
    }
    let folder = folder_of(&file);
    // Where the sticky bit is set, others cannot replace what is not theirs.
    if mode(folder).is_some_and(|mode| mode & 0o002 != 0 && mode & 0o1000 == 0) {
        found.error(
            "key-folder",
            format!("every user on this machine can replace the master key in {}", folder.display()),
            format!("chmod o-w {}", folder.display()),
        );
    }
    if key_file::next_file(&file).exists() {
        found.warning(
            "key-rotation",
            format!(
                "a change of the master key was not completed: {} exists",
                key_file::next_file(&file).display()
            ),
            "Start the server or run any command to put the matching key in place. Do not delete either file",
        );
    }
}

fn room(settings: &Settings, found: &mut Findings) {
    let folder = folder_of(&settings.database);
    let space = match space(folder) {
        Ok(space) => space,
        Err(error) => {
            found.warning(
                "disk",
                format!("cannot determine the free space in {}: {error}", folder.display()),
                "Check that the folder exists",
            );
            return;
        }
    };
    let (floor, reserve) = disk::floors(space.total, settings.disk_floor, settings.disk_reserve);
    let to_do = "Free up disk space, or shorten the retention of deliveries (Settings → Endpoints)";
    if space.free < reserve {
        found.error(
            "disk",
            format!("{} free: all webhooks get a 503 and nothing is stored", said(space.free)),
            to_do,
        );
    } else if space.free < floor {
        found.error("disk", format!("{} free: only verified webhooks are stored", said(space.free)), to_do);
    } else if space.free < floor.saturating_mul(4) {
        found.warning(
            "disk",
            format!("{} free; below {} only verified webhooks are stored", said(space.free), said(floor)),
            to_do,
        );
    }
}

fn backup_folder(folder: &Path, database: &Path, found: &mut Findings) {
    match fs::metadata(folder) {
        Ok(metadata) if !metadata.is_dir() => found.error(
            "backup-dir",
            format!("--backup-dir {} is not a folder", folder.display()),
            "Choose a folder that the server can write to",
        ),
        Ok(metadata) => {
            if metadata.permissions().mode() & 0o002 != 0 && metadata.permissions().mode() & 0o1000 == 0 {
                found.warning(
                    "backup-dir",
                    format!("every user on this machine can write to the backup folder {}", folder.display()),
                    format!("chmod o-w {}", folder.display()),
                );
            }
            if fs::metadata(folder_of(database)).is_ok_and(|own| own.dev() == metadata.dev()) {
                found.info(
                    "backup-dir",
                    "backups are on the same disk as the database: one failure can destroy both",
                    "Choose a folder on another disk, or copy the backups to another machine",
                );
            }
        }
        Err(error) => found.error(
            "backup-dir",
            format!("--backup-dir {}: {error}", folder.display()),
            "Create the folder and make it writable for the server",
        ),
    }
}
