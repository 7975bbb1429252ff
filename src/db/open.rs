//! Opening the database: the version of SQLite, migrations, and the proof that the master key fits.

use super::{
    Connection, Db, DbError, disk,
    key::{KeySource, data_key, seal_proof},
    lock::{LockError, ServerLock},
    sqlite,
    writer::Writer,
};
use crate::runtime::clock::Clock;
use sqlx::migrate::MigrateError;
use std::{
    path::Path,
    sync::{Arc, RwLock},
};

/// Why the database could not be opened. The text is for the operator.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file was written by a newer Hookpost.
    #[error(
        "{path} was written by a newer version of Hookpost (migration {version}); run that version, or restore a backup made before the upgrade"
    )]
    Newer {
        /// The database file.
        path: String,
        /// The first migration that this version does not know.
        version: i64,
    },
    /// The file was made by a commit from before the first release, whose tables were others.
    #[error(
        "{path} was created by a pre-release version of Hookpost with a different database layout. Nothing was changed. Set another database with HOOKPOST_DATABASE, or run the version that created this one"
    )]
    Prerelease {
        /// The database file.
        path: String,
    },
    /// A migration failed; the file is as it was.
    #[error("{path}: migration failed: {error}")]
    Migration {
        /// The database file.
        path: String,
        /// What went wrong.
        error: MigrateError,
    },
    /// The secrets in the file were sealed with another key.
    #[error(
        "the master key does not match {path}: its secrets were encrypted with another key. Nothing was changed. Set the right key with HOOKPOST_ENCRYPTION_KEY or HOOKPOST_ENCRYPTION_KEY_FILE"
    )]
    WrongKey {
        /// The database file.
        path: String,
    },
    /// The SQLite library is one that could damage the file.
    #[error("SQLite {0} is too old and can damage a database in WAL mode; build with 3.51.3 or newer")]
    OldSqlite(String),
    /// A server of another version runs on the file, which would have to be migrated.
    #[error(
        "{path} is in use by a server of an older version (process {process}), and this command would have to migrate it. Stop the server first, or use the same version for the command"
    )]
    OlderServer {
        /// The database file.
        path: String,
        /// The server's process id.
        process: String,
    },
    /// There is no room on the disk to open it.
    #[error(
        "cannot open the database {path}: the disk is full; free up space, and the server will continue automatically"
    )]
    DiskFull {
        /// The database file.
        path: String,
    },
    /// The file is damaged.
    #[error(
        "the database {path} is damaged ({error}). Nothing was changed. Restore a backup with `hookpost restore BACKUP --database NEW`, or assess the damage with `hookpost doctor`"
    )]
    Damaged {
        /// The database file.
        path: String,
        /// What SQLite said.
        error: sqlx::Error,
    },
    /// The file cannot be opened.
    #[error("cannot open the database {path}: {error}")]
    File {
        /// The database file.
        path: String,
        /// What went wrong.
        error: DbError,
    },
}

impl Db {
    /// Opens the file, creating and migrating it as needed, and starts the writer.
    ///
    /// # Errors
    /// See [`OpenError`]; nothing was changed in the file then, except by migrations that succeeded.
    pub async fn open(path: &Path, key: KeySource, clock: Clock) -> Result<Self, OpenError> {
        Self::open_file(path, key, clock, false).await.map_err(|error| sorted(error, path))
    }

    /// The same beside a server that may be running: the file is not migrated under its feet.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open_beside(path: &Path, key: KeySource, clock: Clock) -> Result<Self, OpenError> {
        Self::open_file(path, key, clock, true).await.map_err(|error| sorted(error, path))
    }

    async fn open_file(
        path: &Path,
        key: KeySource,
        clock: Clock,
        is_beside: bool,
    ) -> Result<Self, OpenError> {
        let shown = path.display().to_string();
        let file_error = |error: DbError| OpenError::File { path: shown.clone(), error };
        if is_prerelease_file(path).await {
            return Err(OpenError::Prerelease { path: shown });
        }
        sqlite::open::make_private(path);
        let options = sqlite::open::writing(path);
        let mut connection = sqlite::open::one(&options).await.map_err(file_error)?;
        if let Some(version) = sqlite::open::outdated(&mut connection).await {
            return Err(OpenError::OldSqlite(version));
        }
        // The key first: with a wrong one nothing is to be touched.
        let proven = key.prove(&mut connection).await.map_err(|error| match error {
            DbError::Sealed(_) => OpenError::WrongKey { path: shown.clone() },
            error => file_error(error),
        })?;
        let _no_server_meanwhile = if is_beside { no_server(&mut connection, path).await? } else { None };
        migrate(&mut connection, &shown).await?;
        if proven.is_none() {
            seal_proof(&mut connection, &key.key).await.map_err(file_error)?;
        }
        let mut in_use = proven.unwrap_or_else(|| key.key.clone());
        let header_key = match data_key(&mut connection, &in_use).await {
            // Another process has changed the master key since.
            Err(DbError::Sealed(_) | DbError::KeyChanged) => {
                in_use = key.prove(&mut connection).await.map_err(file_error)?.unwrap_or(in_use);
                data_key(&mut connection, &in_use).await
            }
            outcome => outcome,
        };
        let header_key = header_key.map_err(file_error)?;
        sqlite::open::analyse(&mut connection).await.map_err(file_error)?;
        let read = sqlite::open::readers(path).await.map_err(file_error)?;
        let writer = Writer::start(connection, options, path, clock).await.map_err(file_error)?;
        let in_use = Arc::new(RwLock::new(in_use));
        Ok(Self { read, writer, key: in_use, key_source: key, header_key })
    }
}

/// What an error is really about: SQLite has many words for a full disk, and the same ones for other troubles.
fn sorted(error: OpenError, path: &Path) -> OpenError {
    let shown = path.display().to_string();
    match error {
        OpenError::File { error: DbError::Full, .. } => OpenError::DiskFull { path: shown },
        OpenError::File { .. } | OpenError::Migration { .. } if disk::is_exhausted(path) => {
            OpenError::DiskFull { path: shown }
        }
        OpenError::File { error: DbError::Fatal(error), .. } if sqlite::errors::is_damage(&error) => {
            OpenError::Damaged { path: shown, error }
        }
        OpenError::Migration {
            error: MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _),
            ..
        } if sqlite::errors::is_damage(&error) => OpenError::Damaged { path: shown, error },
        error => error,
    }
}

/// The newest migration of this version.
pub fn newest_migration() -> i64 {
    sqlite::open::MIGRATOR.iter().map(|migration| migration.version).max().unwrap_or(0)
}

/// Whether the database was made before the first release: what it calls its first migration is not ours. Those tables had
/// other columns.
pub async fn is_prerelease(connection: &mut Connection) -> Result<bool, DbError> {
    if !connection.has_table("_sqlx_migrations").await? {
        return Ok(false);
    }
    let first: Option<Vec<u8>> =
        connection.sql("SELECT checksum FROM _sqlx_migrations WHERE version = 1").optional_scalar().await?;
    let ours = connection.migrator().iter().find(|migration| migration.version == 1);
    Ok(first.is_some_and(|first| ours.is_some_and(|ours| *ours.checksum != *first)))
}

/// The same of a file, which is not touched. Where it cannot be read, opening it says why.
async fn is_prerelease_file(path: &Path) -> bool {
    if disk::file_size(path).unwrap_or_default() == 0 {
        return false;
    }
    let Ok(mut connection) = sqlite::backup::open_untouched(path).await else { return false };
    let is_prerelease = is_prerelease(&mut connection).await.unwrap_or(false);
    // It was read from only.
    let _closed = connection.close().await;
    is_prerelease
}

/// Whether the database has the migrations of this version and no others: another process may have opened it with a newer
/// one.
pub async fn is_migrated(connection: &mut Connection) -> Result<bool, DbError> {
    let found: Vec<i64> = connection
        .sql("SELECT version FROM _sqlx_migrations WHERE success ORDER BY version")
        .scalars()
        .await?;
    let known = connection.migrator().iter().map(|migration| migration.version);
    Ok(known.eq(found))
}

/// Makes sure that no server runs when there is something to migrate, as long as the lock is held. None: nothing is to be
/// migrated.
async fn no_server(connection: &mut Connection, path: &Path) -> Result<Option<ServerLock>, OpenError> {
    // A new file has no migrations that could be asked for.
    if is_migrated(connection).await.unwrap_or(false) {
        return Ok(None);
    }
    match ServerLock::take(path) {
        Ok(lock) => Ok(Some(lock)),
        Err(LockError::Taken { database: path, process }) => Err(OpenError::OlderServer { path, process }),
        // Without a lock no server can run.
        Err(LockError::File { .. }) => Ok(None),
    }
}

async fn migrate(connection: &mut Connection, path: &str) -> Result<(), OpenError> {
    let path = path.to_owned();
    connection.migrate().await.map_err(|error| match error {
        MigrateError::VersionMissing(version) => OpenError::Newer { path, version },
        error => OpenError::Migration { path, error },
    })
}
