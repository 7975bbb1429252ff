//! A transaction, which borrows the writing connection between two batches of deliveries. The writer itself ends it, so
//! that nobody who goes away meanwhile leaves it half ended.

use super::held::Lent;
use crate::db::{Connection, DbError};
use std::ops::{Deref, DerefMut};
use tokio::sync::oneshot;

/// A transaction. Nothing else is written while it lasts: hold it for statements only. Dropped, it is rolled back.
#[derive(Debug)]
#[must_use = "it is rolled back when it is dropped"]
pub struct Transaction {
    connection: Lent,
    commit: oneshot::Sender<Commit>,
}

/// Is told what came of a commit.
pub(super) type Commit = oneshot::Sender<Result<(), DbError>>;

impl Transaction {
    /// A transaction that was begun on this connection. When it is over, the second one is told of it: to commit it, or
    /// nothing, to roll it back.
    pub(super) fn new(connection: Lent) -> (Self, oneshot::Receiver<Commit>) {
        let (commit, over) = oneshot::channel();
        (Self { connection, commit }, over)
    }

    /// Makes what was written durable.
    ///
    /// # Errors
    /// When that failed: nothing of it was written.
    pub async fn commit(self) -> Result<(), DbError> {
        let Self { connection, commit } = self;
        drop(connection);
        let (done, outcome) = oneshot::channel();
        commit.send(done).map_err(|_| DbError::Busy)?;
        outcome.await.map_err(|_| DbError::Busy)?
    }
}

impl Deref for Transaction {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }
}
