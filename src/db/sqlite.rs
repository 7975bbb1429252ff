//! What is SQLite's own: its connections, its settings, the codes of its errors, and copies of its file.

pub(crate) mod backup;
pub(super) mod errors;
pub(super) mod open;

use super::DbError;
use sqlx::{Connection as _, Row as _, Sqlite, SqliteConnection, pool::PoolConnection};
use std::{
    ops::{Deref, DerefMut},
    path::Path,
    sync::Arc,
    time::Instant,
};

/// Free pages that are left in the file: it would need them again soon.
const FREE_PAGES: i64 = 1_024;

#[derive(Debug)]
pub struct Connection {
    inner: Inner,
    writes: Option<Writes>,
}

#[derive(Debug)]
enum Inner {
    Pooled(PoolConnection<Sqlite>),
    Alone(SqliteConnection),
}

#[derive(Debug)]
struct Writes {
    file: Arc<Path>,
    /// The file failed: the process must end.
    failure: Option<DbError>,
}

impl Connection {
    /// It is the one that writes to `file` from now on.
    pub(super) fn guard(&mut self, file: Arc<Path>) {
        self.writes = Some(Writes { file, failure: None });
    }

    /// What an error means. That the file failed while it was written to is kept for the writer, which ends the process;
    /// until then everybody is told to try again.
    pub(super) fn told(&mut self, error: sqlx::Error) -> DbError {
        let Some(writes) = &mut self.writes else { return error.into() };
        match errors::sorted(error.into(), &writes.file) {
            fatal @ DbError::Fatal(_) => {
                writes.failure = Some(fatal);
                DbError::Busy
            }
            error => error,
        }
    }

    /// The failure of the file, if there was one.
    pub(super) fn failure(&mut self) -> Option<DbError> {
        self.writes.as_mut()?.failure.take()
    }

    /// Interrupts what runs longer than until then; none: nothing.
    pub(super) async fn set_deadline(&mut self, deadline: Option<Instant>) -> Result<(), DbError> {
        let mut handle = self.lock_handle().await?;
        match deadline {
            Some(deadline) => handle.set_progress_handler(1_000, move || Instant::now() < deadline),
            None => handle.remove_progress_handler(),
        }
        Ok(())
    }

    /// Statistics for its plans are brought up to date where that is due.
    pub(super) async fn optimize(&mut self) -> Result<(), DbError> {
        self.pragma("PRAGMA optimize").await
    }

    /// Gives some free pages of the file back to the disk. Says whether there are more than it would need again soon.
    pub(super) async fn give_back_room(&mut self) -> Result<bool, DbError> {
        self.pragma("PRAGMA incremental_vacuum(256)").await?;
        let free: Result<i64, _> = sqlx::query_scalar("PRAGMA freelist_count").fetch_one(&mut **self).await;
        free.map(|free| free > FREE_PAGES).map_err(|error| self.told(error))
    }

    /// Overwrites what is deleted, whatever that costs; or only where it costs no write of its own.
    pub(super) async fn overwrite_deleted(&mut self, always: bool) -> Result<(), DbError> {
        self.pragma(if always { "PRAGMA secure_delete = ON" } else { "PRAGMA secure_delete = FAST" }).await
    }

    /// Rows that name one that is not there: their table, and that of the other.
    pub(super) async fn broken_references(&mut self) -> Result<Vec<(String, String)>, DbError> {
        let rows = sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut **self).await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(2)?))).collect()
    }

    async fn pragma(&mut self, pragma: &'static str) -> Result<(), DbError> {
        let done = sqlx::query(pragma).execute(&mut **self).await;
        done.map(drop).map_err(|error| self.told(error))
    }

    /// Closes it; with the one that writes, the write-ahead log is shrunk.
    pub(super) async fn close(mut self) -> Result<(), DbError> {
        if self.writes.is_some() {
            for pragma in ["PRAGMA optimize", "PRAGMA wal_checkpoint(TRUNCATE)"] {
                if let Err(error) = self.pragma(pragma).await {
                    tracing::warn!(%error, "{pragma} failed at shutdown, the next start will repeat it: {error}");
                }
            }
        }
        match self.inner {
            Inner::Pooled(connection) => Ok(connection.close().await?),
            Inner::Alone(connection) => Ok(connection.close().await?),
        }
    }
}

impl From<SqliteConnection> for Connection {
    fn from(connection: SqliteConnection) -> Self {
        Self { inner: Inner::Alone(connection), writes: None }
    }
}

impl From<PoolConnection<Sqlite>> for Connection {
    fn from(connection: PoolConnection<Sqlite>) -> Self {
        Self { inner: Inner::Pooled(connection), writes: None }
    }
}

impl Deref for Connection {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        match &self.inner {
            Inner::Pooled(connection) => connection,
            Inner::Alone(connection) => connection,
        }
    }
}

impl DerefMut for Connection {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        match &mut self.inner {
            Inner::Pooled(connection) => connection,
            Inner::Alone(connection) => connection,
        }
    }
}
