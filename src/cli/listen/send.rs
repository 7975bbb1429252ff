//! Hands deliveries to the handler, one after the other in the order in which they came, and again when a person asks.

use super::{
    fetch::{self, Fetched},
    local::Local,
    news::{News, Sent},
    server::{Detail, Failure, RemoteServer},
};
use std::collections::{HashMap, VecDeque};
use tokio::sync::mpsc::{Receiver, Sender};

/// What a person asks for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Command {
    /// Send this delivery again, also while paused.
    Replay(i64),
    /// Send nothing new for now, or go on.
    Pause(bool),
}

/// Sends until the server says that it is of no use.
pub(super) async fn run(
    server: &RemoteServer,
    local: &Local,
    mut ready: Receiver<Fetched>,
    mut asked: Receiver<Command>,
    reports: Sender<Sent>,
    news: &Sender<News>,
) -> Failure {
    let mut sender = Handler { local, reports, news, attempts: HashMap::new() };
    let (mut replays, mut paused, mut keys) = (VecDeque::new(), false, true);
    loop {
        // What was asked meanwhile comes first.
        while let Ok(command) = asked.try_recv() {
            note(command, &mut replays, &mut paused);
        }
        if let Some(id) = replays.pop_front() {
            match fetch::one(server, id).await {
                Ok(fetched) => sender.take(fetched, true).await,
                Err(failure) => return failure,
            }
            continue;
        }
        tokio::select! {
            command = asked.recv(), if keys => match command {
                Some(command) => note(command, &mut replays, &mut paused),
                // Nobody has keys here.
                None => keys = false,
            },
            fetched = ready.recv(), if !paused => match fetched {
                Some(fetched) => sender.take(fetched, false).await,
                // Nothing comes any more because following has failed, which says why.
                None => std::future::pending().await,
            },
        }
    }
}

fn note(command: Command, replays: &mut VecDeque<i64>, paused: &mut bool) {
    match command {
        Command::Replay(id) => replays.push_back(id),
        Command::Pause(wanted) => *paused = wanted,
    }
}

struct Handler<'a> {
    local: &'a Local,
    reports: Sender<Sent>,
    news: &'a Sender<News>,
    /// Requests made, by delivery.
    attempts: HashMap<i64, i64>,
}

impl Handler<'_> {
    async fn take(&mut self, fetched: Fetched, is_replay: bool) {
        match fetched {
            Ok(detail) => self.send(detail, is_replay).await,
            Err(id) => {
                let _unseen = self.news.send(News::Gone(id)).await;
            }
        }
    }

    async fn send(&mut self, detail: Detail, is_replay: bool) {
        let attempt = self.attempts.entry(detail.row.id).and_modify(|n| *n += 1).or_insert(1);
        let _unseen = self.news.send(News::Sending(detail.row.id)).await;
        let outcome = self.local.send(&detail, *attempt, is_replay).await;
        let sent = Sent { row: detail.row, webhook_id: detail.webhook_id, attempt: *attempt, outcome };
        // Behind by thousands, the server can do without: the handler comes first.
        let _left_out = self.reports.try_send(sent.clone());
        let _unseen = self.news.send(News::Sent(sent)).await;
    }
}
