//! The database: all SQL of the product is below this module.
//!
//! One connection writes ([`writer`]); a few read, each question within [`READ_DEADLINE`]. Functions of the submodules
//! take a connection, so that callers decide what makes up a transaction.

pub(crate) mod alert_presets;
pub mod alert_rules;
pub mod attempts;
pub mod audit;
pub(crate) mod backup;
pub mod backups;
pub mod channels;
pub(crate) mod check;
pub mod deliveries;
pub mod destinations;
pub(crate) mod devices;
pub(crate) mod disk;
pub mod endpoints;
pub(crate) mod error;
pub(crate) mod failing;
pub mod forwards;
pub(crate) mod gauges;
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
pub mod measures;
pub mod notices;
pub(crate) mod open;
pub(crate) mod payloads;
pub mod removals;
pub mod retention;
pub mod reverifications;
pub mod rollups;
pub mod secrets;
pub(crate) mod sessions;
pub(crate) mod tokens;
pub mod users;
pub mod watch;
pub mod writer;

pub use error::DbError;

use crate::crypto::{DataKey, MasterKey};
use key::KeySource;
use sqlx::{Sqlite, SqliteConnection, SqlitePool, pool::PoolConnection};
use std::{
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};
use writer::{NewDelivery, Stored, SubmitError, Writer};

/// A question that runs longer is interrupted: a pinned reader makes the write-ahead log grow without bound.
pub const READ_DEADLINE: Duration = Duration::from_secs(2);

/// A future with the lifetime of a borrowed connection, as [`Db::write`] takes it.
pub type DbFuture<'c, T> = futures::future::BoxFuture<'c, Result<T, DbError>>;

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
    pub async fn read(&self) -> Result<PoolConnection<Sqlite>, DbError> {
        let mut connection = self.read.acquire().await?;
        let deadline = Instant::now() + READ_DEADLINE;
        connection.lock_handle().await?.set_progress_handler(1_000, move || Instant::now() < deadline);
        Ok(connection)
    }

    /// The same without a deadline: for the command line, where nobody waits for a page.
    ///
    /// # Errors
    /// When no connection comes free in time.
    pub async fn read_at_leisure(&self) -> Result<PoolConnection<Sqlite>, DbError> {
        let mut connection = self.read.acquire().await?;
        connection.lock_handle().await?.remove_progress_handler();
        Ok(connection)
    }

    /// Hands in a delivery and waits until it is durable.
    ///
    /// # Errors
    /// See [`SubmitError`]: answer 503 for each of them.
    pub async fn submit(&self, delivery: NewDelivery) -> Result<Stored, SubmitError> {
        self.writer.submit(delivery).await
    }

    /// Runs `work` in a transaction of its own on the writing connection, between two batches of deliveries.
    ///
    /// # Errors
    /// What `work` returns; the transaction is rolled back then.
    pub async fn write<T, F>(&self, work: F) -> Result<T, DbError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> DbFuture<'c, T> + Send + 'static,
    {
        self.writer.run(work).await
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
        let key = self.key_source.prove(&mut *self.read().await?).await?;
        if let Some(key) = key {
            self.use_key(key);
        }
        Ok(())
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

/// `VALUES (?, ?), (?, ?) …`. Numbered parameters would be looked up by name, each time through all that stand before.
fn values(rows: usize, columns: usize) -> String {
    let row = format!("({})", vec!["?"; columns].join(", "));
    format!("VALUES {}", vec![row; rows].join(", "))
}
