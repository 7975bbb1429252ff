//! What the operator allows beyond the public Internet: `HOOKPOST_ALLOW_OUTBOUND`.

use std::{net::IpAddr, sync::Arc};
use url::Host;

use crate::runtime::config::allow_entry::AllowEntry;

/// All entries of `HOOKPOST_ALLOW_OUTBOUND`. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowList(Arc<[AllowEntry]>);

impl From<Vec<AllowEntry>> for AllowList {
    fn from(entries: Vec<AllowEntry>) -> Self {
        Self(entries.into())
    }
}

impl AllowList {
    /// The entries in the order in which they were given, for the settings page.
    pub fn entries(&self) -> &[AllowEntry] {
        &self.0
    }

    /// Whether an entry permits a connection to `ip` and `port`, made for the name `host` or, when that is `None`, for a
    /// literal address. A name that is permitted may have any address: the operator trusts who answers for it.
    pub fn permits_address(&self, ip: IpAddr, port: u16, host: Option<&str>) -> bool {
        let ip = ip.to_canonical();
        self.0.iter().any(|entry| entry.holds(ip, port) || host.is_some_and(|host| entry.names(host, port)))
    }

    /// Whether an entry permits plain http to this host and port: one that holds the literal address, or one that has
    /// the name. What a name resolves to does not count, since that can change after the URL was accepted.
    pub fn permits_http(&self, host: &Host<&str>, port: u16) -> bool {
        match *host {
            Host::Ipv4(ip) => self.permits_address(ip.into(), port, None),
            Host::Ipv6(ip) => self.permits_address(ip.into(), port, None),
            Host::Domain(name) => self.0.iter().any(|entry| entry.names(name, port)),
        }
    }

    /// The ports that entries are bound to, with repetitions. On all other ports only entries without a port count.
    pub fn ports(&self) -> impl Iterator<Item = u16> {
        self.0.iter().filter_map(AllowEntry::port)
    }
}

#[cfg(test)]
mod tests;
