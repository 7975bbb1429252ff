//! Resolves names for the HTTP client, and refuses those that lead into a private network.

use futures::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::{
    fmt, io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use super::{
    AllowList,
    target::{BlockedAddress, check_address},
};

/// Finds the addresses of a name. Tests have their own; the program has [`SystemLookup`].
pub trait Lookup: fmt::Debug + Send + Sync {
    /// All addresses of `host`, a name as it stands in the URL: in lower case, perhaps with a trailing dot.
    fn lookup(&self, host: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// The system's own resolver: the hosts file, DNS and what else is configured.
#[derive(Clone, Copy, Debug)]
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup(&self, host: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let host = host.to_owned();
        Box::pin(async move { Ok(tokio::net::lookup_host((host, 0)).await?.map(|a| a.ip()).collect()) })
    }
}

/// Why a name gave no address to connect to.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    /// One of its addresses is denied and not allowed.
    #[error(transparent)]
    Blocked(#[from] BlockedAddress),
    /// It has no address.
    #[error("the name {0} has no address")]
    Empty(String),
    /// It could not be looked up.
    #[error("the name {0} cannot be resolved: {1}")]
    Failed(String, io::Error),
}

/// A resolver whose every answer has been checked. The client connects to the very addresses that it returns, so a name
/// that changes its address between check and connection ("DNS rebinding") gains nothing.
///
/// reqwest tells a resolver the name but not the port, so each resolver serves one port. See [`super::GuardedClient`].
#[derive(Clone, Debug)]
pub struct GuardedResolver {
    lookup: Arc<dyn Lookup>,
    allowed: AllowList,
    port: u16,
}

impl GuardedResolver {
    /// A resolver for connections to `port`; 0 stands for all ports that no entry names.
    pub fn new(lookup: Arc<dyn Lookup>, allowed: AllowList, port: u16) -> Self {
        Self { lookup, allowed, port }
    }

    /// The addresses of `host`. One bad address condemns the name: a mix of public and private answers is what an
    /// attacker who hopes for a second connection would give, hardly ever what an honest name has.
    ///
    /// # Errors
    /// When the name cannot be resolved, has no address, or has one that is denied and not permitted.
    pub async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, ResolveError> {
        let found = self.lookup.lookup(host).await;
        let found = found.map_err(|error| ResolveError::Failed(host.to_owned(), error))?;
        if found.is_empty() {
            return Err(ResolveError::Empty(host.to_owned()));
        }
        for ip in &found {
            check_address(*ip, self.port, Some(host), &self.allowed)?;
        }
        Ok(found)
    }
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = self.clone();
        Box::pin(async move {
            let found = resolver.addresses(name.as_str()).await?;
            // Port 0: the connector puts the URL's port in its place.
            let addresses: Addrs = Box::new(found.into_iter().map(|ip| SocketAddr::new(ip, 0)));
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests;
