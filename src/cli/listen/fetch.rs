//! Gets the bytes of deliveries, a few ahead of what is sent.

use super::server::{Detail, Failure, RemoteServer, Row};
use futures::StreamExt;
use std::time::Duration;
use tokio::sync::mpsc::{Receiver, Sender};
use tokio_stream::wrappers::ReceiverStream;

/// Size of a page.
pub(super) const AHEAD: usize = 8;
const LONGEST_WAIT: Duration = Duration::from_secs(15);

/// A delivery that can be sent; or its id, when the server has it no more.
pub(super) type Fetched = Result<Detail, i64>;

/// Fetches in order, until the server says that it is of no use.
pub(super) async fn run(server: &RemoteServer, arrived: Receiver<Row>, fetched: Sender<Fetched>) -> Failure {
    let mut all = ReceiverStream::new(arrived).map(|row| one(server, row.id)).buffered(AHEAD);
    while let Some(next) = all.next().await {
        match next {
            Ok(detail) => {
                // Who would send it is gone only when all ends.
                let _ended = fetched.send(detail).await;
            }
            Err(failure) => return failure,
        }
    }
    // Nothing arrives any more because following has failed, which says why.
    std::future::pending().await
}

/// One delivery. What passes is waited out, however long it takes.
pub(super) async fn one(server: &RemoteServer, id: i64) -> Result<Fetched, Failure> {
    let mut wait = Duration::from_millis(500);
    loop {
        match server.detail(id).await {
            Ok(detail) => return Ok(Ok(detail)),
            // Retention took it.
            Err(Failure::Missing) => return Ok(Err(id)),
            Err(Failure::Passing(_)) => {
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(LONGEST_WAIT);
            }
            Err(lasting) => return Err(lasting),
        }
    }
}
