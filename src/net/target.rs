//! Whether a URL may be a webhook destination, as far as can be told without resolving its name.

use std::net::IpAddr;
use url::{Host, Url};

use crate::net::{AllowList, is_denied};

/// An address that is not on the public Internet and that no entry allows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("url: {}; allow it with HOOKPOST_ALLOW_OUTBOUND={}", self.fact(), self.entry())]
pub struct BlockedAddress {
    /// The name that has this address, or `None` when the URL holds the address itself.
    pub host: Option<String>,
    /// The address that is refused.
    pub ip: IpAddr,
    /// The port of the URL, when it is known.
    pub port: Option<u16>,
    /// What [`is_denied`] says of the address.
    pub range: &'static str,
}

impl BlockedAddress {
    fn fact(&self) -> String {
        match &self.host {
            Some(host) => format!("{host} has the address {}, {}", self.ip, self.range),
            None => format!("{} is {}", self.ip, self.range),
        }
    }

    /// The narrowest entry that would allow it.
    fn entry(&self) -> String {
        let host = match (&self.host, self.ip) {
            (Some(name), _) => name.clone(),
            (None, IpAddr::V6(ip)) => format!("[{ip}]"),
            (None, ip) => ip.to_string(),
        };
        self.port.map_or_else(|| host.clone(), |port| format!("{host}:{port}"))
    }
}

/// Why a URL cannot be a destination.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// Neither https nor http.
    #[error("url: `{0}` is not https; use a URL such as https://example.com/webhooks")]
    Scheme(String),
    /// Plain http to a host and port that no entry permits.
    #[error("url: plain http can be intercepted; use https, or allow it with HOOKPOST_ALLOW_OUTBOUND={0}")]
    PlainHttp(String),
    /// A user name or password.
    #[error("url: contains a username or password; use an Authorization header instead")]
    UserInfo,
    /// No host.
    #[error("url: has no host; use a URL such as https://example.com/webhooks")]
    NoHost,
    /// `#…`.
    #[error("url: the part after `#` is never sent; leave it out")]
    Fragment,
    /// An address that is not allowed.
    #[error(transparent)]
    Address(#[from] BlockedAddress),
}

/// Checks a URL: https (plain http only where the list permits it), a host, no user name, no fragment, and no literal
/// address that is denied and not permitted. The parser of [`Url`] has turned decimal, octal, hexadecimal and short forms
/// of IPv4 addresses into the usual one, and refuses IPv6 zone ids. Names are checked when they are resolved, at each
/// connection; literal addresses never reach a resolver, so they are checked here, at each request.
///
/// # Errors
/// The first rule that the URL breaks.
pub fn check_url(url: &Url, allowed: &AllowList) -> Result<(), TargetError> {
    if !matches!(url.scheme(), "https" | "http") {
        return Err(TargetError::Scheme(url.scheme().to_owned()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(TargetError::UserInfo);
    }
    if url.fragment().is_some() {
        return Err(TargetError::Fragment);
    }
    let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
        return Err(TargetError::NoHost);
    };
    match host {
        Host::Ipv4(ip) => check_address(ip.into(), port, None, allowed)?,
        Host::Ipv6(ip) => check_address(ip.into(), port, None, allowed)?,
        Host::Domain(_) => {}
    }
    if url.scheme() == "http" && !allowed.permits_http(&host, port) {
        return Err(TargetError::PlainHttp(format!("{host}:{port}")));
    }
    Ok(())
}

/// Checks one address, found for the name `host` or written in the URL. Port 0 stands for a port that is not known here
/// and that no entry names.
///
/// # Errors
/// When it is denied and no entry permits it.
pub(crate) fn check_address(
    ip: IpAddr,
    port: u16,
    host: Option<&str>,
    allowed: &AllowList,
) -> Result<(), BlockedAddress> {
    match is_denied(ip) {
        Some(range) if !allowed.permits_address(ip, port, host) => Err(BlockedAddress {
            host: host.map(str::to_owned),
            ip,
            port: (port != 0).then_some(port),
            range,
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
