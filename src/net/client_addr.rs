//! Who sent a request: the peer, or what a trusted proxy says of it.

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{Extensions, HeaderMap},
    middleware::Next,
    response::Response,
};
use ipnet::IpNet;
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use crate::runtime::config::Settings;

/// The address a request counts for: in limits, throttles and lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddr(pub IpAddr);

impl ClientAddr {
    /// The address that [`find`] put there.
    pub fn of(extensions: &Extensions) -> Self {
        extensions.get::<Self>().copied().unwrap_or(Self(IpAddr::V4(Ipv4Addr::UNSPECIFIED)))
    }
}

/// Middleware: puts [`ClientAddr`] into each request's extensions.
pub async fn find(State(settings): State<Arc<Settings>>, mut request: Request, next: Next) -> Response {
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>() {
        let address = client_addr(peer.ip(), request.headers(), &settings.trusted_proxies);
        request.extensions_mut().insert(ClientAddr(address));
    }
    next.run(request).await
}

/// Reads `X-Forwarded-For` from its end, where our own proxy wrote, past every trusted proxy. It is not looked at unless
/// the peer is trusted itself, and nothing in front of a malformed entry is believed.
pub fn client_addr(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |ip: IpAddr| trusted.iter().any(|net| net.contains(&ip));
    let mut address = peer.to_canonical();
    let forwarded = headers.get_all("x-forwarded-for").into_iter().map(|v| v.to_str().unwrap_or(""));
    let hops: Vec<&str> = forwarded.flat_map(|value| value.split(',')).map(str::trim).collect();
    for hop in hops.into_iter().rev() {
        if !is_trusted(address) {
            break;
        }
        let Some(ip) = parse_hop(hop) else { break };
        address = ip.to_canonical();
    }
    address
}

/// What one subscriber has: an IPv4 address, or the /64 of an IPv6 address, in which it may take any.
pub fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

/// Some proxies add a port.
fn parse_hop(hop: &str) -> Option<IpAddr> {
    hop.parse().ok().or_else(|| hop.parse::<SocketAddr>().ok().map(|addr| addr.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        let trusted: Vec<IpNet> = trusted.iter().map(|t| t.parse().unwrap()).collect();
        client_addr(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn all_addresses_of_one_ipv6_subscriber_are_one_network() {
        let of = |text: &str| network(text.parse().unwrap()).to_string();
        assert_eq!(of("192.0.2.7"), "192.0.2.7");
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
    }

    #[test]
    fn forwarded_addresses_are_believed_from_trusted_proxies_only() {
        let lan = &["10.0.0.0/8"];
        assert_eq!(client("192.0.2.9", &["203.0.113.1"], lan), "192.0.2.9");
        assert_eq!(client("10.0.0.1", &["203.0.113.1"], lan), "203.0.113.1");
        assert_eq!(client("10.0.0.1", &["1.1.1.1, 203.0.113.1"], lan), "203.0.113.1");
        assert_eq!(client("10.0.0.1", &["203.0.113.1, 10.0.0.2"], lan), "203.0.113.1");
        assert_eq!(client("10.0.0.1", &["203.0.113.1", "10.0.0.2"], lan), "203.0.113.1");
        assert_eq!(client("10.0.0.1", &["198.51.100.7, junk"], lan), "10.0.0.1");
        assert_eq!(client("10.0.0.1", &["203.0.113.1:4711"], lan), "203.0.113.1");
        assert_eq!(client("::ffff:10.0.0.1", &["2001:db8::1"], lan), "2001:db8::1");
        assert_eq!(client("10.0.0.1", &[], lan), "10.0.0.1");
        assert_eq!(client("10.0.0.1", &["10.0.0.3, 10.0.0.2"], lan), "10.0.0.3");
    }
}
