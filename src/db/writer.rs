//! The writer: the one task that changes the database.
//!
//! Deliveries come through a queue bounded by count and bytes and are stored in batches, each one transaction with one
//! sync (group commit: the next batch forms by itself while the disk syncs, so there is no lingering). Everything else
//! that is written (settings, sessions, retention) is a [`Transaction`] of whoever writes it, to whom the connection is lent
//! between two batches, one at a time, so neither can starve the other.

mod batch;
mod delivery;
mod held;
mod kept;
mod statements;
#[cfg(test)]
mod tests;
mod transaction;

pub use delivery::{NewDelivery, Stored};
pub use kept::KeptBodies;
pub use transaction::Transaction;

use super::{Connection, DbError};
use crate::{
    model::ids::DeliveryId,
    runtime::clock::Clock,
    telemetry::{
        log_once::{LogOnce, Turn},
        tasks::{Falls, panic_if_asked},
    },
};
use futures::FutureExt;
use held::Held;
use sqlx::sqlite::SqliteConnectOptions;
use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, Location},
    path::Path,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    sync::{Mutex, OwnedSemaphorePermit, Semaphore, broadcast, mpsc, oneshot},
    time::timeout,
};
use transaction::Commit;

/// Deliveries that may wait; more are refused, so that their senders try again.
const QUEUE_ROWS: usize = 8_192;
/// Bytes of payload that may wait: two of the largest with what belongs to them. Bodies have a bound of their own while
/// their senders wait (`HOOKPOST_BODY_MEMORY`).
const QUEUE_BYTES: usize = 160 * 1024 * 1024;
/// A batch ends at this many rows …
const BATCH_ROWS: usize = 512;
/// … or bytes, whichever comes first.
const BATCH_BYTES: usize = 4 * 1024 * 1024;
/// Senders give up after a few seconds: better to say 503 before.
const COMMIT_DEADLINE: Duration = Duration::from_secs(2);
/// Bytes that a disk takes in a millisecond at least: large deliveries get longer.
const SLOWEST_DISK: usize = 8 * 1024;
const OPTIMIZE_EVERY: Duration = Duration::from_secs(3_600);
/// Whoever holds a transaction for longer keeps deliveries waiting, which the log is to tell.
const LONG: Duration = Duration::from_secs(1);

/// Batches that a live view may lag behind before it has to resynchronise: a quarter of a second of small ones, some seconds
/// of large ones, and at most some 60 MB that one slow viewer keeps in memory.
const LIVE_BATCHES: usize = 256;

/// What is done between two batches.
enum Command {
    /// The connection is lent for a transaction that is begun there.
    Lend(oneshot::Sender<Result<Transaction, DbError>>, &'static Location<'static>),
    /// It is closed for good, and this told of it.
    Close(oneshot::Sender<()>),
}

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
    /// How often the task was started again after a panic.
    pub restarts: AtomicU64,
    /// Whether it runs: not so between a panic and the new start.
    is_down: AtomicBool,
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
    /// Starts the task, which owns `connection` from now on, and opens a new one as `options` say when its state is in
    /// doubt.
    pub(super) async fn start(
        mut connection: Connection,
        options: SqliteConnectOptions,
        file: &Path,
        clock: Clock,
    ) -> Result<Self, DbError> {
        let newest: Option<i64> = connection.sql("SELECT max(id) FROM deliveries").scalar().await?;
        let (deliveries, delivery_queue) = mpsc::channel(QUEUE_ROWS);
        let (commands, command_queue) = mpsc::channel(256);
        let (committed, _) = broadcast::channel(LIVE_BATCHES);
        let counts = Arc::new(WriterCounts::default());
        let task = Task {
            held: Arc::new(Mutex::new(Held::new(connection, options, file))),
            clock,
            newest: DeliveryId(newest.unwrap_or(0)),
            committed: committed.clone(),
            counts: counts.clone(),
            refusing: LogOnce::default(),
        };
        tokio::spawn(task.run(Queues { deliveries: delivery_queue, commands: command_queue }));
        let bytes = Arc::new(Semaphore::new(QUEUE_BYTES));
        Ok(Self { deliveries, commands, bytes, committed, counts })
    }

    /// Hands in a delivery and waits until it is durable.
    ///
    /// # Errors
    /// See [`SubmitError`]: answer 503 for each of them.
    pub async fn submit(&self, delivery: NewDelivery) -> Result<Stored, SubmitError> {
        let size = delivery.size();
        let deadline = COMMIT_DEADLINE + Duration::from_millis((size / SLOWEST_DISK) as u64);
        let size = u32::try_from(size.min(QUEUE_BYTES)).map_err(|_| SubmitError::QueueFull)?;
        let bytes = self.bytes.clone().try_acquire_many_owned(size).map_err(|_| SubmitError::QueueFull)?;
        let (done, stored) = oneshot::channel();
        self.deliveries.try_send(Job { delivery, _bytes: bytes, done }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => SubmitError::QueueFull,
            mpsc::error::TrySendError::Closed(_) => SubmitError::Stopped,
        })?;
        match timeout(deadline, stored).await {
            Ok(Ok(result)) => Ok(result?),
            Ok(Err(_)) => Err(SubmitError::Stopped),
            Err(_) => Err(SubmitError::Deadline),
        }
    }

    /// Borrows the connection, with a transaction begun, for who asks at this place of the source.
    pub(super) async fn begin(&self, place: &'static Location<'static>) -> Result<Transaction, DbError> {
        let (asker, lent) = oneshot::channel();
        self.commands.send(Command::Lend(asker, place)).await.map_err(|_| DbError::Busy)?;
        lent.await.map_err(|_| DbError::Busy)?
    }

    /// Each committed batch, in order of commits.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<[Stored]>> {
        self.committed.subscribe()
    }

    /// Counts since the start.
    pub fn counts(&self) -> &WriterCounts {
        &self.counts
    }

    /// How often it was started again after a panic.
    pub fn restarts(&self) -> u64 {
        self.counts.restarts.load(Ordering::Relaxed)
    }

    /// Figures of the queue and the last batch.
    pub fn state(&self) -> WriterState {
        WriterState {
            is_up: !self.deliveries.is_closed() && !self.counts.is_down.load(Ordering::Relaxed),
            queued: self.deliveries.max_capacity() - self.deliveries.capacity(),
            queued_bytes: QUEUE_BYTES.saturating_sub(self.bytes.available_permits()),
            commands: self.commands.max_capacity() - self.commands.capacity(),
        }
    }

    /// Stores what is queued, then shrinks the write-ahead log and closes the file.
    pub(super) async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if self.commands.send(Command::Close(done)).await.is_ok() {
            let _stopped = closed.await;
        }
    }
}

/// What the task takes its work from.
struct Queues {
    deliveries: mpsc::Receiver<Job>,
    commands: mpsc::Receiver<Command>,
}

/// The task's own state.
struct Task {
    /// Locked by whoever works with the connection: this task, or a transaction, for whose end it waits.
    held: Arc<Mutex<Held>>,
    clock: Clock,
    /// The id given last.
    newest: DeliveryId,
    committed: broadcast::Sender<Arc<[Stored]>>,
    counts: Arc<WriterCounts>,
    /// Says once that deliveries cannot be stored, and once that they can again: senders may try in their thousands.
    refusing: LogOnce,
}

impl Task {
    /// Works until nobody can hand in anything more. A panic costs the work that was under way, whose askers are told to
    /// try again, and the connection, of whose state nobody knows.
    async fn run(mut self, mut queues: Queues) {
        let mut falls = Falls::default();
        while AssertUnwindSafe(self.work(&mut queues)).catch_unwind().await.is_err() {
            self.held.lock().await.discard();
            self.counts.is_down.store(true, Ordering::Relaxed);
            let pause = falls.add("writer", "panicked", Instant::now());
            tokio::time::sleep(pause).await;
            self.counts.restarts.fetch_add(1, Ordering::Relaxed);
            self.counts.is_down.store(false, Ordering::Relaxed);
        }
    }

    async fn work(&mut self, queues: &mut Queues) {
        panic_if_asked("writer");
        let mut queue = VecDeque::new();
        let mut incoming = Vec::with_capacity(BATCH_ROWS);
        let mut optimize = tokio::time::interval(OPTIMIZE_EVERY);
        optimize.reset();
        loop {
            if queue.is_empty() {
                tokio::select! {
                    biased;
                    count = queues.deliveries.recv_many(&mut incoming, BATCH_ROWS) => if count == 0 { return },
                    Some(command) = queues.commands.recv() => self.command(command).await,
                    _ = optimize.tick() => self.optimize().await,
                }
                queue.extend(incoming.drain(..));
            }
            let batch = next_batch(&mut queue);
            if !batch.is_empty() {
                self.store(batch).await;
                if let Ok(command) = queues.commands.try_recv() {
                    self.command(command).await;
                }
            }
        }
    }

    /// Stores a batch and answers its senders. When it fails for one row's sake, each row is tried alone.
    async fn store(&mut self, batch: Vec<Job>) {
        let rows: Vec<&NewDelivery> = batch.iter().map(|job| &job.delivery).collect();
        let begun = Instant::now();
        match self.commit(&rows).await {
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

    async fn commit(&mut self, rows: &[&NewDelivery]) -> Result<Vec<Stored>, DbError> {
        let (newest, now) = (self.newest, self.clock.now_ms());
        let first = newest.next(self.clock.id_ms());
        let mut held = self.held.lock().await;
        let outcome = batch::store(held.begin().await?, rows, first, now).await;
        let stored = held.end(outcome).await?;
        drop(held);
        if let Some(last) = stored.last() {
            self.newest = last.summary.id;
        }
        Ok(stored)
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
        if let Some(Turn::Recovered(failures)) = self.refusing.note(true) {
            tracing::info!(failures, "deliveries are stored again after {failures} failed batches");
        }
        let stored: Arc<[Stored]> = stored.into();
        for (job, stored) in batch.into_iter().zip(stored.iter()) {
            // A sender that hung up is answered by nobody; its delivery is stored and its retry a duplicate.
            let _gone = job.done.send(Ok(stored.clone()));
        }
        let _nobody_watches = self.committed.send(stored);
    }

    fn refuse(&self, batch: Vec<Job>, error: DbError) {
        if self.refusing.note(false).is_some() {
            tracing::error!(rows = batch.len(), %error, "deliveries could not be stored: {error}");
        }
        let fatal = matches!(error, DbError::Fatal(_));
        self.counts.failed.fetch_add(batch.len() as u64, Ordering::Relaxed);
        for job in batch {
            let again = if matches!(error, DbError::Full) { DbError::Full } else { DbError::Busy };
            let _gone = job.done.send(Err(again));
        }
        if fatal {
            end_process(&error);
        }
    }

    async fn command(&self, command: Command) {
        match command {
            // The one who asked went away.
            Command::Lend(asker, _) if asker.is_closed() => {}
            Command::Lend(asker, place) => self.lend(asker, place).await,
            Command::Close(done) => {
                self.held.lock().await.close().await;
                let _gone = done.send(());
            }
        }
    }

    /// Lends the connection, and goes on when it is back.
    async fn lend(
        &self,
        asker: oneshot::Sender<Result<Transaction, DbError>>,
        place: &'static Location<'static>,
    ) {
        let mut held = self.held.clone().lock_owned().await;
        let begun = held.begin().await.map(drop);
        let lent = begun.and_then(|()| Held::lend(held).ok_or(DbError::Busy));
        let (transaction, over) = match lent {
            Ok(lent) => Transaction::new(lent),
            Err(error) => return answer(asker, Err(error)),
        };
        // When the one who asked has gone away, it is dropped here.
        drop(asker.send(Ok(transaction)));
        let commit = waited_for(over, place).await;
        let mut held = self.held.lock().await;
        match commit {
            Some(commit) => answer(commit, held.end(Ok(())).await),
            None => {
                if let Err(error @ DbError::Fatal(_)) = held.end::<()>(Err(DbError::Busy)).await {
                    end_process(&error);
                }
            }
        }
    }

    async fn optimize(&self) {
        let mut held = self.held.lock().await;
        let Ok(connection) = held.get().await else { return };
        if let Err(error) = connection.optimize().await {
            tracing::warn!(%error, "the database was not optimized: {error}");
        }
        // A failure of the file ends the process now, and not at whatever is written next.
        if let Some(error) = connection.failure() {
            end_process(&error);
        }
    }
}

/// Waits until a transaction is over. None: it is to be rolled back.
async fn waited_for(over: oneshot::Receiver<Commit>, place: &Location<'_>) -> Option<Commit> {
    let mut over = pin!(over);
    if let Ok(over) = timeout(LONG, &mut over).await {
        return over.ok();
    }
    let begun = Instant::now();
    let commit = over.await.ok();
    let ms = (LONG + begun.elapsed()).as_millis();
    tracing::warn!(%place, ms, "deliveries waited {ms} ms for the transaction that started at {place}");
    commit
}

/// Tells what came of a transaction to whoever waits for it, which may be nobody. Of a file that failed, only that it is
/// busy: this process ends.
fn answer<T>(asker: oneshot::Sender<Result<T, DbError>>, outcome: Result<T, DbError>) {
    let (told, failure) = match outcome {
        Err(error @ DbError::Fatal(_)) => (Err(DbError::Busy), Some(error)),
        outcome => (outcome, None),
    };
    let _gone = asker.send(told);
    if let Some(error) = failure {
        end_process(&error);
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
fn end_process(error: &DbError) -> ! {
    tracing::error!(%error, "stopping; the next start recovers everything that was acknowledged: {error}");
    std::process::exit(74) // EX_IOERR of sysexits.h
}
