//! Tells the server what became of each delivery here, so that the team sees it.

use super::{
    news::{News, Sent},
    server::{Failure, RemoteServer},
};
use std::time::Duration;
use tokio::sync::mpsc::{Receiver, Sender};

/// Waits before a report is made again; after them it is left out.
const WAITS: [Duration; 4] =
    [Duration::from_secs(1), Duration::from_secs(5), Duration::from_secs(15), Duration::from_secs(30)];

/// Reports until nothing more is sent.
pub(super) async fn run(server: &RemoteServer, mut taken: Receiver<Sent>, news: Sender<News>) {
    let mut may = true;
    while let Some(sent) = taken.recv().await {
        if may {
            may = one(server, &sent, &news).await;
        }
    }
}

/// Says whether it is worth going on.
async fn one(server: &RemoteServer, sent: &Sent, news: &Sender<News>) -> bool {
    let result = sent.outcome.to_json();
    for wait in WAITS.map(Some).into_iter().chain([None]) {
        let said = match server.report(sent.row.id, &result).await {
            // What retention took needs no result.
            Ok(()) | Err(Failure::Missing) => return true,
            Err(Failure::Forbidden) => {
                "the token lacks the scope replay, so local results are not reported to the team".to_owned()
            }
            Err(Failure::Lasting(reason) | Failure::Refused(reason)) => {
                format!("the server does not accept local results: {reason}")
            }
            Err(Failure::Passing(_)) => {
                if let Some(wait) = wait {
                    tokio::time::sleep(wait).await;
                }
                continue;
            }
        };
        let _unseen = news.send(News::Note(said)).await;
        return false;
    }
    true
}
