//! One server to a file: two would give the same ids, send each forward twice and count past each other.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Seek, Write},
    path::{Path, PathBuf},
};

/// Held while a server runs; the system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub struct ServerLock {
    _file: File,
}

/// Why a server may not use the database.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another one does.
    #[error(
        "{database} is in use by another Hookpost server (process {process}): stop it first, or set another database with HOOKPOST_DATABASE"
    )]
    Taken {
        /// The database file.
        database: String,
        /// Its process id, as far as it is known.
        process: String,
    },
    /// The file of the lock cannot be made.
    #[error("cannot use the lock file {path}: {error}")]
    File {
        path: String,
        /// What the system said.
        error: std::io::Error,
    },
}

impl ServerLock {
    /// Takes the lock of this database, which may not be there yet.
    ///
    /// # Errors
    /// See [`LockError`].
    pub fn take(database: &Path) -> Result<Self, LockError> {
        let path = lock_file(database);
        let failed = |error| LockError::File { path: path.display().to_string(), error };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut process = String::new();
                // Only for people to read: without it the sentence is as true.
                let _unknown = file.take(20).read_to_string(&mut process);
                let process =
                    Some(process.trim()).filter(|id| !id.is_empty()).unwrap_or("unknown").to_owned();
                return Err(LockError::Taken { database: database.display().to_string(), process });
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        // A full disk holds up the writing of the id, and not the lock.
        let _noted = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{}", std::process::id()));
        Ok(Self { _file: file })
    }
}

/// Beside the file that the path leads to, whatever name it was called by.
fn lock_file(database: &Path) -> PathBuf {
    let real = database.canonicalize().unwrap_or_else(|_| database.to_owned());
    let mut name = real.into_os_string();
    name.push(".lock");
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_server_is_told_which_process_has_the_file_also_by_another_name_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("hookpost.db"), folder.path().join("other.db"));
        File::create(&file).unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let held = ServerLock::take(&file).unwrap();
        let refused = ServerLock::take(&link).unwrap_err().to_string();
        let process = format!("(process {})", std::process::id());
        assert!(refused.contains("another Hookpost server") && refused.contains(&process), "{refused}");
        drop(held);
        ServerLock::take(&link).unwrap();
    }
}
