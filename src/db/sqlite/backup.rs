//! Copies of the database file: made in one read transaction beside a server that writes, marked, and looked at.

use crate::{
    crypto::MasterKey,
    db::{Connection, DbError, counts::check as counts, key, open},
    model::ids::DeliveryId,
};
use secrecy::{ExposeSecret, SecretString};
use sqlx::{
    ConnectOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// Steps of SQLite's virtual machine between two calls of the pace: some hundred rows.
const STEPS: i32 = 1_000;

/// Counts are compared with the rows of this many days.
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
    #[error("it is not a Hookpost database")]
    NotOurs,
    /// It was made by a commit from before the first release, whose tables were others.
    #[error(
        "it was created by a pre-release version of Hookpost with a different database layout; run that version"
    )]
    Prerelease,
    /// It was written by a newer Hookpost.
    #[error("it was written by a newer version of Hookpost (migration {0}); use that version")]
    Newer(i64),
    /// It cannot be read at all.
    #[error("{}", crate::telemetry::chain(.0))]
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
pub async fn open_source(path: &Path) -> Result<Connection, DbError> {
    if beside(path, "-wal").exists() {
        return Ok(options(path).read_only(true).connect().await?.into());
    }
    // Nobody has it open. Whoever closes it last removes the files that opening makes, which one that only reads cannot.
    match readable(options(path)).await {
        Ok(connection) => Ok(connection),
        // Of a medium that cannot be written to.
        Err(_) => readable(options(path).read_only(true).immutable(true)).await,
    }
}

/// Opens a database to look at it without making or changing any file beside it.
pub async fn open_untouched(path: &Path) -> Result<Connection, DbError> {
    let options = options(path).read_only(true);
    // Without a log nobody has it open, and reading needs no index of one.
    let closed = !beside(path, "-wal").exists();
    readable(options.immutable(closed)).await
}

async fn readable(options: SqliteConnectOptions) -> Result<Connection, DbError> {
    let mut connection = Connection::from(options.connect().await?);
    connection.sql("SELECT count(*) FROM sqlite_schema").run().await?;
    Ok(connection)
}

/// The id given last.
///
/// # Errors
/// When the database fails, or has no such table.
pub async fn newest(connection: &mut Connection) -> Result<Option<DeliveryId>, DbError> {
    connection.sql("SELECT max(id) FROM deliveries").scalar().await
}

/// Writes everything that is committed now into `target`, an empty file. One read transaction from beginning to end: however
/// much is committed meanwhile, it comes to its end. `pace` is called now and then, may take its time, and stops the work by
/// saying no.
///
/// # Errors
/// When it was stopped ([`DbError::TooSlow`]) or the database fails.
pub async fn copy<F>(source: &mut Connection, target: &str, pace: F) -> Result<(), DbError>
where
    F: FnMut() -> bool + Send + 'static,
{
    let Connection::Sqlite(file) = source else { return Err(DbError::NoFile) };
    file.lock_handle().await?.set_progress_handler(STEPS, pace);
    let done = source.sql("VACUUM INTO $1").bind(target).run().await;
    if let Connection::Sqlite(file) = source {
        file.set_deadline(None).await?;
    }
    done.map(drop)
}

/// Opens a copy that nobody else knows of, to change it. It gets no files beside it.
async fn open_own(path: &Path) -> Result<Connection, DbError> {
    let options = options(path)
        .journal_mode(SqliteJournalMode::Memory)
        // Whoever puts the file in its place syncs it first.
        .synchronous(SqliteSynchronous::Off)
        // What is deleted, such as a key, is overwritten.
        .pragma("secure_delete", "ON");
    Ok(options.connect().await?.into())
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
        connection.sql(statement).run().await?;
    }
    connection
        .sql("INSERT INTO backup_info (singleton, made_at, program, master_key) VALUES (1, $1, $2, $3)")
        .bind(info.made_at)
        .bind(&info.program)
        .bind(info.master_key.as_ref().map(|key| key.expose_secret().to_owned()))
        .run()
        .await?;
    connection.close().await
}

/// Takes what a copy says of itself out of it, which is then as the database was. None: it says nothing, as one that was
/// made by another tool.
pub async fn unmark(copy: &Path) -> Result<Option<Info>, DbError> {
    let mut connection = open_own(copy).await?;
    let info = if connection.has_table("backup_info").await? {
        let row: Option<(i64, String, Option<String>)> =
            connection.sql("SELECT made_at, program, master_key FROM backup_info").optional().await?;
        connection.sql("DROP TABLE backup_info").run().await?;
        row.map(|(made_at, program, key)| Info { made_at, program, master_key: key.map(Into::into) })
    } else {
        None
    };
    connection.close().await?;
    Ok(info)
}

/// Whether a file that nobody uses says of itself that it is a copy.
pub async fn is_marked(copy: &Path) -> Result<bool, DbError> {
    let mut connection = readable(options(copy).read_only(true).immutable(true)).await?;
    let found = connection.has_table("backup_info").await;
    connection.close().await?;
    found
}

/// What is damaged in a database: nothing, or a sentence for each place. `full` also compares each index with its table.
///
/// # Errors
/// When the database fails otherwise.
pub async fn damage(connection: &mut Connection, full: bool) -> Result<Vec<String>, DbError> {
    // Ten places tell enough.
    let check = if full { "PRAGMA integrity_check(10)" } else { "PRAGMA quick_check(10)" };
    let said: Vec<String> = match connection.sql(check).scalars().await {
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

async fn look_at(connection: &mut Connection, key: Option<&MasterKey>) -> Result<Looked, CopyError> {
    if let Some(first) = damage(connection, false).await?.into_iter().next() {
        return Err(CopyError::Damaged(first));
    }
    for table in ["_sqlx_migrations", "deliveries", "key_check"] {
        if !connection.has_table(table).await? {
            return Err(CopyError::NotOurs);
        }
    }
    if open::is_prerelease(connection).await? {
        return Err(CopyError::Prerelease);
    }
    let versions: Vec<i64> =
        connection.sql("SELECT version FROM _sqlx_migrations ORDER BY version").scalars().await?;
    let version = versions.last().copied().unwrap_or(0);
    if version > open::newest_migration() {
        return Err(CopyError::Newer(version));
    }
    let tables: Vec<String> = connection
        .sql(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
             AND name NOT IN ('backup_info', '_sqlx_migrations')",
        )
        .scalars()
        .await?;
    let (mut rows, mut deliveries) = (0, 0);
    for table in tables {
        let mut query = connection.sql("SELECT count(*) FROM ");
        query.push_name(&table);
        let count: i64 = query.scalar().await?;
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
pub async fn fits(connection: &mut Connection, key: &MasterKey) -> Result<bool, DbError> {
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
async fn differing(connection: &mut Connection, newest: Option<DeliveryId>) -> Result<i64, DbError> {
    let Some(newest) = newest else { return Ok(0) };
    let mut differing = 0;
    for endpoint in counts::countable(connection).await? {
        for day in endpoint.days(newest.given_at()).into_iter().rev().take(COUNTED_DAYS) {
            differing += counts::differences(connection, endpoint.id, day).await?;
        }
    }
    Ok(differing)
}
