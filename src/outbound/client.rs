//! The HTTP client for destinations: it reaches the public Internet and what the operator allows, nothing else.

use bytes::Bytes;
use http::HeaderMap;
use reqwest::Client;
use std::{collections::HashMap, sync::Arc, time::Instant};

use super::{
    AllowList, CONNECT_TIMEOUT, GuardedResolver, Lookup, OutboundRequest, OutboundResponse, SendError,
    SystemLookup, builder, check_url, sendable,
};

/// The client. Cheap to clone; clones share connections.
///
/// A check that cannot be evaded sits in the connector, in its resolver, which reqwest does not tell the port. So there is
/// a client for each port that the allow list names, whose resolver knows it, and one for all other ports, on which
/// entries with a port never count. The operator's settings bound their number, connections are kept open for reuse, and
/// one that is reused was checked when it was made.
#[derive(Clone, Debug)]
pub struct GuardedClient(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    allowed: AllowList,
    by_port: HashMap<u16, Client>,
    other_ports: Client,
}

impl GuardedClient {
    /// A client that resolves names as the system does.
    ///
    /// # Errors
    /// When TLS cannot be set up, as when the system has no root certificates.
    pub fn new(allowed: AllowList) -> reqwest::Result<Self> {
        Self::with_lookup(allowed, Arc::new(SystemLookup))
    }

    /// A client that resolves names with `lookup`, whose answers are checked like any.
    ///
    /// # Errors
    /// When TLS cannot be set up, as when the system has no root certificates.
    pub fn with_lookup(allowed: AllowList, lookup: Arc<dyn Lookup>) -> reqwest::Result<Self> {
        let client = |port| build(GuardedResolver::new(Arc::clone(&lookup), allowed.clone(), port));
        let mut by_port = HashMap::new();
        for port in allowed.ports() {
            by_port.insert(port, client(port)?);
        }
        let other_ports = client(0)?;
        Ok(Self(Arc::new(Inner { allowed, by_port, other_ports })))
    }

    /// Makes one request, once, and reads the response's body up to [`OutboundRequest::capture`].
    ///
    /// # Errors
    /// When there is no complete response in time. A body that reaches the limit counts as complete.
    pub async fn send(&self, request: OutboundRequest) -> Result<OutboundResponse, SendError> {
        check_url(&request.url, &self.0.allowed)?;
        let timeout = request.timeout;
        tokio::time::timeout(timeout, self.exchange(request))
            .await
            .map_err(|_| SendError::Timeout(timeout))?
    }

    async fn exchange(&self, request: OutboundRequest) -> Result<OutboundResponse, SendError> {
        let started = Instant::now();
        let port = request.url.port_or_known_default();
        let client = port.and_then(|port| self.0.by_port.get(&port)).unwrap_or(&self.0.other_ports);
        let headers = request.headers.iter().filter(|(name, _)| sendable(name));
        let headers: HeaderMap = headers.map(|(name, value)| (name.clone(), value.clone())).collect();
        let sent =
            client.request(request.method, request.url).headers(headers).body(request.body).send().await;
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

fn build(resolver: GuardedResolver) -> reqwest::Result<Client> {
    builder()
        .connect_timeout(CONNECT_TIMEOUT)
        // A proxy would resolve names itself, where no check of ours applies.
        .no_proxy()
        .referer(false)
        // Each attempt is one request; trying again is the retry schedule's business.
        .retry(reqwest::retry::never())
        // These are not compiled in; should a dependency turn them on, a small response must not grow in memory.
        .no_gzip()
        .no_brotli()
        .no_deflate()
        .no_zstd()
        .user_agent(concat!("Hookpost/", env!("CARGO_PKG_VERSION")))
        .dns_resolver(Arc::new(resolver))
        .build()
}

#[cfg(test)]
mod tests;
