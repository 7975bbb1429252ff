//! Hears of deliveries, in order, and misses none: what came while there was no connection is read from the list before
//! the stream is opened again from the last one.

use super::{
    news::News,
    server::{Failure, RemoteServer, Row},
};
use futures::StreamExt;
use serde_json::Value;
use sse_stream::{Sse, SseByteStream};
use std::time::Duration;
use tokio::sync::mpsc::Sender;

const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Where to begin.
#[derive(Clone, Debug)]
pub(super) enum Since {
    /// After this delivery.
    After(i64),
    /// With what was received since a time.
    Time {
        /// As typed.
        from: String,
        /// The newest of all: where to go on if there was nothing since then.
        newest: i64,
    },
}

/// Follows until the server says that it is of no use.
pub(super) async fn run(
    server: &RemoteServer,
    since: Since,
    rows: Sender<Row>,
    news: &Sender<News>,
) -> Failure {
    let mut follower = Follower { server, rows, news, last: 0, since: Some(since) };
    let mut wait = FIRST_WAIT;
    loop {
        match follower.once(&mut wait).await {
            Err(Failure::Passing(reason)) => {
                let _unseen = news.send(News::Lost(reason)).await;
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(LONGEST_WAIT);
            }
            Err(lasting) => return lasting,
            // More was missed than a stream carries.
            Ok(Resync) => {}
        }
    }
}

struct Resync;

struct Follower<'a> {
    server: &'a RemoteServer,
    rows: Sender<Row>,
    news: &'a Sender<News>,
    /// Everything up to this one was handed on.
    last: i64,
    /// Where to begin, until it was begun.
    since: Option<Since>,
}

impl Follower<'_> {
    /// One connection.
    async fn once(&mut self, wait: &mut Duration) -> Result<Resync, Failure> {
        self.catch_up().await?;
        let response = self.server.stream(self.last).await?;
        *wait = FIRST_WAIT;
        let _unseen = self.news.send(News::Connected).await;
        let mut events = std::pin::pin!(SseByteStream::new(response.bytes_stream()));
        while let Some(event) = events.next().await {
            let event = event.map_err(|error| Failure::Passing(format!("connection lost ({error})")))?;
            match event.event.as_deref() {
                Some("deliveries") => self.take(read(&event)?).await,
                Some("resync") => return Ok(Resync),
                Some("signed-out") => {
                    return Err(Failure::Lasting("the token was revoked or has expired".to_owned()));
                }
                _ => {}
            }
        }
        Err(Failure::Passing("the server closed the connection".to_owned()))
    }

    /// What is in the list after the last one.
    async fn catch_up(&mut self) -> Result<(), Failure> {
        match self.since.clone() {
            Some(Since::After(id)) => self.last = id,
            Some(Since::Time { from, newest }) => {
                let page = self.server.page(0, Some(&from)).await?;
                if page.deliveries.is_empty() {
                    self.last = newest;
                }
                self.take(page.deliveries).await;
            }
            None => {}
        }
        self.since = None;
        loop {
            let page = self.server.page(self.last, None).await?;
            self.take(page.deliveries).await;
            if !page.has_more {
                return Ok(());
            }
        }
    }

    async fn take(&mut self, rows: Vec<Row>) {
        for row in rows {
            if row.id <= self.last {
                continue;
            }
            self.last = row.id;
            if self.server.wanted.takes(&row) {
                let _unseen = self.news.send(News::Arrived(row.clone())).await;
                // Who would send it is gone only when all ends.
                let _ended = self.rows.send(row).await;
            }
        }
    }
}

fn read(event: &Sse) -> Result<Vec<Row>, Failure> {
    let text = event.data.as_deref().unwrap_or("[]");
    let rows: Result<Vec<Row>, _> = serde_json::from_str::<Value>(text).and_then(serde_json::from_value);
    rows.map_err(|_| Failure::Passing("this version can't read the server's messages".to_owned()))
}
