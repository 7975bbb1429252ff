//! One connection, to whichever engine holds the data, and the statements that run on it.
//!
//! Statements are text that both engines take, with `$1`, `$2` … for their values. Where the engines differ, two texts stand
//! side by side, chosen by [`Connection::choose`]; what only one of them knows stands below [`super::sqlite`] and
//! [`super::postgres`].

pub(super) mod by_rows;
mod query;
#[cfg(test)]
mod tests;

pub use query::{Bind, Column, Query, Row, Rows};

use super::{DbError, postgres, sqlite};
use sqlx::{
    Postgres, Sqlite, SqliteConnection,
    migrate::{MigrateError, Migrator},
    pool::PoolConnection,
};
use std::{path::Path, sync::Arc};

/// A connection. It goes back where it came from when it is dropped.
#[derive(Debug)]
pub enum Connection {
    /// To a file.
    Sqlite(sqlite::Connection),
    /// To a server.
    Postgres(PoolConnection<Postgres>),
}

impl Connection {
    /// A statement, to be given its values and run.
    pub fn sql(&mut self, text: &'static str) -> Query<'_> {
        Query::new(self, text)
    }

    /// What is for the engine that this is: of two texts that say the same, the one in its own words.
    pub fn choose<T>(&self, sqlite: T, postgres: T) -> T {
        match self {
            Self::Sqlite(_) => sqlite,
            Self::Postgres(_) => postgres,
        }
    }

    /// The migrations of this version.
    pub(super) fn migrator(&self) -> &'static Migrator {
        self.choose(&sqlite::open::MIGRATOR, &postgres::MIGRATOR)
    }

    pub(super) async fn migrate(&mut self) -> Result<(), MigrateError> {
        let migrator = self.migrator();
        match self {
            Self::Sqlite(connection) => migrator.run(&mut **connection).await,
            Self::Postgres(connection) => migrator.run(&mut **connection).await,
        }
    }

    pub(crate) async fn has_table(&mut self, name: &str) -> Result<bool, DbError> {
        let exists = self.choose(
            "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = $1)",
            "SELECT to_regclass($1) IS NOT NULL",
        );
        self.sql(exists).bind(name).scalar().await
    }

    /// Begins a transaction that writes: nobody else's comes between what it reads and what it writes.
    pub(super) async fn begin(&mut self) -> Result<(), DbError> {
        let begin = self.choose("BEGIN IMMEDIATE", "BEGIN");
        self.sql(begin).run().await.map(drop)
    }

    pub(super) async fn commit(&mut self) -> Result<(), DbError> {
        self.sql("COMMIT").run().await.map(drop)
    }

    pub(super) async fn roll_back(&mut self) -> Result<(), DbError> {
        self.sql("ROLLBACK").run().await.map(drop)
    }

    /// It is the one that writes from now on, to this file where it is one: see [`Self::failure`].
    pub(super) fn guard(&mut self, file: Arc<Path>) {
        match self {
            Self::Sqlite(connection) => connection.guard(file),
            Self::Postgres(_) => {}
        }
    }

    /// The failure of what is written to, once: the process must end.
    pub(super) fn failure(&mut self) -> Option<DbError> {
        match self {
            Self::Sqlite(connection) => connection.failure(),
            // The server looks after its own.
            Self::Postgres(_) => None,
        }
    }

    /// Brings statistics for plans up to date. Postgres does that by itself.
    pub(super) async fn optimize(&mut self) -> Result<(), DbError> {
        match self {
            Self::Sqlite(connection) => connection.optimize().await,
            Self::Postgres(_) => Ok(()),
        }
    }

    /// Gives some of what deleted rows left free back to the disk. Says whether there is much more. Postgres does that by
    /// itself.
    pub(super) async fn give_back_room(&mut self) -> Result<bool, DbError> {
        match self {
            Self::Sqlite(connection) => connection.give_back_room().await,
            Self::Postgres(_) => Ok(false),
        }
    }

    /// Whether what is deleted from now on is overwritten in any case, or only where that costs nothing. Postgres cannot.
    pub(super) async fn overwrite_deleted(&mut self, always: bool) -> Result<(), DbError> {
        match self {
            Self::Sqlite(connection) => connection.overwrite_deleted(always).await,
            Self::Postgres(_) => Ok(()),
        }
    }

    /// Rows that name one that is not there: their table, and that of the other. Postgres lets none be.
    pub(super) async fn broken_references(&mut self) -> Result<Vec<(String, String)>, DbError> {
        match self {
            Self::Sqlite(connection) => connection.broken_references().await,
            Self::Postgres(_) => Ok(Vec::new()),
        }
    }

    /// Closes it for good; a file is tidied up then.
    ///
    /// # Errors
    /// When it could not say goodbye. It is gone all the same.
    pub async fn close(self) -> Result<(), DbError> {
        match self {
            Self::Sqlite(connection) => connection.close().await,
            Self::Postgres(connection) => Ok(connection.close().await?),
        }
    }
}

impl From<SqliteConnection> for Connection {
    fn from(connection: SqliteConnection) -> Self {
        Self::Sqlite(sqlite::Connection::from(connection))
    }
}

impl From<PoolConnection<Sqlite>> for Connection {
    fn from(connection: PoolConnection<Sqlite>) -> Self {
        Self::Sqlite(sqlite::Connection::from(connection))
    }
}

impl From<PoolConnection<Postgres>> for Connection {
    fn from(connection: PoolConnection<Postgres>) -> Self {
        Self::Postgres(connection)
    }
}
