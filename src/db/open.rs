//! Opening the database: pragmas, the version of SQLite, migrations, and the proof that the master key fits.

use super::{
    Db, DbError, READ_DEADLINE,
    key::{KeySource, seal_proof},
    writer::Writer,
};
use crate::clock::Clock;
use sqlx::{
    Connection, SqliteConnection,
    migrate::{MigrateError, Migrator},
    sqlite::{
        SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
    },
};
use std::{
    path::Path,
    sync::{Arc, RwLock},
    time::Duration,
};

static MIGRATOR: Migrator = sqlx::migrate!();

/// Before it, a checkpoint that raced a commit could corrupt a file in WAL mode (<https://sqlite.org/wal.html#walresetbug>).
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

const READERS: u32 = 4;

/// Prepared statements that the writer keeps: two for each number of rows of a batch, and those of commands.
const STATEMENTS: usize = 256;

/// Why the database could not be opened. The text is for the operator.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file was written by a newer Hookpost.
    #[error(
        "{path} was written by a newer version of Hookpost (migration {version}); start that version, or restore a backup made before it"
    )]
    Newer {
        /// The database file.
        path: String,
        /// The first migration that this version does not know.
        version: i64,
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
        "the master key does not fit {path}: its secrets were sealed with another one. Nothing was changed. Give the right key with HOOKPOST_ENCRYPTION_KEY or HOOKPOST_ENCRYPTION_KEY_FILE"
    )]
    WrongKey {
        /// The database file.
        path: String,
    },
    /// The SQLite library is one that could damage the file.
    #[error("SQLite {0} is too old: it can damage a database in WAL mode; build with 3.51.3 or newer")]
    OldSqlite(String),
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
        let shown = path.display().to_string();
        let file_error = |error: DbError| OpenError::File { path: shown.clone(), error };
        let mut connection =
            SqliteConnection::connect_with(&writer_options(path)).await.map_err(|e| file_error(e.into()))?;
        check_sqlite(&mut connection).await?;
        // The key first: with a wrong one nothing is to be touched.
        let proven = key.prove(&mut connection).await.map_err(|error| match error {
            DbError::Sealed(_) => OpenError::WrongKey { path: shown.clone() },
            error => file_error(error),
        })?;
        migrate(&mut connection, &shown).await?;
        if proven.is_none() {
            seal_proof(&mut connection, &key.key).await.map_err(file_error)?;
        }
        sqlx::query("PRAGMA optimize = 0x10002")
            .execute(&mut connection)
            .await
            .map_err(|e| file_error(e.into()))?;
        let read = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(READ_DEADLINE)
            .connect_with(reader_options(path))
            .await
            .map_err(|e| file_error(e.into()))?;
        let writer = Writer::start(connection, clock).await.map_err(file_error)?;
        let in_use = Arc::new(RwLock::new(proven.unwrap_or_else(|| key.key.clone())));
        Ok(Self { read, writer, key: in_use, key_source: key })
    }
}

/// The reasons stand in the design notes: `docs/architecture.md`, Storage.
fn writer_options(path: &Path) -> SqliteConnectOptions {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
    // These two take effect before the first table only; set again, they would write to the file each time.
    let options = if path.exists() {
        options
    } else {
        options.page_size(4096).auto_vacuum(SqliteAutoVacuum::Incremental)
    };
    options
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5))
        .foreign_keys(true)
        .statement_cache_capacity(STATEMENTS)
        .pragma("wal_autocheckpoint", "1000")
        .pragma("journal_size_limit", "67108864")
        .pragma("cache_size", "-65536")
        .pragma("temp_store", "MEMORY")
        .pragma("trusted_schema", "OFF")
}

fn reader_options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .busy_timeout(READ_DEADLINE)
        .pragma("query_only", "ON")
        .pragma("cache_size", "-32768")
        .pragma("temp_store", "MEMORY")
        .pragma("trusted_schema", "OFF")
}

async fn check_sqlite(connection: &mut SqliteConnection) -> Result<(), OpenError> {
    let version: Result<String, _> =
        sqlx::query_scalar("SELECT sqlite_version()").fetch_one(connection).await;
    let version = version.unwrap_or_default();
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    if (next(), next(), next()) < OLDEST_SQLITE { Err(OpenError::OldSqlite(version)) } else { Ok(()) }
}

/// Whether the file has the migrations of this version and no others: another process may have opened it with a newer one.
///
/// # Errors
/// When the database fails.
pub async fn is_migrated(connection: &mut SqliteConnection) -> Result<bool, DbError> {
    let found: Vec<i64> =
        sqlx::query_scalar("SELECT version FROM _sqlx_migrations WHERE success ORDER BY version")
            .fetch_all(connection)
            .await?;
    Ok(found.iter().eq(MIGRATOR.iter().map(|migration| &migration.version)))
}

async fn migrate(connection: &mut SqliteConnection, path: &str) -> Result<(), OpenError> {
    let path = path.to_owned();
    MIGRATOR.run(connection).await.map_err(|error| match error {
        MigrateError::VersionMissing(version) => OpenError::Newer { path, version },
        error => OpenError::Migration { path, error },
    })
}
