//! The client against real listeners on 127.0.0.1.

mod addresses;
mod failures;
mod responses;
mod server;

use crate::net::{client::*, samples::allow};
use bytes::Bytes;
use http::{HeaderMap, Method};
use std::{net::SocketAddr, time::Duration};

/// A POST of `{}` whose answer may take ten seconds and have 1,000 bytes.
fn post(url: &str) -> OutboundRequest {
    OutboundRequest {
        method: Method::POST,
        url: url.parse().unwrap(),
        headers: HeaderMap::new(),
        body: Bytes::from_static(b"{}"),
        timeout: Duration::from_secs(10),
        capture: 1_000,
    }
}

/// A client that may reach 127.0.0.1, all ports.
fn local_client() -> GuardedClient {
    GuardedClient::new(allow(&["127.0.0.1"])).unwrap()
}

/// A client that may reach what the entries say, and for which every name has the addresses that `lookup` gives.
fn client_with(lookup: Arc<dyn Lookup>, entries: &[&str]) -> GuardedClient {
    GuardedClient::with_lookup(allow(entries), lookup).unwrap()
}
