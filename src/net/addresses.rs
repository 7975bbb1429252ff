//! Addresses that a webhook destination may not have: everything that is not on the public Internet.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Why `ip` may not be connected to, as "a private address (10/8)", or `None` for a global address.
///
/// An IPv4-mapped IPv6 address (`::ffff:a.b.c.d`, RFC 4291) is judged as the IPv4 address that the system would connect
/// to. The ranges are those of the IANA special-purpose registries (RFC 6890) and those of svix-server, with three that
/// it lacks: IPv4-compatible, Teredo and site-local addresses.
pub fn is_denied(ip: IpAddr) -> Option<&'static str> {
    let ip = ip.to_canonical();
    DENIED.iter().find(|(range, _)| range.contains(&ip)).map(|(_, name)| *name).or(match ip {
        IpAddr::V6(v6) if !GLOBAL_UNICAST.contains(&v6) => {
            Some("not a global unicast address (outside 2000::/3)")
        }
        _ => None,
    })
}

/// The one range out of which IANA gives global IPv6 addresses (RFC 4291). What lies outside and is not in the table
/// is unassigned, or reaches IPv4 by a translator, such as `::ffff:0:a.b.c.d` (RFC 2765).
const GLOBAL_UNICAST: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// The first range that contains an address names it, so the narrow ones stand above the wide ones.
const DENIED: &[(IpNet, &str)] = &[
    // RFC 791: "this network"; Linux connects 0.0.0.0 to itself.
    (v4([0, 0, 0, 0], 8), "an address of this host (0/8)"),
    // RFC 1918
    (v4([10, 0, 0, 0], 8), "a private address (10/8)"),
    // RFC 6598: carrier-grade NAT, also Tailscale and the metadata service of some clouds.
    (v4([100, 64, 0, 0], 10), "a shared carrier address (100.64/10)"),
    // RFC 1122
    (v4([127, 0, 0, 0], 8), "a loopback address (127/8)"),
    // RFC 3927: also the metadata service of most clouds, 169.254.169.254.
    (v4([169, 254, 0, 0], 16), "a link-local address (169.254/16)"),
    // RFC 1918
    (v4([172, 16, 0, 0], 12), "a private address (172.16/12)"),
    // RFC 6890: protocol assignments; Oracle's metadata service was here.
    (v4([192, 0, 0, 0], 24), "a protocol assignment address (192.0.0/24)"),
    // RFC 5737
    (v4([192, 0, 2, 0], 24), "a documentation address (192.0.2/24)"),
    // RFC 7526: the withdrawn 6to4 relays.
    (v4([192, 88, 99, 0], 24), "a 6to4 relay address (192.88.99/24)"),
    // RFC 1918
    (v4([192, 168, 0, 0], 16), "a private address (192.168/16)"),
    // RFC 2544
    (v4([198, 18, 0, 0], 15), "a benchmarking address (198.18/15)"),
    // RFC 5737
    (v4([198, 51, 100, 0], 24), "a documentation address (198.51.100/24)"),
    // RFC 5737
    (v4([203, 0, 113, 0], 24), "a documentation address (203.0.113/24)"),
    // RFC 5771
    (v4([224, 0, 0, 0], 4), "a multicast address (224/4)"),
    // RFC 919
    (v4([255, 255, 255, 255], 32), "the broadcast address (255.255.255.255)"),
    // RFC 1112
    (v4([240, 0, 0, 0], 4), "a reserved address (240/4)"),
    // RFC 4291: Linux connects it to itself.
    (v6([0, 0, 0, 0, 0, 0, 0, 0], 128), "the unspecified address (::)"),
    // RFC 4291
    (v6([0, 0, 0, 0, 0, 0, 0, 1], 128), "the loopback address (::1)"),
    // RFC 4291: IPv4-compatible, long deprecated.
    (v6([0, 0, 0, 0, 0, 0, 0, 0], 96), "an IPv4-compatible address (::/96)"),
    // RFC 6052: NAT64 reaches any IPv4 address.
    (v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96), "a NAT64 address (64:ff9b::/96)"),
    // RFC 8215
    (v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48), "a local NAT64 address (64:ff9b:1::/48)"),
    // RFC 6666
    (v6([0x100, 0, 0, 0, 0, 0, 0, 0], 64), "a discard address (100::/64)"),
    // RFC 4380
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 32), "a Teredo address (2001::/32)"),
    // RFC 3849
    (v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32), "a documentation address (2001:db8::/32)"),
    // RFC 3056: reaches any IPv4 address.
    (v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16), "a 6to4 address (2002::/16)"),
    // RFC 9637
    (v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20), "a documentation address (3fff::/20)"),
    // RFC 9602
    (v6([0x5f00, 0, 0, 0, 0, 0, 0, 0], 16), "a segment routing address (5f00::/16)"),
    // RFC 4193: also AWS's metadata service, fd00:ec2::254.
    (v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7), "a private address (fc00::/7)"),
    // RFC 4291
    (v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10), "a link-local address (fe80::/10)"),
    // RFC 3879
    (v6([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10), "a site-local address (fec0::/10)"),
    // RFC 4291
    (v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8), "a multicast address (ff00::/8)"),
];

const fn v4([a, b, c, d]: [u8; 4], bits: u8) -> IpNet {
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), bits))
}

const fn v6([a, b, c, d, e, f, g, h]: [u16; 8], bits: u8) -> IpNet {
    IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, e, f, g, h), bits))
}

#[cfg(test)]
mod tests;
