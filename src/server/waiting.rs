//! What is served while the disk has no room to open the database: 503 for every webhook, so that its sender tries again,
//! until there is room.

use super::{ServeError, listen};
use crate::{
    db::{
        disk::{folder_of, space},
        lock::LockError,
        open::OpenError,
    },
    runtime::config::Settings,
};
use axum::{
    Json, Router,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::json;
use std::time::Duration;
use tokio::net::TcpListener;

const LOOK_EVERY: Duration = Duration::from_millis(500);
/// However it looks, it is tried again after this time.
const TRY_EVERY: Duration = Duration::from_secs(3);
const RETRY_AFTER_S: u16 = 10;

/// Whether it is for want of room that the server cannot start.
pub(super) fn is_for_room(error: &ServeError) -> bool {
    let no_room = |error: &std::io::Error| error.kind() == std::io::ErrorKind::StorageFull;
    match error {
        ServeError::Open(OpenError::DiskFull { .. }) => true,
        ServeError::Key(crate::crypto::KeyError::File { error, .. }) => no_room(error),
        ServeError::Lock(LockError::File { error, .. }) => no_room(error),
        _ => false,
    }
}

/// Answers for want of room until there is more on the disk, or for a while: the room of a quota does not show there.
pub(super) async fn for_room(listener: &TcpListener, settings: &Settings) -> std::io::Result<()> {
    let free = || space(folder_of(&settings.database)).map_or(0, |space| space.free);
    let full = free();
    // The socket stays open between two tries: nobody who connects is refused.
    let listener = again(listener)?;
    let room = async {
        let more = async {
            while free() <= full {
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        let _either = tokio::time::timeout(TRY_EVERY, more).await;
    };
    listen::serve(listener, router(), settings, room).await;
    Ok(())
}

fn again(listener: &TcpListener) -> std::io::Result<TcpListener> {
    use std::os::fd::AsFd;
    let socket = std::net::TcpListener::from(listener.as_fd().try_clone_to_owned()?);
    socket.set_nonblocking(true)?;
    TcpListener::from_std(socket)
}

fn router() -> Router {
    let version = env!("CARGO_PKG_VERSION");
    Router::new()
        .route("/healthz", get(async move || Json(json!({ "status": "ok", "version": version }))))
        .route(
            "/readyz",
            get(async || no_room(json!({ "status": "not ready", "checks": { "disk": "full" } }))),
        )
        .fallback(async || no_room(json!({ "error": "the disk is full, try again" })))
}

fn no_room(body: serde_json::Value) -> Response {
    let headers = [(header::RETRY_AFTER, RETRY_AFTER_S)];
    (StatusCode::SERVICE_UNAVAILABLE, headers, Json(body)).into_response()
}
