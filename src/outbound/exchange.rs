//! One request to a destination, and what came back.

use bytes::Bytes;
use http::{HeaderMap, Method};
use std::{net::SocketAddr, time::Duration};
use url::Url;

/// A request to a destination.
#[derive(Clone, Debug)]
pub struct OutboundRequest {
    /// Such as POST.
    pub method: Method,
    /// Checked by [`super::check_url`] at each request.
    pub url: Url,
    /// Those that are not [`super::sendable`] are left out.
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
