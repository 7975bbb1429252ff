//! The writer: the one task that changes the database.
//!
//! Deliveries come through a queue bounded by count and bytes and are stored in batches, each one transaction with one
//! sync (group commit: the next batch forms by itself while the disk syncs, so there is no lingering). Everything else
//! that is written (settings, sessions, retention) is a command in a second queue; one command runs between two
//! batches, so neither can starve the other.

mod batch;
mod statements;

pub use batch::{NewDelivery, Stored};

use super::{DbError, DbFuture};
use crate::{clock::Clock, model::ids::DeliveryId};
use sqlx::{Connection, SqliteConnection};
use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast, mpsc, oneshot};

/// Deliveries that may wait; more are refused, so that their senders try again.
const QUEUE_ROWS: usize = 8_192;
/// Bytes of payload that may wait.
const QUEUE_BYTES: usize = 64 * 1024 * 1024;
/// A batch ends at this many rows …
const BATCH_ROWS: usize = 512;
/// … or bytes, whichever comes first.
const BATCH_BYTES: usize = 4 * 1024 * 1024;
/// Senders give up after a few seconds: better to say 503 before.
const COMMIT_DEADLINE: Duration = Duration::from_secs(2);
const OPTIMIZE_EVERY: Duration = Duration::from_secs(3_600);

/// Batches that a live view may lag behind before it has to resynchronise.
const LIVE_BATCHES: usize = 1_024;

type Command = Box<dyn for<'c> FnOnce(&'c mut SqliteConnection) -> DbFuture<'c, ()> + Send>;

/// Why a delivery was not stored. Nothing of it is in the database, or not yet (deadline).
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// The queue is full.
    #[error("the queue of deliveries is full")]
    QueueFull,
    /// No commit within the deadline. The row may still land; the sender's retry will be its duplicate.
    #[error("no commit within {} s", COMMIT_DEADLINE.as_secs())]
    Deadline,
    /// The database refused it.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The writer has stopped.
    #[error("the writer has stopped")]
    Stopped,
}

/// A delivery on its way, with the sender waiting for the commit.
struct Job {
    delivery: NewDelivery,
    /// Held until the row is stored: the bound on waiting bytes.
    _bytes: OwnedSemaphorePermit,
    done: oneshot::Sender<Result<Stored, DbError>>,
}

/// What the writer has done, for metrics and benchmarks.
#[derive(Debug, Default)]
pub struct WriterCounts {
    /// Committed batches.
    pub commits: AtomicU64,
    /// Deliveries stored by them.
    pub rows: AtomicU64,
    /// Deliveries that the database refused.
    pub failed: AtomicU64,
    /// Time that the commits took in all, from the first statement of a batch to its sync, microseconds.
    pub commit_us: AtomicU64,
    /// The same of the last one.
    pub last_commit_us: AtomicU64,
    /// Deliveries of the last one.
    pub last_rows: AtomicU64,
}

/// How the writer stands.
#[derive(Clone, Copy, Debug)]
pub struct WriterState {
    /// Whether it runs.
    pub is_up: bool,
    /// Deliveries that wait.
    pub queued: usize,
    /// Bytes that they hold.
    pub queued_bytes: usize,
    /// Other writes that wait.
    pub commands: usize,
}

/// Handle of the writer.
#[derive(Clone, Debug)]
pub struct Writer {
    deliveries: mpsc::Sender<Job>,
    commands: mpsc::Sender<Command>,
    bytes: Arc<Semaphore>,
    committed: broadcast::Sender<Arc<[Stored]>>,
    counts: Arc<WriterCounts>,
}

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Job")
    }
}

impl Writer {
    /// Starts the task, which owns `connection` from now on.
    pub(super) async fn start(mut connection: SqliteConnection, clock: Clock) -> Result<Self, DbError> {
        let newest: Option<i64> =
            sqlx::query_scalar("SELECT max(id) FROM deliveries").fetch_one(&mut connection).await?;
        let (deliveries, delivery_queue) = mpsc::channel(QUEUE_ROWS);
        let (commands, command_queue) = mpsc::channel(256);
        let (committed, _) = broadcast::channel(LIVE_BATCHES);
        let counts = Arc::new(WriterCounts::default());
        let task = Task {
            connection,
            clock,
            newest: DeliveryId(newest.unwrap_or(0)),
            committed: committed.clone(),
            counts: counts.clone(),
        };
        tokio::spawn(task.run(delivery_queue, command_queue));
        Ok(Self { deliveries, commands, bytes: Arc::new(Semaphore::new(QUEUE_BYTES)), committed, counts })
    }

    /// Hands in a delivery and waits until it is durable.
    ///
    /// # Errors
    /// See [`SubmitError`]: answer 503 for each of them.
    pub async fn submit(&self, delivery: NewDelivery) -> Result<Stored, SubmitError> {
        let size = u32::try_from(delivery.size()).map_err(|_| SubmitError::QueueFull)?;
        let bytes = self.bytes.clone().try_acquire_many_owned(size).map_err(|_| SubmitError::QueueFull)?;
        let (done, stored) = oneshot::channel();
        self.deliveries.try_send(Job { delivery, _bytes: bytes, done }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => SubmitError::QueueFull,
            mpsc::error::TrySendError::Closed(_) => SubmitError::Stopped,
        })?;
        match tokio::time::timeout(COMMIT_DEADLINE, stored).await {
            Ok(Ok(result)) => Ok(result?),
            Ok(Err(_)) => Err(SubmitError::Stopped),
            Err(_) => Err(SubmitError::Deadline),
        }
    }

    /// Runs a command in its own transaction.
    pub(super) async fn run<T, F>(&self, work: F) -> Result<T, DbError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> DbFuture<'c, T> + Send + 'static,
    {
        let (done, result) = oneshot::channel();
        let command: Command = Box::new(move |connection| {
            Box::pin(async move {
                let outcome = transaction(connection, work).await;
                let fatal = matches!(&outcome, Err(DbError::Fatal(_)));
                // The asker may have gone away; its change stands all the same.
                let _gone = done.send(outcome);
                if fatal { Err(DbError::Busy) } else { Ok(()) }
            })
        });
        self.commands.send(command).await.map_err(|_| DbError::Busy)?;
        result.await.map_err(|_| DbError::Busy)?
    }

    /// Each committed batch, in order of commits.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<[Stored]>> {
        self.committed.subscribe()
    }

    /// Counts since the start.
    pub fn counts(&self) -> &WriterCounts {
        &self.counts
    }

    /// How it stands now.
    pub fn state(&self) -> WriterState {
        WriterState {
            is_up: !self.deliveries.is_closed(),
            queued: self.deliveries.max_capacity() - self.deliveries.capacity(),
            queued_bytes: QUEUE_BYTES.saturating_sub(self.bytes.available_permits()),
            commands: self.commands.max_capacity() - self.commands.capacity(),
        }
    }

    /// Stores what is queued, then shrinks the write-ahead log and closes the file.
    pub(super) async fn close(&self) {
        let (done, closed) = oneshot::channel::<()>();
        let command: Command = Box::new(move |connection| {
            Box::pin(async move {
                for pragma in ["PRAGMA optimize", "PRAGMA wal_checkpoint(TRUNCATE)"] {
                    sqlx::query(pragma).execute(&mut *connection).await?;
                }
                let _gone = done.send(());
                Ok(())
            })
        });
        if self.commands.send(command).await.is_ok() {
            let _stopped = closed.await;
        }
    }
}

async fn transaction<T, F>(connection: &mut SqliteConnection, work: F) -> Result<T, DbError>
where
    F: for<'c> FnOnce(&'c mut SqliteConnection) -> DbFuture<'c, T>,
{
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let value = work(&mut transaction).await?;
    transaction.commit().await?;
    Ok(value)
}

/// The task's own state.
struct Task {
    connection: SqliteConnection,
    clock: Clock,
    /// The id given last.
    newest: DeliveryId,
    committed: broadcast::Sender<Arc<[Stored]>>,
    counts: Arc<WriterCounts>,
}

impl Task {
    async fn run(mut self, mut deliveries: mpsc::Receiver<Job>, mut commands: mpsc::Receiver<Command>) {
        let mut queue = VecDeque::new();
        let mut incoming = Vec::with_capacity(BATCH_ROWS);
        let mut optimize = tokio::time::interval(OPTIMIZE_EVERY);
        optimize.reset();
        loop {
            if queue.is_empty() {
                tokio::select! {
                    biased;
                    count = deliveries.recv_many(&mut incoming, BATCH_ROWS) => if count == 0 { return },
                    Some(command) = commands.recv() => self.command(command).await,
                    _ = optimize.tick() => self.optimize().await,
                }
                queue.extend(incoming.drain(..));
            }
            let batch = next_batch(&mut queue);
            if !batch.is_empty() {
                self.store(batch).await;
                if let Ok(command) = commands.try_recv() {
                    self.command(command).await;
                }
            }
        }
    }

    /// Stores a batch and answers its senders. When it fails for one row's sake, each row is tried alone.
    async fn store(&mut self, batch: Vec<Job>) {
        let rows: Vec<&NewDelivery> = batch.iter().map(|job| &job.delivery).collect();
        let begun = Instant::now();
        match batch::store(&mut self.connection, &rows, &mut self.newest, self.clock.now_ms()).await {
            Ok(stored) => {
                self.count(stored.len(), begun.elapsed());
                self.answer(batch, stored);
            }
            Err(DbError::Sqlx(error)) if batch.len() > 1 => {
                tracing::warn!(rows = batch.len(), %error, "a batch failed, storing its rows one by one: {error}");
                for job in batch {
                    Box::pin(self.store(vec![job])).await;
                }
            }
            Err(error) => self.refuse(batch, error),
        }
    }

    fn count(&self, rows: usize, took: Duration) {
        let (rows, us) = (rows as u64, u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
        self.counts.commits.fetch_add(1, Ordering::Relaxed);
        self.counts.rows.fetch_add(rows, Ordering::Relaxed);
        self.counts.commit_us.fetch_add(us, Ordering::Relaxed);
        self.counts.last_commit_us.store(us, Ordering::Relaxed);
        self.counts.last_rows.store(rows, Ordering::Relaxed);
    }

    fn answer(&self, batch: Vec<Job>, stored: Vec<Stored>) {
        let stored: Arc<[Stored]> = stored.into();
        for (job, stored) in batch.into_iter().zip(stored.iter()) {
            // A sender that hung up is answered by nobody; its delivery is stored and its retry a duplicate.
            let _gone = job.done.send(Ok(stored.clone()));
        }
        let _nobody_watches = self.committed.send(stored);
    }

    fn refuse(&self, batch: Vec<Job>, error: DbError) {
        tracing::error!(rows = batch.len(), %error, "deliveries could not be stored: {error}");
        let fatal = matches!(error, DbError::Fatal(_));
        self.counts.failed.fetch_add(batch.len() as u64, Ordering::Relaxed);
        for job in batch {
            let again = if matches!(error, DbError::Full) { DbError::Full } else { DbError::Busy };
            let _gone = job.done.send(Err(again));
        }
        if fatal {
            end_process();
        }
    }

    async fn command(&mut self, command: Command) {
        if let Err(error) = command(&mut self.connection).await {
            tracing::error!(%error, "the database file failed: {error}");
            end_process();
        }
    }

    async fn optimize(&mut self) {
        if let Err(error) = sqlx::query("PRAGMA optimize").execute(&mut self.connection).await {
            tracing::warn!(%error, "PRAGMA optimize failed: {error}");
        }
    }
}

/// Takes the jobs of one batch off the queue.
fn next_batch(queue: &mut VecDeque<Job>) -> Vec<Job> {
    let mut bytes = 0;
    let count = queue
        .iter()
        .take(BATCH_ROWS)
        .take_while(|job| {
            let fits = bytes < BATCH_BYTES;
            bytes += job.delivery.size();
            fits
        })
        .count();
    queue.drain(..count).collect()
}

/// After an input/output error nobody knows what is on the disk: only a new start, which recovers from the write-ahead
/// log, does (Rebello et al., "Can Applications Recover from fsync Failures?", USENIX ATC 2020).
fn end_process() -> ! {
    std::process::exit(74) // EX_IOERR of sysexits.h
}
