//! The writing connection, and when it is thrown away.
//!
//! SQLite may end a transaction by itself (a full disk at the commit does), and sqlx goes on believing that it is open:
//! every later BEGIN is refused then, for ever. So a connection whose transaction did not end as asked is closed, and the
//! next write opens a new one.

use super::end_process;
use crate::db::{
    DbError, DbFuture, disk,
    error::{extended_code, is_unopened},
};
use sqlx::{ConnectOptions, Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{path::Path, sync::Arc};
use tokio::sync::oneshot;

/// What may be thought of the connection after a transaction.
#[derive(Debug)]
pub(super) enum Afterwards {
    /// No transaction is open.
    Sound,
    /// Nobody knows.
    InDoubt,
    /// The file failed: the process must end.
    Failed(DbError),
    /// It is to be closed for good, and this told of it: SQLite tidies up then.
    Close(oneshot::Sender<()>),
}

/// The connection, opened anew when need be.
#[derive(Debug)]
pub(super) struct Held {
    connection: Option<SqliteConnection>,
    options: SqliteConnectOptions,
    file: Arc<Path>,
}

impl Held {
    pub(super) fn new(connection: SqliteConnection, options: SqliteConnectOptions, file: Arc<Path>) -> Self {
        // A file that somebody took away is not to be replaced by an empty one.
        Self { connection: Some(connection), options: options.create_if_missing(false), file }
    }

    /// The connection.
    ///
    /// # Errors
    /// When a new one cannot be opened now.
    pub(super) async fn get(&mut self) -> Result<&mut SqliteConnection, DbError> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => {
                let opened = self.options.connect().await.map_err(DbError::from);
                opened.map_err(|error| sorted(error, &self.file))?
            }
        };
        Ok(self.connection.insert(connection))
    }

    /// Closes it; the next write opens another.
    pub(super) fn discard(&mut self) {
        self.connection = None;
    }

    /// Does with the connection what a transaction left to do, ending the process when the file failed.
    pub(super) async fn afterwards(&mut self, afterwards: Afterwards) {
        match afterwards {
            Afterwards::Sound => {}
            Afterwards::InDoubt => self.discard(),
            Afterwards::Failed(error) => end_process(&error),
            Afterwards::Close(done) => {
                if let Some(connection) = self.connection.take()
                    && let Err(error) = connection.close().await
                {
                    tracing::warn!(%error, "the database was not closed as it should be: {error}");
                }
                let _gone = done.send(());
            }
        }
    }

    /// The same, with the outcome in hand: an error is told as what it is, and a failed file left to the caller.
    pub(super) fn settle<T>(
        &mut self,
        outcome: Result<T, DbError>,
        afterwards: Afterwards,
    ) -> Result<T, DbError> {
        if !matches!(afterwards, Afterwards::Sound) {
            self.discard();
        }
        outcome.map_err(|error| sorted(error, &self.file))
    }
}

/// An error of the file is the disk's fullness when there is no room: SQLite finds different words for that, by what it
/// wanted to write. A sync that failed is none of these: nobody knows what reached the disk.
fn sorted(error: DbError, file: &Path) -> DbError {
    match error {
        DbError::Fatal(cause) if !is_failed_sync(&cause) && disk::is_exhausted(file) => DbError::Full,
        DbError::Sqlx(cause) if is_unopened(&cause) && disk::is_exhausted(file) => DbError::Full,
        error => error,
    }
}

/// SQLITE_IOERR_FSYNC and SQLITE_IOERR_DIR_FSYNC (<https://sqlite.org/rescode.html>).
fn is_failed_sync(error: &sqlx::Error) -> bool {
    matches!(extended_code(error), Some(1034 | 1290))
}

/// What a command's outcome means for the connection, and what its asker is told.
pub(super) fn judged<T>(
    outcome: Result<T, DbError>,
    afterwards: Afterwards,
    file: &Path,
) -> (Result<T, DbError>, Afterwards) {
    match outcome.map_err(|error| sorted(error, file)) {
        Err(fatal @ DbError::Fatal(_)) => (Err(DbError::Busy), Afterwards::Failed(fatal)),
        outcome => (outcome, afterwards),
    }
}

/// Runs `work` in a transaction of its own.
pub(super) async fn transaction<T, F>(
    connection: &mut SqliteConnection,
    work: F,
) -> (Result<T, DbError>, Afterwards)
where
    F: for<'c> FnOnce(&'c mut SqliteConnection) -> DbFuture<'c, T>,
{
    let mut transaction = match connection.begin_with("BEGIN IMMEDIATE").await {
        Ok(transaction) => transaction,
        Err(error) => return not_begun(error),
    };
    let outcome = work(&mut transaction).await;
    ended(transaction, outcome).await
}

/// The same for work that borrows what it stores.
pub(super) async fn with_transaction<T>(
    connection: &mut SqliteConnection,
    work: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T, DbError>,
) -> (Result<T, DbError>, Afterwards) {
    let mut transaction = match connection.begin_with("BEGIN IMMEDIATE").await {
        Ok(transaction) => transaction,
        Err(error) => return not_begun(error),
    };
    let outcome = work(&mut transaction).await;
    ended(transaction, outcome).await
}

fn not_begun<T>(error: sqlx::Error) -> (Result<T, DbError>, Afterwards) {
    let error = DbError::from(error);
    let afterwards = if matches!(error, DbError::Busy) { Afterwards::Sound } else { Afterwards::InDoubt };
    (Err(error), afterwards)
}

async fn ended<T>(
    transaction: sqlx::Transaction<'_, sqlx::Sqlite>,
    outcome: Result<T, DbError>,
) -> (Result<T, DbError>, Afterwards) {
    match outcome {
        Ok(value) => match transaction.commit().await {
            Ok(()) => (Ok(value), Afterwards::Sound),
            Err(error) => (Err(error.into()), Afterwards::InDoubt),
        },
        Err(error) => match transaction.rollback().await {
            Ok(()) => (Err(error), Afterwards::Sound),
            // SQLite had rolled it back by itself.
            Err(_) => (Err(error), Afterwards::InDoubt),
        },
    }
}
