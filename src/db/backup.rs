//! Copies of the database file: made in one read transaction beside a server that writes, marked, and looked at.

use super::{DbError, key, measures::check as counts, open};
use crate::{crypto::MasterKey, model::ids::DeliveryId};
use secrecy::{ExposeSecret, SecretString};
use sqlx::{
    ConnectOptions, Connection, QueryBuilder, Row, Sqlite, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// So many steps of SQLite's machine lie between two calls of the pace: some hundred rows.
const STEPS: i32 = 1_000;
/// Damaged places that are named; the first tells enough.
const MOST_PROBLEMS: u32 = 10;
/// Counts are held against the rows of this many days.
const COUNTED_DAYS: usize = 2;

/// What a copy says of itself.
#[derive(Clone, Debug)]
pub struct Info {
    /// When it was made, unix ms.
    pub made_at: i64,
    /// The version of the program that made it.
    pub program: String,
    /// The master key, where it was asked for.
    pub master_key: Option<SecretString>,
}

/// What was found in a copy.
#[derive(Clone, Debug)]
pub struct Looked {
    /// Its newest migration.
    pub version: i64,
    /// Rows of all its tables.
    pub rows: i64,
    /// Deliveries among them.
    pub deliveries: i64,
    /// The id given last.
    pub newest: Option<DeliveryId>,
    /// Counts of the last days that are not those of the rows; none: they were not looked at.
    pub differing: Option<i64>,
    /// Whether the key opens what is sealed in it; none: there was no key to try.
    pub key_fits: Option<bool>,
}

/// Why a copy is of no use.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// Pages or tables contradict each other.
    #[error("it is damaged: {0}")]
    Damaged(String),
    /// It is a database of something else.
    #[error("it is not a database of Hookpost")]
    NotOurs,
    /// It was written by a newer Hookpost.
    #[error("it was written by a newer version of Hookpost (migration {0}); use that version")]
    Newer(i64),
    /// It cannot be read at all.
    #[error("{}", super::error::chain(.0))]
    Db(DbError),
}

impl From<DbError> for CopyError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Fatal(error) => Self::Damaged(error.to_string()),
            error => Self::Db(error),
        }
    }
}

impl From<sqlx::Error> for CopyError {
    fn from(error: sqlx::Error) -> Self {
        DbError::from(error).into()
    }
}

/// The file that SQLite keeps beside a database, such as `…-wal`: beside the file itself, where the path is a link to it.
pub fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut name = database.canonicalize().unwrap_or_else(|_| database.to_owned()).into_os_string();
    name.push(suffix);
    name.into()
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(Duration::from_secs(5))
        .foreign_keys(false)
        .pragma("cache_size", "-16384")
        .pragma("temp_store", "MEMORY")
        .pragma("trusted_schema", "OFF")
        // Copying and checking take seconds, and nobody is to be warned of that.
        .disable_statement_logging()
}

/// Opens a database to copy it, whether or not a server has it open. Nothing is migrated.
pub async fn open_source(path: &Path) -> Result<SqliteConnection, DbError> {
    if beside(path, "-wal").exists() {
        return Ok(SqliteConnection::connect_with(&options(path).read_only(true)).await?);
    }
    // Nobody has it open. Whoever closes it last removes the files that opening makes, which one that only reads cannot.
    match readable(options(path)).await {
        Ok(connection) => Ok(connection),
        // Of a medium that cannot be written to.
        Err(_) => readable(options(path).read_only(true).immutable(true)).await,
    }
}

/// Opens a database to look at it without making or changing any file beside it.
pub async fn open_untouched(path: &Path) -> Result<SqliteConnection, DbError> {
    let options = options(path).read_only(true);
    // Without a log nobody has it open, and reading needs no index of one.
    let closed = !beside(path, "-wal").exists();
    readable(options.immutable(closed)).await
}

async fn readable(options: SqliteConnectOptions) -> Result<SqliteConnection, DbError> {
    let mut connection = SqliteConnection::connect_with(&options).await?;
    sqlx::query("SELECT count(*) FROM sqlite_schema").execute(&mut connection).await?;
    Ok(connection)
}

/// The id given last.
///
/// # Errors
/// When the database fails, or has no such table.
pub async fn newest(connection: &mut SqliteConnection) -> Result<Option<DeliveryId>, DbError> {
    Ok(sqlx::query_scalar("SELECT max(id) FROM deliveries").fetch_one(connection).await?)
}

/// Writes everything that is committed now into `target`, an empty file. One read transaction from beginning to end: however
/// much is committed meanwhile, it comes to its end. `pace` is called now and then, may take its time, and stops the work by
/// saying no.
///
/// # Errors
/// When it was stopped ([`DbError::TooSlow`]) or the database fails.
pub async fn copy<F>(source: &mut SqliteConnection, target: &str, pace: F) -> Result<(), DbError>
where
    F: FnMut() -> bool + Send + 'static,
{
    source.lock_handle().await?.set_progress_handler(STEPS, pace);
    let done = sqlx::query("VACUUM INTO $1").bind(target).execute(&mut *source).await;
    source.lock_handle().await?.remove_progress_handler();
    done?;
    Ok(())
}

/// Opens a copy that nobody else knows of, to change it. It gets no files beside it.
async fn open_own(path: &Path) -> Result<SqliteConnection, DbError> {
    let options = options(path)
        .journal_mode(SqliteJournalMode::Memory)
        // Whoever puts the file in its place syncs it first.
        .synchronous(SqliteSynchronous::Off)
        // What is deleted, such as a key, is overwritten.
        .pragma("secure_delete", "ON");
    Ok(SqliteConnection::connect_with(&options).await?)
}

/// Writes into a copy what it is.
pub async fn mark(copy: &Path, info: &Info) -> Result<(), DbError> {
    let mut connection = open_own(copy).await?;
    for statement in [
        // Of a database that was put back by hand and copied again.
        "DROP TABLE IF EXISTS backup_info",
        "CREATE TABLE backup_info (singleton INTEGER PRIMARY KEY CHECK (singleton = 1), made_at INTEGER NOT NULL, \
         program TEXT NOT NULL, master_key TEXT) STRICT",
    ] {
        sqlx::query(statement).execute(&mut connection).await?;
    }
    sqlx::query("INSERT INTO backup_info (singleton, made_at, program, master_key) VALUES (1, $1, $2, $3)")
        .bind(info.made_at)
        .bind(&info.program)
        .bind(info.master_key.as_ref().map(|key| key.expose_secret().to_owned()))
        .execute(&mut connection)
        .await?;
    Ok(connection.close().await?)
}

/// Takes what a copy says of itself out of it, which is then as the database was. None: it says nothing, as one that was
/// made by another tool.
pub async fn unmark(copy: &Path) -> Result<Option<Info>, DbError> {
    let mut connection = open_own(copy).await?;
    let info = if has_table(&mut connection, "backup_info").await? {
        let row = sqlx::query("SELECT made_at, program, master_key FROM backup_info")
            .fetch_optional(&mut connection)
            .await?;
        sqlx::query("DROP TABLE backup_info").execute(&mut connection).await?;
        match row {
            Some(row) => Some(Info {
                made_at: row.try_get(0)?,
                program: row.try_get(1)?,
                master_key: row.try_get::<Option<String>, _>(2)?.map(Into::into),
            }),
            None => None,
        }
    } else {
        None
    };
    connection.close().await?;
    Ok(info)
}

/// Whether a file that nobody uses says of itself that it is a copy.
pub async fn is_marked(copy: &Path) -> Result<bool, DbError> {
    let mut connection = readable(options(copy).read_only(true).immutable(true)).await?;
    let found = has_table(&mut connection, "backup_info").await;
    connection.close().await?;
    found
}

/// Whether there is a table of this name.
pub async fn has_table(connection: &mut SqliteConnection, name: &str) -> Result<bool, DbError> {
    let found =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = $1)")
            .bind(name)
            .fetch_one(connection)
            .await?;
    Ok(found)
}

/// What is damaged in a database: nothing, or a sentence for each place. `full` also holds each index against its table.
///
/// # Errors
/// When the database fails otherwise.
pub async fn damage(connection: &mut SqliteConnection, full: bool) -> Result<Vec<String>, DbError> {
    let pragma = if full { "integrity_check" } else { "quick_check" };
    let mut query = QueryBuilder::<Sqlite>::new("PRAGMA ");
    query.push(pragma).push("(").push(MOST_PROBLEMS).push(")");
    let said: Vec<String> =
        match query.build_query_scalar().fetch_all(connection).await.map_err(DbError::from) {
            Ok(said) => said,
            Err(DbError::Fatal(error)) => vec![error.to_string()],
            Err(error) => return Err(error),
        };
    // One answer may have several lines.
    let lines = said.iter().flat_map(|text| text.lines()).map(str::trim);
    Ok(lines
        .filter(|line| !line.is_empty() && *line != "ok" && !line.starts_with("***"))
        .map(str::to_owned)
        .collect())
}

/// Looks at a copy: that it is whole and Hookpost's, no newer than this program, what is in it, and whether the key fits.
///
/// # Errors
/// Why it is of no use.
pub async fn look(copy: &Path, key: Option<&MasterKey>) -> Result<Looked, CopyError> {
    let mut connection =
        readable(options(copy).read_only(true).immutable(true)).await.map_err(CopyError::from)?;
    let looked = look_at(&mut connection, key).await;
    connection.close().await?;
    looked
}

async fn look_at(connection: &mut SqliteConnection, key: Option<&MasterKey>) -> Result<Looked, CopyError> {
    if let Some(first) = damage(connection, false).await?.into_iter().next() {
        return Err(CopyError::Damaged(first));
    }
    for table in ["_sqlx_migrations", "deliveries", "key_check"] {
        if !has_table(connection, table).await? {
            return Err(CopyError::NotOurs);
        }
    }
    let versions: Vec<i64> = sqlx::query_scalar("SELECT version FROM _sqlx_migrations ORDER BY version")
        .fetch_all(&mut *connection)
        .await?;
    let version = versions.last().copied().unwrap_or(0);
    if version > open::newest_migration() {
        return Err(CopyError::Newer(version));
    }
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
         AND name NOT IN ('backup_info', '_sqlx_migrations')",
    )
    .fetch_all(&mut *connection)
    .await?;
    let (mut rows, mut deliveries) = (0, 0);
    for table in tables {
        let mut query = QueryBuilder::<Sqlite>::new("SELECT count(*) FROM ");
        query.push(format_args!("\"{}\"", table.replace('"', "\"\"")));
        let count: i64 = query.build_query_scalar().fetch_one(&mut *connection).await?;
        rows += count;
        if table == "deliveries" {
            deliveries = count;
        }
    }
    let newest = newest(connection).await?;
    // Older versions count otherwise.
    let differing =
        if version == open::newest_migration() { Some(differing(connection, newest).await?) } else { None };
    let key_fits = match key {
        Some(key) => Some(fits(connection, key).await?),
        None => None,
    };
    Ok(Looked { version, rows, deliveries, newest, differing, key_fits })
}

/// Whether a key opens what is sealed.
pub async fn fits(connection: &mut SqliteConnection, key: &MasterKey) -> Result<bool, DbError> {
    match key::must_fit(connection, key).await {
        Ok(()) => Ok(true),
        Err(DbError::KeyChanged) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether a key opens what is sealed in a copy.
///
/// # Errors
/// When the copy cannot be read.
pub async fn key_fits(copy: &Path, key: &MasterKey) -> Result<bool, DbError> {
    let mut connection = readable(options(copy).read_only(true).immutable(true)).await?;
    let found = fits(&mut connection, key).await;
    connection.close().await?;
    found
}

/// Counts of the last days that are not those of the rows.
async fn differing(connection: &mut SqliteConnection, newest: Option<DeliveryId>) -> Result<i64, DbError> {
    let Some(newest) = newest else { return Ok(0) };
    let mut differing = 0;
    for endpoint in counts::countable(connection).await? {
        for day in endpoint.days(newest.given_at()).into_iter().rev().take(COUNTED_DAYS) {
            differing += counts::differences(connection, endpoint.id, day).await?;
        }
    }
    Ok(differing)
}
