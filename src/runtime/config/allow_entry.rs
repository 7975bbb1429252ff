//! One entry of `HOOKPOST_ALLOW_OUTBOUND`, as the operator writes it.

use ipnet::IpNet;
use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    str::FromStr,
};
use url::Host;

/// One entry of `HOOKPOST_ALLOW_OUTBOUND`. It is parsed from text, and [`fmt::Display`] gives text that parses again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AllowEntry {
    /// `127.0.0.1:5000` or `[::1]:5000`: this port of this address.
    Address(SocketAddr),
    /// `10.0.0.0/8` or `10.0.0.1`: every port of these addresses.
    Network(IpNet),
    /// `host` or `host:port`: this very name, not names below it, whatever address it has.
    Name {
        /// In lower case, without a trailing dot.
        name: String,
        /// The only port, or `None` for every port.
        port: Option<u16>,
    },
}

/// Why an entry was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "allow-outbound: `{0}` is not valid; use a form such as `127.0.0.1:5000`, `[::1]:5000`, `10.0.0.1`, `10.0.0.0/8`, `host` or `host:5000`"
)]
pub struct AllowEntryError(String);

impl FromStr for AllowEntry {
    type Err = AllowEntryError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let wrong = || AllowEntryError(text.to_owned());
        // A zone id such as `fe80::1%eth0` cannot occur in a URL, so such an entry would never match.
        if text.contains('%') {
            return Err(wrong());
        }
        if let Ok(address) = text.parse::<SocketAddr>() {
            let address = SocketAddr::new(address.ip().to_canonical(), address.port());
            return if address.port() == 0 { Err(wrong()) } else { Ok(Self::Address(address)) };
        }
        if let Ok(network) = text.parse::<IpNet>() {
            return Ok(Self::Network(network));
        }
        let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
        if let Ok(ip) = bare.parse::<IpAddr>() {
            return Ok(Self::Network(ip.to_canonical().into()));
        }
        let (name, port) = match text.split_once(':') {
            Some((name, port)) => (name, Some(port.parse().ok().filter(|p| *p != 0).ok_or_else(wrong)?)),
            None => (text, None),
        };
        match Host::parse(name) {
            Ok(Host::Domain(name)) if is_plain_name(without_dot(&name)) => {
                Ok(Self::Name { name: without_dot(&name).to_owned(), port })
            }
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for AllowEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Network(network) if network.prefix_len() == network.max_prefix_len() => {
                network.addr().fmt(f)
            }
            Self::Network(network) => network.fmt(f),
            Self::Name { name, port: Some(port) } => write!(f, "{name}:{port}"),
            Self::Name { name, port: None } => name.fmt(f),
        }
    }
}

impl AllowEntry {
    /// Whether this entry permits `ip` and `port`, by whatever name they were found. `ip` is never an IPv4-mapped one.
    pub(crate) fn holds(&self, ip: IpAddr, port: u16) -> bool {
        match self {
            Self::Address(address) => *address == SocketAddr::new(ip, port),
            Self::Network(network) => network.contains(&ip),
            Self::Name { .. } => false,
        }
    }

    /// Whether this entry permits `port` of the host that is called `host`.
    pub(crate) fn names(&self, host: &str, port: u16) -> bool {
        match self {
            Self::Name { name, port: only } => {
                without_dot(host).eq_ignore_ascii_case(name) && only.is_none_or(|only| only == port)
            }
            _ => false,
        }
    }

    /// The port that this entry is bound to.
    pub(crate) fn port(&self) -> Option<u16> {
        match self {
            Self::Address(address) => Some(address.port()),
            Self::Name { port, .. } => *port,
            Self::Network(_) => None,
        }
    }
}

/// The URL standard lets more through than a name has, such as `*`, which would look like a pattern.
fn is_plain_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

fn without_dot(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

#[cfg(test)]
mod tests;
