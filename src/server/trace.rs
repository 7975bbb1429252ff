//! Follows each request: an id in its log lines and its answer, and a line of its own at level debug.

use crate::telemetry::request_id::{HEADER, RequestId};
use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
};
use std::time::Instant;
use tracing::{Instrument, error_span};

/// Middleware, the outermost.
pub(super) async fn follow(mut request: Request, next: Next) -> Response {
    let id = RequestId::new();
    request.extensions_mut().insert(id);
    // At level error, so that a log that tells of nothing less still says to which request it belongs.
    let span = error_span!("request", request_id = %id);
    let mut response = answer(request, next).instrument(span).await;
    if let Some(id) = id.to_header() {
        response.headers_mut().insert(HEADER, id);
    }
    response
}

async fn answer(request: Request, next: Next) -> Response {
    // The route and never the path: keys of ingest URLs and one-time tokens are in paths.
    let route = request.extensions().get::<MatchedPath>().cloned();
    let (method, begun) = (request.method().clone(), Instant::now());
    let response = next.run(request).await;
    let route = route.as_ref().map_or("no route", MatchedPath::as_str);
    // Webhooks have a line that says more.
    if !route.starts_with("/in/") {
        let (status, ms) = (response.status().as_u16(), begun.elapsed().as_millis());
        tracing::debug!(%method, route, status, ms, "{method} {route} answered {status}");
    }
    response
}
