//! Files that are written under another name and take their place once they are whole and on the disk.

use crate::{crypto::key_file, db::disk, jobs::backup::BackupError, model::time};
use rustix::fs::OFlags;
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

/// Files of SQLite that would be taken for those of a database that takes its place beside them.
const SIDECARS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// The name of a file until it is whole.
pub(crate) fn partial_name(target: &Path) -> PathBuf {
    key_file::with_suffix(target, ".partial")
}

/// A file until it is whole: removed when it is dropped before. It is locked, so that one which was left by a process that
/// ended is told from one that is being written.
#[derive(Debug)]
pub(crate) struct Partial {
    path: PathBuf,
    file: File,
    is_placed: bool,
}

impl Partial {
    /// Makes an empty file for its owner alone; what an earlier process left under the name is overwritten.
    pub fn create(path: PathBuf) -> Result<Self, BackupError> {
        let error = BackupError::io(&path);
        let no_link = i32::try_from(OFlags::NOFOLLOW.bits()).unwrap_or(0);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .custom_flags(no_link)
            .open(&path)
            .map_err(&error)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(BackupError::Busy(path.display().to_string())),
            Err(TryLockError::Error(e)) => return Err(error(e)),
        }
        // Whoever had the lock may have put the file in its place meanwhile: then it is a finished copy.
        let (locked, named) = (file.metadata().map_err(&error)?, fs::metadata(&path));
        if named.map_or(true, |named| (named.dev(), named.ino()) != (locked.dev(), locked.ino())) {
            return Err(BackupError::Busy(path.display().to_string()));
        }
        file.set_len(0).map_err(&error)?;
        file.set_permissions(fs::Permissions::from_mode(0o600)).map_err(&error)?;
        Ok(Self { path, file, is_placed: false })
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The open file.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// The same, to write into it.
    pub fn file_mut(&mut self) -> &mut File {
        &mut self.file
    }

    /// Its size, bytes.
    pub fn size(&self) -> u64 {
        self.file.metadata().map_or(0, |metadata| metadata.len())
    }

    /// Syncs it and puts it in its place; `replace`: over what is there.
    pub fn place(mut self, target: &Path, replace: bool) -> Result<(), BackupError> {
        self.file.sync_all().map_err(BackupError::io(&self.path))?;
        let placed = if replace { fs::rename(&self.path, target) } else { self.link(target) };
        placed.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => exists(target),
            _ => BackupError::io(target)(error),
        })?;
        self.is_placed = true;
        let folder = disk::folder_of(target);
        sync_folder(folder).map_err(BackupError::io(folder))
    }

    /// A rename would overwrite what came to lie there meanwhile; a link does not.
    fn link(&self, target: &Path) -> io::Result<()> {
        match fs::hard_link(&self.path, target) {
            Ok(()) => fs::remove_file(&self.path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
            // Not every file system has links.
            Err(_) if target.symlink_metadata().is_ok() => Err(io::ErrorKind::AlreadyExists.into()),
            Err(_) => fs::rename(&self.path, target),
        }
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.is_placed {
            // It may be gone.
            let _gone = fs::remove_file(&self.path);
        }
    }
}

/// Puts what a folder lists on the disk.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn exists(path: &Path) -> BackupError {
    BackupError::Exists(
        path.display().to_string(),
        "Choose another file, or use `hookpost backup --force` to replace a backup",
    )
}

/// Refuses to write where something lies. Files of SQLite beside it count too: they would be taken for those of the new one.
pub(crate) fn must_be_free(target: &Path, replace: bool) -> Result<(), BackupError> {
    if !replace && target.symlink_metadata().is_ok() {
        return Err(exists(target));
    }
    for suffix in SIDECARS {
        let path = crate::db::backup::beside(target, suffix);
        if path.symlink_metadata().is_ok() {
            return Err(BackupError::Exists(
                path.display().to_string(),
                "It would be mistaken for part of the new file; move it away first",
            ));
        }
    }
    if target.is_dir() {
        return Err(BackupError::Exists(target.display().to_string(), "It is a folder; name a file in it"));
    }
    Ok(())
}

/// Whether there is room for so many bytes in a folder, beside the room that is to stay for webhooks where the database
/// shares its file system.
pub(crate) fn must_have_room(
    folder: &Path,
    bytes: u64,
    database: &Path,
    floor: Option<u64>,
) -> Result<(), BackupError> {
    let space = disk::space(folder).map_err(BackupError::io(folder))?;
    let shared = match (fs::metadata(folder), fs::metadata(disk::folder_of(database))) {
        (Ok(one), Ok(other)) => one.dev() == other.dev(),
        _ => false,
    };
    let (stays, _) = disk::floors(space.total, floor, None);
    let need = bytes.saturating_add(if shared { stays } else { 0 });
    if space.free >= need {
        return Ok(());
    }
    let said = |bytes: u64| time::size(i64::try_from(bytes).unwrap_or(i64::MAX));
    Err(BackupError::NoRoom {
        folder: folder.display().to_string(),
        free: said(space.free),
        need: if shared && stays > 0 {
            format!("{} and leaves {} for webhooks", said(bytes), said(stays))
        } else {
            said(bytes)
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_takes_its_place_whole_or_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("copy.db");
        drop(Partial::create(partial_name(&target)).unwrap());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
        let partial = Partial::create(partial_name(&target)).unwrap();
        assert!(matches!(Partial::create(partial_name(&target)), Err(BackupError::Busy(_))));
        partial.place(&target, false).unwrap();
        assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o600);
        let again = Partial::create(partial_name(&target)).unwrap();
        assert!(matches!(again.place(&target, false), Err(BackupError::Exists(..))));
        Partial::create(partial_name(&target)).unwrap().place(&target, true).unwrap();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_of_sqlite_beside_it_is_in_the_way() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("copy.db");
        assert!(must_be_free(&target, false).is_ok());
        fs::write(dir.path().join("copy.db-wal"), "").unwrap();
        assert!(matches!(must_be_free(&target, true), Err(BackupError::Exists(..))));
        assert!(must_be_free(dir.path(), true).is_err(), "a folder");
    }

    #[test]
    fn too_little_room_is_said_before_anything_is_written() {
        let dir = tempfile::tempdir().unwrap();
        let database = dir.path().join("hookpost.db");
        assert!(must_have_room(dir.path(), 1, &database, Some(0)).is_ok());
        let error = must_have_room(dir.path(), u64::MAX / 4, &database, Some(0)).unwrap_err().to_string();
        assert!(error.contains("Nothing was changed. Free up space"), "{error}");
    }
}
