//! Accepting connections. `axum::serve` has no header timeout and no cap on connections (a half-sent request stays open
//! forever), so this drives hyper itself. hyper's own header timeout begins only after the first bytes told the version,
//! and it has none for writing, so each connection is watched as well: see [`pulse`].

mod bodies;
mod io;
mod places;
mod pulse;

use crate::runtime::config::Settings;
use axum::{Router, body::Body, extract::ConnectInfo, http::header};
use bodies::{Received, Sent};
use hyper::{Request, Response, Version, body::Incoming};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto::Builder, graceful::GracefulShutdown},
};
use io::Socket;
use places::{Entry, Place, Places};
use pulse::Pulse;
use std::{
    convert::Infallible,
    net::SocketAddr,
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt;

/// Requests in flight get this long to finish when the server stops, …
const DRAIN: Duration = Duration::from_secs(15);
/// … and a head of which only a part came this long.
const HEADS: Duration = Duration::from_secs(1);
/// After an error such as "too many open files" accepting again at once would only spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Anyone can cause such lines in the log.
const LOG_EVERY: Duration = Duration::from_secs(60);
/// Bytes of headers that a request may have.
const HEADER_BYTES: usize = 64 * 1024;
/// Bytes of a stream of HTTP/2 that may come before they are read, …
const STREAM_WINDOW: u32 = 128 * 1024;
/// … and of all streams of a connection.
const CONNECTION_WINDOW: u32 = 256 * 1024;
/// Bytes of an answer that may wait in a stream of HTTP/2.
const SEND_BUFFER: usize = 64 * 1024;

/// Serves `app` until `stop` resolves, then drains.
pub(super) async fn serve(
    listener: TcpListener,
    app: Router,
    settings: &Settings,
    stop: impl Future<Output = ()>,
) {
    raise_file_limit();
    let builder = builder(settings);
    let timeout = settings.request_timeout();
    let graceful = GracefulShutdown::new();
    let places = Places::new(settings);
    let mut troubles = Troubles::default();
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &places, &mut troubles) => accepted,
            () = &mut stop => break,
        };
        let Some((stream, peer, pulse, place)) = accepted else { continue };
        let (app, watched) = (app.clone(), pulse.clone());
        let service =
            hyper::service::service_fn(move |request| serve_one(app.clone(), watched.clone(), peer, request));
        let socket = TokioIo::new(Socket::new(stream, pulse.clone(), timeout));
        let connection = graceful.watch(builder.serve_connection(socket, service).into_owned());
        tokio::spawn(async move {
            tokio::select! {
                ended = connection => if let Err(error) = ended {
                    tracing::debug!(%peer, error, "connection ended: {error}");
                },
                why = pulse.gives_out(timeout) => tracing::debug!(%peer, "connection closed: {why}"),
                () = pulse.dismissed() => tracing::debug!(%peer, "connection closed to make room for another"),
            }
            drop(place);
        });
    }
    drop(listener);
    places.dismiss_lingering();
    let mut drained = pin!(graceful.shutdown());
    // Requests are waited for, half a head only a little.
    if tokio::time::timeout(HEADS, &mut drained).await.is_ok() {
        return;
    }
    places.dismiss_idle();
    if tokio::time::timeout(DRAIN, drained).await.is_err() {
        tracing::warn!("some requests did not finish within {} s", DRAIN.as_secs());
    }
}

/// Answers one request; it is under way until its answer was handed over.
async fn serve_one(
    app: Router,
    pulse: Arc<Pulse>,
    peer: SocketAddr,
    mut request: Request<Incoming>,
) -> Result<Response<Sent>, Infallible> {
    let is_multiplexed = request.version() == Version::HTTP_2;
    let under_way = pulse.begin(is_multiplexed);
    request.extensions_mut().insert(ConnectInfo(peer));
    let pulse = (!is_multiplexed).then_some(pulse);
    let request = request.map(|body| Body::new(Received::new(body, pulse)));
    let response = app.oneshot(request).await?;
    let kind = response.headers().get(header::CONTENT_TYPE);
    let is_endless = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
    Ok(response.map(|body| Sent::new(body, under_way, is_multiplexed, is_endless)))
}

fn builder(settings: &Settings) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(settings.request_timeout())
        .max_buf_size(HEADER_BYTES.max(16 * 1024));
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Duration::from_secs(20))
        .max_header_list_size(HEADER_BYTES as u32)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_send_buf_size(SEND_BUFFER)
        .max_concurrent_streams(100);
    builder
}

type Accepted = (TcpStream, SocketAddr, Arc<Pulse>, Place);

/// The next connection that has a place.
async fn accept(listener: &TcpListener, places: &Arc<Places>, troubles: &mut Troubles) -> Option<Accepted> {
    let (stream, peer) = match listener.accept().await {
        Ok(accepted) => accepted,
        Err(error) => {
            if troubles.may_tell() {
                tracing::warn!(%error, "a connection could not be accepted: {error}");
            }
            // It may be that too many files are open: those that are held for nothing go first.
            places.make_room();
            tokio::time::sleep(ACCEPT_PAUSE).await;
            return None;
        }
    };
    set_options(&stream);
    let pulse = Pulse::new();
    loop {
        match places.enter(peer.ip(), &pulse) {
            Entry::Place(place) => return Some((stream, peer, pulse, place)),
            Entry::Refused => {
                tracing::debug!(%peer, "connection refused: its address has reached its limit");
                return None;
            }
            Entry::Full => {
                if troubles.may_tell() {
                    tracing::warn!("all connections are in use, new ones wait (see --max-connections)");
                }
                places.freed().await;
            }
        }
    }
}

fn set_options(stream: &TcpStream) {
    // Answers are small and each is awaited: waiting to fill a packet would only add time.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY could not be set: {error}");
    }
    // A peer that vanished without a word is found out, also while nothing is to be sent to it.
    if let Err(error) = rustix::net::sockopt::set_socket_keepalive(stream, true) {
        tracing::debug!(%error, "SO_KEEPALIVE could not be set: {error}");
    }
}

/// Many systems let a process open 1,024 files unless it asks for more, which is fewer than the connections it may have.
fn raise_file_limit() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        limit.current = limit.maximum;
        if let Err(error) = setrlimit(Resource::Nofile, limit) {
            tracing::debug!(%error, "the limit of open files could not be raised: {error}");
        }
    }
}

/// Bounds what is logged of troubles with accepting.
#[derive(Debug, Default)]
struct Troubles(Option<Instant>);

impl Troubles {
    fn may_tell(&mut self) -> bool {
        let may = self.0.is_none_or(|told| told.elapsed() >= LOG_EVERY);
        if may {
            self.0 = Some(Instant::now());
        }
        may
    }
}
