//! The writing connection, and when it is thrown away.
//!
//! SQLite may end a transaction by itself (a full disk at the commit does), and nobody knows then what is open. So a
//! connection whose transaction did not end as asked is closed, and the next write opens a new one.

use crate::db::{Connection, DbError, sqlite};
use sqlx::sqlite::SqliteConnectOptions;
use std::{path::Path, sync::Arc};
use tokio::sync::{OwnedMappedMutexGuard, OwnedMutexGuard};

/// The connection, opened again when need be.
#[derive(Debug)]
pub(super) struct Held {
    connection: Option<Connection>,
    options: SqliteConnectOptions,
    file: Arc<Path>,
}

impl Held {
    pub(super) fn new(mut connection: Connection, options: SqliteConnectOptions, file: &Path) -> Self {
        let file: Arc<Path> = file.into();
        connection.guard(file.clone());
        // A file that someone took away is not to be replaced by an empty one.
        Self { connection: Some(connection), options: options.create_if_missing(false), file }
    }

    /// The connection.
    ///
    /// # Errors
    /// When a new one cannot be opened now.
    pub(super) async fn get(&mut self) -> Result<&mut Connection, DbError> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => {
                let opened = sqlite::open::one(&self.options).await;
                let mut connection = opened.map_err(|error| sqlite::errors::sorted(error, &self.file))?;
                connection.guard(self.file.clone());
                connection
            }
        };
        Ok(self.connection.insert(connection))
    }

    /// The connection, with a transaction begun.
    ///
    /// # Errors
    /// [`DbError::Fatal`] when the file failed: the process must end. When none could be begun.
    pub(super) async fn begin(&mut self) -> Result<&mut Connection, DbError> {
        let begun = self.get().await?.begin().await;
        let is_sound = matches!(begun, Ok(()) | Err(DbError::Busy));
        self.settle(begun, is_sound)?;
        self.get().await
    }

    /// Ends the transaction: it is committed when the work in it was done.
    ///
    /// # Errors
    /// [`DbError::Fatal`] when the file failed: the process must end. What the work failed with, or the commit.
    pub(super) async fn end<T>(&mut self, work: Result<T, DbError>) -> Result<T, DbError> {
        let connection = self.connection.as_mut().ok_or(DbError::Busy)?;
        let (outcome, is_sound) = match work {
            Ok(value) => {
                let committed = connection.commit().await;
                let is_sound = committed.is_ok();
                (committed.map(|()| value), is_sound)
            }
            // When it cannot be rolled back, SQLite had done so by itself.
            Err(error) => (Err(error), connection.roll_back().await.is_ok()),
        };
        self.settle(outcome, is_sound)
    }

    fn settle<T>(&mut self, outcome: Result<T, DbError>, is_sound: bool) -> Result<T, DbError> {
        let failure = self.connection.as_mut().and_then(Connection::failure);
        if !is_sound || failure.is_some() {
            self.discard();
        }
        failure.map_or(outcome, Err)
    }

    /// Closes it; the next write opens another.
    pub(super) fn discard(&mut self) {
        self.connection = None;
    }

    /// Closes it for good, with everything tidied up.
    pub(super) async fn close(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        if let Err(error) = connection.close().await {
            tracing::warn!(%error, "the database was not closed cleanly: {error}");
        }
    }

    /// Lends the connection; none: there is none.
    pub(super) fn lend(held: OwnedMutexGuard<Self>) -> Option<Lent> {
        OwnedMutexGuard::try_map(held, |held| held.connection.as_mut()).ok()
    }
}

/// The connection, as long as someone else has it.
pub(super) type Lent = OwnedMappedMutexGuard<Held, Connection>;
