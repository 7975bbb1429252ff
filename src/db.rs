//! The database: all SQL of the product is below this module.
//!
//! One connection writes ([`writer`]); a few read, each question within [`READ_DEADLINE`]. Functions of the submodules
//! take a [`Connection`], so that callers decide what makes up a transaction ([`Db::begin`]).

pub(crate) mod alert_presets;
pub mod alert_rules;
mod app_error;
pub mod attempts;
pub mod audit;
pub mod backups;
pub mod channels;
pub(crate) mod check;
mod connection;
pub mod counts;
pub mod deliveries;
pub mod destinations;
pub(crate) mod devices;
pub(crate) mod disk;
pub mod endpoints;
pub(crate) mod error;
pub(crate) mod failed_resources;
pub mod forwards;
pub(crate) mod header_passes;
pub mod incidents;
pub(crate) mod instance;
pub(crate) mod invites;
pub(crate) mod jobs;
pub mod key;
pub(crate) mod local_results;
pub(crate) mod lock;
mod meanwhile;
pub use meanwhile::meanwhile;
pub mod notices;
pub(crate) mod open;
pub(crate) mod payloads;
mod postgres;
pub mod removals;
pub mod retention;
pub mod reverifications;
pub(crate) mod revision;
pub mod rule_values;
pub(crate) mod samples;
pub mod secrets;
pub(crate) mod sessions;
mod sqlite;
#[cfg(test)]
mod tests;
pub(crate) mod tokens;
pub mod users;
pub mod writer;

pub(crate) use app_error::ResultExt;
pub use connection::{Bind, Column, Connection, Query, Row, Rows};
pub use error::DbError;
pub(crate) use sqlite::backup;
pub use writer::Transaction;

use crate::crypto::{DataKey, MasterKey};
use key::KeySource;
use sqlx::SqlitePool;
use std::{
    panic::Location,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};
use writer::{NewDelivery, Stored, SubmitError, Writer};

/// A question that runs longer is interrupted: a pinned reader makes the write-ahead log grow without bound.
pub const READ_DEADLINE: Duration = Duration::from_secs(2);

/// An open database.
#[derive(Clone, Debug)]
pub struct Db {
    /// Readers; they cannot write.
    read: SqlitePool,
    /// The one that writes.
    pub(crate) writer: Writer,
    /// Opens the sealed secrets; changes while the server runs.
    key: Arc<RwLock<MasterKey>>,
    /// Where it came from, and may be found when it was changed.
    key_source: KeySource,
    /// Seals header values.
    header_key: DataKey,
}

impl Db {
    /// A connection for questions, with the deadline running from now.
    ///
    /// # Errors
    /// [`DbError::Busy`] when all are taken for longer than the deadline.
    pub async fn read(&self) -> Result<Connection, DbError> {
        self.reader(Some(READ_DEADLINE)).await
    }

    /// The same without a deadline: for the command line, where nobody waits for a page.
    pub async fn read_at_leisure(&self) -> Result<Connection, DbError> {
        self.reader(None).await
    }

    async fn reader(&self, deadline: Option<Duration>) -> Result<Connection, DbError> {
        let mut connection = sqlite::Connection::from(self.read.acquire().await?);
        connection.set_deadline(deadline.map(|after| Instant::now() + after)).await?;
        Ok(Connection::Sqlite(connection))
    }

    /// Begins a transaction that writes, between two batches of deliveries: what is read in it is so until its commit.
    #[track_caller]
    pub fn begin(&self) -> impl Future<Output = Result<Transaction, DbError>> + Send {
        self.writer.begin(Location::caller())
    }

    /// Hands in a delivery and waits until it is durable.
    ///
    /// # Errors
    /// See [`SubmitError`]: answer 503 for each of them.
    pub async fn submit(&self, delivery: NewDelivery) -> Result<Stored, SubmitError> {
        self.writer.submit(delivery).await
    }

    /// The master key.
    pub fn key(&self) -> MasterKey {
        // A key is replaced whole: there is nothing that a panic could leave half done.
        self.key.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Where the master key came from.
    pub fn key_source(&self) -> &KeySource {
        &self.key_source
    }

    /// Looks for the key again: another process changed it.
    ///
    /// # Errors
    /// [`DbError::Sealed`] when the key that is found does not fit either; the old one stays then.
    pub async fn find_key_again(&self) -> Result<(), DbError> {
        let key = self.key_source.prove(&mut self.read().await?).await?;
        if let Some(key) = key {
            self.use_key(key);
        }
        Ok(())
    }

    /// What `read` makes of sealed rows with the master key. When they do not open, another process may have changed it since:
    /// then once more with the one that is found.
    pub(crate) async fn opened<T, F>(&self, read: impl Fn(MasterKey) -> F) -> Result<T, DbError>
    where
        F: Future<Output = Result<T, DbError>>,
    {
        match read(self.key()).await {
            Err(DbError::Sealed(_)) => {
                self.find_key_again().await?;
                read(self.key()).await
            }
            outcome => outcome,
        }
    }

    fn use_key(&self, key: MasterKey) {
        *self.key.write().unwrap_or_else(PoisonError::into_inner) = key;
    }

    /// The key that seals header values. It stays the same when the master key is changed.
    pub fn header_key(&self) -> &DataKey {
        &self.header_key
    }

    /// Commits what is queued, shrinks the write-ahead log and closes.
    pub async fn close(&self) {
        self.read.close().await;
        self.writer.close().await;
    }
}
