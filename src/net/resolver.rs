//! Resolves names for the HTTP client, and refuses those that lead into a private network.

use futures::{
    FutureExt,
    future::{BoxFuture, Shared},
};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::{
    collections::HashMap,
    fmt, io,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::Semaphore;

use crate::net::{AllowList, BlockedAddress, target::check_address};

/// Finds the addresses of a name. Tests have their own; the program has [`SystemLookup`].
pub trait Lookup: fmt::Debug + Send + Sync {
    /// All addresses of `host`, a name as it stands in the URL: in lower case, perhaps with a trailing dot.
    fn lookup(&self, host: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// Look-ups under way in this process at most. Each takes a thread of the pool that passwords and conditions need too, and
/// goes on after the request that asked for it gave up.
const MOST_LOOKUPS: usize = 32;

/// What a look-up gave, for all who wait for it.
type Found = Result<Vec<IpAddr>, Arc<io::Error>>;

/// The system's own resolver: the hosts file, DNS and what else is configured. Who asks for a name that is being looked up
/// already waits for the same answer, so that a name that takes long has one thread.
#[derive(Clone, Debug)]
pub struct SystemLookup {
    under_way: Arc<Mutex<HashMap<String, Shared<BoxFuture<'static, Found>>>>>,
    places: Arc<Semaphore>,
}

impl Default for SystemLookup {
    fn default() -> Self {
        Self { under_way: Arc::default(), places: Arc::new(Semaphore::new(MOST_LOOKUPS)) }
    }
}

impl SystemLookup {
    /// The look-up of a name that is under way, or a new one by `ask`.
    fn shared<F>(&self, host: &str, ask: impl FnOnce() -> F) -> Shared<BoxFuture<'static, Found>>
    where
        F: Future<Output = io::Result<Vec<IpAddr>>> + Send + 'static,
    {
        // A map is never half changed.
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(same) = under_way.get(host).filter(|same| same.peek().is_none()) {
            return same.clone();
        }
        let (places, all, name, asked) =
            (self.places.clone(), self.under_way.clone(), host.to_owned(), ask());
        // On a task of its own: it goes on when nobody waits any more, and has its place until it is done.
        let task = tokio::spawn(async move {
            // The semaphore is never closed.
            let _place = places.acquire_owned().await;
            let found = asked.await;
            all.lock().unwrap_or_else(PoisonError::into_inner).remove(&name);
            found
        });
        let found =
            async move { task.await.unwrap_or_else(|error| Err(io::Error::other(error))).map_err(Arc::new) };
        let shared = found.boxed().shared();
        under_way.insert(host.to_owned(), shared.clone());
        shared
    }
}

impl Lookup for SystemLookup {
    fn lookup(&self, host: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let name = host.to_owned();
        let found = self.shared(host, || async move {
            Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect())
        });
        // Who waits together has the same error; one of them keeps its kind and text.
        Box::pin(async move { found.await.map_err(|error| io::Error::new(error.kind(), error.to_string())) })
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
    #[error("the name {0} can't be resolved: {1}")]
    Failed(String, io::Error),
}

/// A resolver whose every answer has been checked. The client connects to the very addresses that it returns, so a name
/// that changes its address between check and connection ("DNS rebinding") gains nothing.
///
/// reqwest tells a resolver the name but not the port, so each resolver serves one port. See [`crate::net::GuardedClient`].
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
