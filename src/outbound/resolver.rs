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
mod tests {
    use super::*;
    use crate::outbound::samples::{DENIED_RANGES, FakeLookup, GLOBAL, allow};

    async fn resolve(answer: &[&str], port: u16, entries: &[&str]) -> Result<Vec<IpAddr>, String> {
        let resolver = GuardedResolver::new(FakeLookup::always(answer), allow(entries), port);
        resolver.addresses("crm.example").await.map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn a_name_with_an_address_in_a_denied_range_is_refused() {
        for (range, addresses) in DENIED_RANGES {
            for address in *addresses {
                let error = resolve(&[address], 443, &[]).await.unwrap_err();
                assert!(error.contains(range), "{address}: {error}");
            }
        }
        let mapped = resolve(&["::ffff:169.254.169.254"], 443, &[]).await.unwrap_err();
        assert!(mapped.contains("169.254/16"), "{mapped}");
    }

    #[tokio::test]
    async fn a_name_with_global_addresses_keeps_them_all() {
        assert_eq!(resolve(GLOBAL, 443, &[]).await.unwrap().len(), GLOBAL.len());
    }

    #[tokio::test]
    async fn one_private_address_among_public_ones_condemns_the_name() {
        for answer in [["8.8.8.8", "10.0.0.1"], ["10.0.0.1", "8.8.8.8"]] {
            assert_eq!(
                resolve(&answer, 443, &[]).await.unwrap_err(),
                "url: crm.example has the address 10.0.0.1, a private address (10/8); \
                 allow it with HOOKPOST_ALLOW_OUTBOUND=crm.example:443"
            );
        }
    }

    #[tokio::test]
    async fn allowed_names_and_addresses_count_on_their_port_only() {
        for entry in ["crm.example:5000", "10.0.0.1:5000"] {
            assert!(resolve(&["10.0.0.1"], 5000, &[entry]).await.is_ok());
            assert!(resolve(&["10.0.0.1"], 443, &[entry]).await.is_err());
            assert!(resolve(&["10.0.0.1"], 0, &[entry]).await.is_err());
        }
        for entry in ["CRM.example", "10.0.0.0/8"] {
            assert!(resolve(&["10.0.0.1"], 0, &[entry]).await.is_ok());
        }
        assert!(resolve(&["10.0.0.1", "10.0.0.2"], 5000, &["10.0.0.1:5000"]).await.is_err());
    }

    #[tokio::test]
    async fn a_name_that_turns_private_is_refused_the_second_time() {
        let lookup = FakeLookup::in_turn(&["93.184.216.34", "127.0.0.1"]);
        let resolver = GuardedResolver::new(lookup, AllowList::default(), 443);
        assert!(resolver.addresses("rebinding.example").await.is_ok());
        assert!(resolver.addresses("rebinding.example").await.is_err());
    }

    #[tokio::test]
    async fn the_system_resolver_knows_localhost_and_it_is_refused() {
        let resolver = GuardedResolver::new(Arc::new(SystemLookup), AllowList::default(), 443);
        for name in ["localhost", "LOCALHOST"] {
            let error = resolver.addresses(name).await.unwrap_err();
            assert!(matches!(error, ResolveError::Blocked(_)), "{name}: {error}");
        }
    }
}
