//! Copies of the database: made beside a running server, looked at, encrypted, put back. See `docs/backup.md`.
//!
//! A copy is a database of its own with one table more, `backup_info`. An encrypted one is such a file in the format of
//! [age](https://age-encryption.org), which other tools open too.

mod files;
pub(crate) mod make;
pub(crate) mod plan;
pub(crate) mod restore;
pub mod schedule;
mod seal;

pub use make::{Made, Wish, make};
pub use restore::{Restored, restore};

use crate::{
    crypto::{KeyError, MasterKey},
    db::backup::CopyError,
    runtime::config::Settings,
};
use secrecy::{ExposeSecret, SecretString};
use std::{io, path::Path};

/// A passphrase is at least this long, in characters.
pub const SHORTEST_PASSPHRASE: usize = 12;

/// Why no copy was made or put back. For the operator.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is no database to copy.
    #[error("there is no database {0}; set the file with --database")]
    NoDatabase(String),
    /// What is to be put back is not there.
    #[error("no such file: {0}")]
    NoFile(String),
    /// A file is in the way.
    #[error("{0} already exists. Nothing was changed. {1}")]
    Exists(String, &'static str),
    /// Another process makes the same file.
    #[error("another process is writing {0}")]
    Busy(String),
    /// The disk has too little room.
    #[error(
        "{folder} has {free} free, but about {need} is needed. Nothing was changed. Free up space, or choose another folder"
    )]
    NoRoom {
        /// Where the room is missing.
        folder: String,
        /// How much there is.
        free: String,
        /// How much it takes.
        need: String,
    },
    /// A passphrase that everybody guesses.
    #[error(
        "the passphrase is too short: use at least {SHORTEST_PASSPHRASE} characters, for example from `openssl rand -base64 24`"
    )]
    ShortPassphrase,
    /// The copy is encrypted.
    #[error("{0} is encrypted: pass its passphrase with --passphrase-stdin or --passphrase-file")]
    NeedsPassphrase(String),
    /// The copy does not open with the passphrase.
    #[error("cannot decrypt {0}: wrong passphrase")]
    WrongPassphrase(String),
    /// An encrypted file that no passphrase opens.
    #[error("{file}: {why}")]
    Sealed {
        /// The file.
        file: String,
        /// What is wrong with it.
        why: String,
    },
    /// The copy is of no use.
    #[error("{file}: {error}")]
    Copy {
        /// The file.
        file: String,
        /// Cause of the failure.
        error: CopyError,
    },
    /// What was made is not what it was made from.
    #[error("the copy is incomplete and was deleted: {0}")]
    NotWhole(String),
    /// The key does not open what is sealed in the copy.
    #[error(
        "the master key in {0} does not match this backup. Nothing was changed. Put the right key there, or set another file with --encryption-key-file"
    )]
    WrongKey(String),
    /// The master key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A name that SQLite cannot be told.
    #[error("{0}: the name is not valid UTF-8")]
    Name(String),
    /// The database could not be copied.
    #[error("{file}: {why}")]
    Db {
        /// The database.
        file: String,
        /// What it said.
        why: String,
    },
    /// A file or folder.
    #[error("{file}: {error}")]
    Io {
        /// Which one.
        file: String,
        /// What the system said.
        error: io::Error,
    },
    /// It was told to stop.
    #[error("it was stopped before it finished")]
    Stopped,
}

impl BackupError {
    fn io(file: &Path) -> impl Fn(io::Error) -> Self + use<> {
        let file = file.display().to_string();
        move |error| Self::Io { file: file.clone(), error }
    }

    fn copy(file: &Path) -> impl Fn(CopyError) -> Self + use<> {
        let file = file.display().to_string();
        move |error| Self::Copy { file: file.clone(), error }
    }

    fn db(file: &Path) -> impl Fn(crate::db::DbError) -> Self + use<> {
        let file = file.display().to_string();
        move |error| Self::Db { file: file.clone(), why: crate::telemetry::chain(&error) }
    }
}

/// Whether a passphrase is long enough.
pub fn check_passphrase(passphrase: &SecretString) -> Result<(), BackupError> {
    if passphrase.expose_secret().chars().count() < SHORTEST_PASSPHRASE {
        return Err(BackupError::ShortPassphrase);
    }
    Ok(())
}

/// The master key of the settings and its text, as it is; none: there is no such file. Unlike the server this makes none.
///
/// # Errors
/// When it cannot be read, or is not a key.
pub fn key_as_it_is(settings: &Settings) -> Result<Option<(MasterKey, SecretString)>, KeyError> {
    let (text, origin) = match &settings.encryption_key {
        Some(text) => (text.clone(), "HOOKPOST_ENCRYPTION_KEY".to_owned()),
        None => {
            let file = settings.key_file();
            let origin = file.display().to_string();
            match std::fs::read_to_string(&file) {
                Ok(text) => (text.into(), origin),
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(KeyError::File { path: origin, error }),
            }
        }
    };
    let key = MasterKey::from_base64(text.expose_secret(), &origin)?;
    Ok(Some((key, text.expose_secret().trim().to_owned().into())))
}
