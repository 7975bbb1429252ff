//! `GET /live/deliveries`: one stream of one viewer, narrowed by the filter of the page.

use super::{HEARTBEAT, MOST_ROWS, TICK, Watcher, places::Place};
use crate::{
    auth::{self, Session},
    db::{DbError, deliveries, forwards, writer::Stored},
    live::Live,
    model::{
        delivery::DeliverySummary, error::AppError, filter::DeliveryFilter, ids::DeliveryId, token::Scope,
        user::Role,
    },
};
use axum::{
    extract::{Query, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures::Stream;
use std::{convert::Infallible, sync::Arc, time::Duration};
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

/// How often it is checked that the viewer is still logged in and enabled.
const RECHECK: Duration = Duration::from_secs(15);
/// Frames that may wait for a slow receiver; then it lags and has to resynchronise.
const FRAMES: usize = 8;
/// As many rows as a table keeps.
const MOST_MARKS: usize = 500;

pub async fn stream(
    State(live): State<Live>,
    session: Session,
    Query(pairs): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    let user = auth::session_user(&live.auth, &session, Role::Viewer).await?;
    let place = live.places.enter(Watcher::User(user.id))?;
    let filter = DeliveryFilter::from_pairs(pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())));
    let since = last_seen(&headers, &pairs);
    Ok(open(live, (Access::Session(session), place), filter, since, |row| serde_json::to_value(row)))
}

/// How a row is written into a frame.
pub type Shape = fn(&DeliverySummary) -> serde_json::Result<serde_json::Value>;

/// How a viewer came in; looked at again while the stream is open.
#[derive(Debug)]
pub enum Access {
    /// Logged in with a browser.
    Session(Session),
    /// With the API token that has this hash.
    Token([u8; 32]),
}

impl Access {
    async fn still_holds(&self, live: &Live) -> bool {
        match self {
            Self::Session(session) => auth::session_user(&live.auth, session, Role::Viewer).await.is_ok(),
            Self::Token(hash) => {
                let token = auth::tokens::authenticate(&live.auth, hash, None).await;
                token.is_ok_and(|token| token.allows(Scope::Read))
            }
        }
    }
}

/// Opens the stream of a viewer whose role was looked at, and who has a place.
pub fn open(
    live: Live,
    (access, place): (Access, Place),
    filter: DeliveryFilter,
    since: Option<DeliveryId>,
    shape: Shape,
) -> Response {
    let (frames, receiver) = mpsc::channel(FRAMES);
    let (batches, forwarded) = (live.subscribe(), live.forwarded.subscribe());
    let viewer =
        Viewer { batches, forwarded, live, access, filter, shape, frames, last: since, _place: place };
    tokio::spawn(viewer.run());
    respond(ReceiverStream::new(receiver))
}

fn respond<S>(frames: S) -> Response
where
    S: Stream<Item = Result<Event, Infallible>> + Send + 'static,
{
    let mut response = Sse::new(frames).keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response();
    let headers = response.headers_mut();
    // Proxies must neither buffer nor rewrite it.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, no-transform"));
    response
}

/// The browser repeats the last id by itself after a break; the page gives the first one in the URL.
pub fn last_seen(headers: &HeaderMap, pairs: &[(String, String)]) -> Option<DeliveryId> {
    let header = headers.get("last-event-id").and_then(|v| v.to_str().ok());
    let query = || pairs.iter().find(|(name, _)| name == "since").map(|(_, value)| value.as_str());
    header.or_else(query)?.parse().ok()
}

/// The task behind one stream.
struct Viewer {
    live: Live,
    access: Access,
    filter: DeliveryFilter,
    shape: Shape,
    batches: Receiver<Arc<[Stored]>>,
    /// Deliveries whose forwards stand otherwise now.
    forwarded: Receiver<DeliveryId>,
    frames: mpsc::Sender<Result<Event, Infallible>>,
    /// Up to here everything was sent.
    last: Option<DeliveryId>,
    /// Free again when the stream ends.
    _place: Place,
}

/// The receiver is gone, or must not see more.
struct Closed;

impl Viewer {
    async fn run(mut self) {
        // Whichever way it ends, dropping the sender ends the stream.
        let _closed = self.serve().await;
    }

    async fn serve(&mut self) -> Result<(), Closed> {
        self.send(Event::default().comment("connected").retry(Duration::from_secs(2))).await?;
        self.replay().await?;
        let mut stopping = self.live.stopping.subscribe();
        let mut recheck = tokio::time::interval(RECHECK);
        recheck.reset();
        loop {
            let frames = self.frames.clone();
            let batch = tokio::select! {
                batch = self.batches.recv() => batch,
                id = self.forwarded.recv() => {
                    self.marks(id).await?;
                    continue;
                }
                _ = recheck.tick() => {
                    self.check_session().await?;
                    continue;
                }
                () = frames.closed() => return Err(Closed),
                _ = stopping.changed() => return Err(Closed),
            };
            match batch {
                Ok(batch) => self.forward(batch).await?,
                Err(RecvError::Lagged(_)) => self.resync().await?,
                Err(RecvError::Closed) => return Err(Closed),
            }
        }
    }

    /// What was committed between the page and this stream.
    async fn replay(&mut self) -> Result<(), Closed> {
        let Some(since) = self.last else { return Ok(()) };
        match self.missed(since).await {
            Ok(rows) if rows.len() > MOST_ROWS => self.resync().await,
            Ok(rows) => self.send_rows(rows).await,
            Err(error) => {
                tracing::warn!(%error, "a live stream could not be resumed: {error}");
                self.resync().await
            }
        }
    }

    async fn missed(&self, since: DeliveryId) -> Result<Vec<Arc<DeliverySummary>>, DbError> {
        if self.filter.before.is_some() {
            return Ok(Vec::new());
        }
        let mut connection = self.live.db.read().await?;
        let cursor = deliveries::Cursor::NewerThan(since);
        let limit = MOST_ROWS as i64 + 1;
        let rows = deliveries::page(&mut connection, &self.filter, (None, None), cursor, limit).await?;
        Ok(rows.into_iter().map(|delivery| Arc::new(delivery.summary)).collect())
    }

    /// Waits for the rest of the tick, then sends what came.
    async fn forward(&mut self, first: Arc<[Stored]>) -> Result<(), Closed> {
        tokio::time::sleep(TICK).await;
        let mut rows = Vec::new();
        let mut next = Some(first);
        while let Some(batch) = next {
            rows.extend(
                batch.iter().filter(|stored| self.wants(stored)).map(|stored| stored.summary.clone()),
            );
            next = match self.batches.try_recv() {
                Ok(batch) => Some(batch),
                Err(tokio::sync::broadcast::error::TryRecvError::Lagged(_)) => return self.resync().await,
                Err(_) => None,
            };
        }
        if rows.len() > MOST_ROWS { self.resync().await } else { self.send_rows(rows).await }
    }

    /// Waits for the rest of the tick, then says how the forwards stand that changed.
    async fn marks(&mut self, first: Result<DeliveryId, RecvError>) -> Result<(), Closed> {
        tokio::time::sleep(TICK).await;
        let mut ids: Vec<DeliveryId> = first.into_iter().collect();
        while let Ok(id) = self.forwarded.try_recv() {
            ids.push(id);
        }
        ids.sort_unstable();
        ids.dedup();
        // A table shows the newest: of very many at once the oldest are not on it.
        let newest = &ids[ids.len().saturating_sub(MOST_MARKS)..];
        let read = async {
            let mut connection = self.live.db.read().await?;
            let Some(within) = &self.filter.within else {
                return forwards::marks(&mut connection, newest).await;
            };
            let seen = deliveries::of_endpoints(&mut connection, newest, within).await?;
            forwards::marks(&mut connection, &seen).await
        };
        match read.await {
            Ok(marks) if marks.is_empty() => Ok(()),
            Ok(marks) => {
                let marks: Vec<_> = marks.into_iter().collect();
                let Ok(event) = Event::default().event("forwards").json_data(&marks) else {
                    return Err(Closed);
                };
                self.send(event).await
            }
            Err(error) => {
                // The next change says it again; a page that is reloaded is right in any case.
                tracing::debug!(%error, "a live stream could not send the state of forwards: {error}");
                Ok(())
            }
        }
    }

    fn wants(&self, stored: &Stored) -> bool {
        stored.is_stored
            && self.last.is_none_or(|last| stored.summary.id > last)
            && self.filter.matches_live(
                &stored.summary,
                stored.event_key.as_deref(),
                stored.event_id.as_deref(),
            )
    }

    async fn send_rows(&mut self, rows: Vec<Arc<DeliverySummary>>) -> Result<(), Closed> {
        let Some(last) = rows.last().map(|row| row.id) else { return Ok(()) };
        let Ok(shown) = rows.iter().map(|row| (self.shape)(row)).collect::<Result<Vec<_>, _>>() else {
            return Err(Closed);
        };
        let Ok(event) = Event::default().event("deliveries").id(last.to_string()).json_data(shown) else {
            return Err(Closed);
        };
        self.send(event).await?;
        self.last = Some(last);
        Ok(())
    }

    /// There is more than a stream should carry: the page is to be reloaded.
    async fn resync(&mut self) -> Result<(), Closed> {
        self.batches = self.batches.resubscribe();
        self.send(Event::default().event("resync").data("{}")).await
    }

    async fn check_session(&self) -> Result<(), Closed> {
        if self.access.still_holds(&self.live).await {
            return Ok(());
        }
        self.send(Event::default().event("signed-out").data("{}")).await?;
        Err(Closed)
    }

    async fn send(&self, event: Event) -> Result<(), Closed> {
        self.frames.send(Ok(event)).await.map_err(|_| Closed)
    }
}
