//! The load generator: connections on one thread, so that on a machine of few cores it leaves the others to the server.

use crate::{client::Connection, latency::Latencies, message::Messages};
use anyhow::{Context, Result};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};
use tokio::{sync::Semaphore, task::JoinSet};

/// What comes first is not counted: the server's caches and the connections warm up.
pub const WARM_UP: Duration = Duration::from_millis(300);

/// When the next request is sent.
#[derive(Clone, Copy, Debug)]
pub enum Pace {
    /// As soon as the connection's last one was answered: as much as the server takes.
    Saturating,
    /// At fixed times, whether or not the server keeps up. A request that had to wait for a free connection counts from
    /// when it should have been sent, so that a pause of the server shows in every request that it held up.
    PerSecond(u32),
}

/// One run.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Connections kept open.
    pub connections: usize,
    /// When requests are sent.
    pub pace: Pace,
    /// How long they are counted.
    pub time: Duration,
}

impl Load {
    /// Messages to sign for it: at most so many can be sent.
    pub fn messages(&self) -> usize {
        let per_second = match self.pace {
            Pace::Saturating => 150_000.0,
            Pace::PerSecond(count) => f64::from(count),
        };
        (per_second * (WARM_UP + self.time).as_secs_f64()) as usize
    }

    /// Sends it.
    pub fn run(self, address: SocketAddr, messages: Messages) -> Result<Answers> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("the runtime of the load generator did not start")?;
        runtime.block_on(self.send(address, messages))
    }

    async fn send(self, address: SocketAddr, messages: Messages) -> Result<Answers> {
        let start = Instant::now();
        let shared = Arc::new(Shared {
            load: self,
            count_from: start + WARM_UP,
            end: start + WARM_UP + self.time,
            start,
            messages,
            next: AtomicUsize::new(0),
            due: Semaphore::new(0),
        });
        let pacer = match self.pace {
            Pace::Saturating => None,
            Pace::PerSecond(per_second) => Some(start_pacer(shared.clone(), per_second)),
        };
        let mut connections = JoinSet::new();
        for _ in 0..self.connections {
            connections.spawn(shared.clone().drive(Connection::new(address)));
        }
        let mut answers = Answers::default();
        while let Some(one) = connections.join_next().await {
            answers.append(one.context("a connection's task failed")?);
        }
        if let Some(pacer) = pacer {
            pacer.join().ok().context("the pacer failed")?;
        }
        answers.counted_for = Instant::now().duration_since(shared.count_from).min(self.time);
        Ok(answers)
    }
}

/// What came back.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// Requests answered with 2xx, those of the warm-up too.
    pub acknowledged: u64,
    /// Requests answered otherwise.
    pub refused: u64,
    /// Requests without an answer.
    pub errors: u64,
    /// The first of them.
    pub first_error: Option<String>,
    /// Of the requests that were answered 2xx while we counted.
    pub latencies: Latencies,
    /// For how long we counted.
    pub counted_for: Duration,
}

impl Answers {
    fn append(&mut self, other: Self) {
        self.acknowledged += other.acknowledged;
        self.refused += other.refused;
        self.errors += other.errors;
        self.first_error = self.first_error.take().or(other.first_error);
        self.latencies.append(other.latencies);
    }
}

struct Shared {
    load: Load,
    start: Instant,
    count_from: Instant,
    end: Instant,
    messages: Messages,
    /// Number of the next message.
    next: AtomicUsize,
    /// One permit for each message whose time has come.
    due: Semaphore,
}

impl Shared {
    async fn drive(self: Arc<Self>, mut connection: Connection) -> Answers {
        let mut answers = Answers::default();
        let mut request = self.messages.request();
        while let Some((number, sent)) = self.next().await {
            let Some(bytes) = self.messages.fill(&mut request, number) else { break };
            match connection.exchange(bytes).await {
                Ok(200..300) => {
                    answers.acknowledged += 1;
                    let now = Instant::now();
                    if now >= self.count_from && now < self.end {
                        answers.latencies.add(now - sent);
                    }
                }
                Ok(_) => answers.refused += 1,
                Err(error) => {
                    answers.errors += 1;
                    answers.first_error.get_or_insert_with(|| error.to_string());
                }
            }
        }
        answers
    }

    /// The next message and the time from which its latency counts; none when the run is over.
    async fn next(&self) -> Option<(usize, Instant)> {
        let Pace::PerSecond(per_second) = self.load.pace else {
            let now = Instant::now();
            return (now < self.end).then(|| (self.next.fetch_add(1, Ordering::Relaxed), now));
        };
        self.due.acquire().await.ok()?.forget();
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        Some((number, self.start + due_after(number, per_second)))
    }
}

fn due_after(number: usize, per_second: u32) -> Duration {
    Duration::from_secs_f64(number as f64 / f64::from(per_second))
}

/// A thread of its own: the runtime's timers are as coarse as a millisecond.
fn start_pacer(shared: Arc<Shared>, per_second: u32) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        for number in 0..shared.messages.count() {
            let due = shared.start + due_after(number, per_second);
            thread::sleep(due.saturating_duration_since(Instant::now()));
            shared.due.add_permits(1);
        }
        // Every connection takes what is due, then finds the end.
        shared.due.add_permits(shared.load.connections);
    })
}
