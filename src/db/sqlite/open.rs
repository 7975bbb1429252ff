//! How connections to a file are opened: the writing one, which makes the file, and those that read.

use crate::db::{Connection, DbError, READ_DEADLINE, disk};
use sqlx::{
    ConnectOptions as _, SqlitePool,
    migrate::Migrator,
    sqlite::{
        SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
    },
};
use std::{path::Path, time::Duration};

pub(in crate::db) static MIGRATOR: Migrator = sqlx::migrate!("migrations/sqlite");

/// Before it, a checkpoint that raced a commit could corrupt a file in WAL mode (<https://sqlite.org/wal.html#walresetbug>).
const OLDEST: (u32, u32, u32) = (3, 51, 3);

const READERS: u32 = 4;

/// Prepared statements that the writer keeps: three for each number of rows of a batch, and those of other writes.
const STATEMENTS: usize = 288;

pub(in crate::db) async fn one(options: &SqliteConnectOptions) -> Result<Connection, DbError> {
    Ok(options.connect().await?.into())
}

/// Opens a pool of connections that cannot write.
pub(in crate::db) async fn readers(path: &Path) -> Result<SqlitePool, DbError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .busy_timeout(READ_DEADLINE)
        .pragma("query_only", "ON")
        .pragma("cache_size", "-32768")
        .pragma("temp_store", "MEMORY")
        .pragma("trusted_schema", "OFF");
    let pool = SqlitePoolOptions::new().max_connections(READERS).acquire_timeout(READ_DEADLINE);
    Ok(pool.connect_with(options).await?)
}

/// Makes the file of a new database for its owner alone: it holds the bodies of all webhooks. SQLite takes an empty file for
/// a new database, and gives the files beside it the same mode.
pub(in crate::db) fn make_private(path: &Path) {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // Where that fails, SQLite says what is wrong.
    let _there_or_impossible = options.open(path);
}

/// How the writing connection is opened. The reasons stand in the design notes: `docs/architecture.md`, Storage.
pub(in crate::db) fn writing(path: &Path) -> SqliteConnectOptions {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
    // These two take effect before the first table only; set again, they would write to the file each time.
    let options = if disk::file_size(path).is_some_and(|size| size > 0) {
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
        // What was deleted is overwritten where that costs no write of its own: sealed secrets above all.
        .pragma("secure_delete", "FAST")
}

/// The version of the library, when it is one that could damage the file.
pub(in crate::db) async fn outdated(connection: &mut Connection) -> Option<String> {
    let version: String = connection.sql("SELECT sqlite_version()").scalar().await.unwrap_or_default();
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    ((next(), next(), next()) < OLDEST).then_some(version)
}

/// Makes statistics for plans where they are missing.
pub(in crate::db) async fn analyse(connection: &mut Connection) -> Result<(), DbError> {
    connection.sql("PRAGMA optimize = 0x10002").run().await.map(drop)
}
