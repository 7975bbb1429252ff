//! One request to a destination, and what came back.

use crate::net::{SendError, sendable};
use bytes::Bytes;
use http::{HeaderMap, Method};
use reqwest::Client;
use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};
use url::Url;

/// A request to a destination.
#[derive(Clone, Debug)]
pub struct OutboundRequest {
    /// Such as POST.
    pub method: Method,
    /// For destinations it is checked by [`crate::net::check_url`] at each request.
    pub url: Url,
    /// Those that are not [`crate::net::sendable`] are left out.
    pub headers: HeaderMap,
    /// Sent as it is.
    pub body: Bytes,
    /// How long the request may take in all: resolving, connecting, sending and reading the response.
    pub timeout: Duration,
    /// How many bytes of the response's body are kept; no more are waited for.
    pub capture: usize,
}

/// What a destination answered. Any status is an answer, redirects too.
#[derive(Clone, Debug)]
pub struct OutboundResponse {
    /// Such as 200.
    pub status: u16,
    /// All headers.
    pub headers: HeaderMap,
    /// The first [`OutboundRequest::capture`] bytes as they came: nothing is decompressed.
    pub body: Bytes,
    /// Whether the body may go on: it was not read to its end.
    pub truncated: bool,
    /// From the start of the request to the last byte that was read.
    pub duration: Duration,
    /// The address that answered.
    pub remote: Option<SocketAddr>,
}

/// Makes a request, once, and reads the response's body up to [`OutboundRequest::capture`].
///
/// # Errors
/// When there is no complete response in time. A body that reaches the limit counts as complete.
pub(crate) async fn exchange(
    client: &Client,
    request: OutboundRequest,
) -> Result<OutboundResponse, SendError> {
    let timeout = request.timeout;
    tokio::time::timeout(timeout, unbounded(client, request))
        .await
        .map_err(|_| SendError::Timeout(timeout))?
}

async fn unbounded(client: &Client, request: OutboundRequest) -> Result<OutboundResponse, SendError> {
    let started = Instant::now();
    let port = request.url.port_or_known_default();
    let headers = request.headers.iter().filter(|(name, _)| sendable(name));
    let headers: HeaderMap = headers.map(|(name, value)| (name.clone(), value.clone())).collect();
    let sent = client.request(request.method, request.url).headers(headers).body(request.body).send().await;
    let mut response = sent.map_err(|error| SendError::sort(&error, port))?;
    let (body, truncated) =
        read(&mut response, request.capture).await.map_err(|error| SendError::sort(&error, port))?;
    Ok(OutboundResponse {
        status: response.status().as_u16(),
        remote: response.remote_addr(),
        headers: std::mem::take(response.headers_mut()),
        body,
        truncated,
        duration: started.elapsed(),
    })
}

/// Reads at most `capture` bytes, and tells whether the body may go on. What comes behind is not waited for: a body
/// without an end would never be done.
async fn read(response: &mut reqwest::Response, capture: usize) -> reqwest::Result<(Bytes, bool)> {
    let length = response.content_length();
    let mut body = Vec::new();
    while body.len() < capture {
        let Some(chunk) = response.chunk().await? else {
            return Ok((body.into(), false));
        };
        let wanted = chunk.len().min(capture - body.len());
        body.extend_from_slice(&chunk[..wanted]);
    }
    let truncated = length != u64::try_from(capture).ok();
    Ok((body.into(), truncated))
}
