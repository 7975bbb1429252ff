//! The HTTP client for destinations: it reaches the public Internet and what the operator allows, nothing else.

use reqwest::Client;
use std::{collections::HashMap, net::SocketAddr, sync::Arc};

use crate::net::{
    AllowList, CONNECT_TIMEOUT, GuardedResolver, Lookup, OutboundRequest, OutboundResponse, SendError,
    SystemLookup, builder, check_url, exchange::exchange, mail_server,
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
    lookup: Arc<dyn Lookup>,
    by_port: HashMap<u16, Client>,
    other_ports: Client,
}

impl GuardedClient {
    /// A client that resolves names as the system does.
    ///
    /// # Errors
    /// When TLS cannot be set up, as when the system has no root certificates.
    pub fn new(allowed: AllowList) -> reqwest::Result<Self> {
        Self::with_lookup(allowed, Arc::new(SystemLookup::default()))
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
        Ok(Self(Arc::new(Inner { allowed, lookup, by_port, other_ports })))
    }

    /// Makes one request, once, and reads the response's body up to [`OutboundRequest::capture`].
    ///
    /// # Errors
    /// When there is no complete response in time. A body that reaches the limit counts as complete.
    pub async fn send(&self, request: OutboundRequest) -> Result<OutboundResponse, SendError> {
        check_url(&request.url, &self.0.allowed)?;
        let port = request.url.port_or_known_default();
        let client = port.and_then(|port| self.0.by_port.get(&port)).unwrap_or(&self.0.other_ports);
        exchange(client, request).await
    }

    /// The addresses of a mail server, each checked as those of a URL are. Connect to these and to no others.
    ///
    /// # Errors
    /// An address is denied and not permitted, or the name cannot be resolved.
    pub async fn mail_server(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, SendError> {
        mail_server::addresses(host, port, &self.0.lookup, &self.0.allowed).await
    }

    /// Whether a mail server may be spoken to without TLS: what was allowed when it was saved may not be any more.
    pub fn permits_plain_mail(&self, host: &str, port: u16) -> Result<(), String> {
        let checked = mail_server::check_mail_server(host, port, true, &self.0.allowed);
        checked.map(|_host| ()).map_err(|(_, sentence)| sentence)
    }
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
