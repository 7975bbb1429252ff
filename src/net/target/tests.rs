//! URLs in every notation, against the whole table of ranges.

use crate::net::{
    samples::{DENIED_RANGES, GLOBAL, allow},
    target::*,
};
use std::net::{Ipv4Addr, Ipv6Addr};

fn check(url: &str, entries: &[&str]) -> Result<(), String> {
    let url = url.parse().map_err(|error: url::ParseError| error.to_string())?;
    check_url(&url, &allow(entries)).map_err(|error| error.to_string())
}

/// The ways in which the URL standard lets one write an IPv4 address, and the two IPv6 addresses that reach it.
fn notations(ip: Ipv4Addr) -> Vec<String> {
    let [a, b, c, d] = ip.octets();
    let number = u32::from(ip);
    let rest = number & 0x00ff_ffff;
    vec![
        ip.to_string(),
        format!("{ip}."),
        number.to_string(),
        format!("0x{number:x}"),
        format!("0X{number:X}"),
        format!("0{number:o}"),
        format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
        format!("0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}"),
        format!("{a}.{rest}"),
        format!("{a}.{b}.{}", u16::from_be_bytes([c, d])),
        format!("%3{}{}", a.to_string().remove(0), &ip.to_string()[1..]),
        ip.to_string().replace('.', "\u{3002}"),
        format!("[::ffff:{ip}]"),
        format!("[0:0:0:0:0:ffff:{:x}:{:x}]", number >> 16, number & 0xffff),
    ]
}

#[test]
fn every_denied_range_is_refused_in_every_notation() {
    for (range, addresses) in DENIED_RANGES {
        for address in *addresses {
            let hosts = match address.parse().unwrap() {
                IpAddr::V4(ip) => notations(ip),
                IpAddr::V6(ip) => vec![format!("[{ip}]"), format!("[{}]", long(ip))],
            };
            for host in hosts {
                for url in
                    [format!("https://{host}/"), format!("https://{host}:8443/"), format!("http://{host}/")]
                {
                    let error = check(&url, &[]).unwrap_err();
                    assert!(error.contains(range) && error.contains(" is "), "{url}: {error}");
                }
            }
        }
    }
}

fn long(ip: Ipv6Addr) -> String {
    ip.segments().map(|segment| format!("{segment:04X}")).join(":")
}

#[test]
fn global_addresses_and_names_are_accepted_over_https() {
    for address in GLOBAL {
        let host = if address.contains(':') { format!("[{address}]") } else { (*address).to_owned() };
        assert_eq!(check(&format!("https://{host}/hook?a=1"), &[]), Ok(()));
    }
    assert_eq!(check("https://example.com:8443/hook", &[]), Ok(()));
    assert_eq!(check("HTTPS://EXAMPLE.COM./hook", &[]), Ok(()));
}

#[test]
fn zone_ids_are_no_urls() {
    for url in ["https://[fe80::1%25eth0]/", "https://[fe80::1%eth0]/", "https://[::1%251]/"] {
        assert_eq!(check(url, &[]).unwrap_err(), "invalid IPv6 address", "{url}");
    }
}

#[test]
fn refusals_say_what_would_be_right() {
    for (url, expected) in [
        (
            "https://10.0.0.1/",
            "url: 10.0.0.1 is a private address (10/8); allow it with HOOKPOST_ALLOW_OUTBOUND=10.0.0.1:443",
        ),
        (
            "https://[::1]:5000/",
            "url: ::1 is the loopback address (::1); allow it with HOOKPOST_ALLOW_OUTBOUND=[::1]:5000",
        ),
        ("ftp://example.com/", "url: `ftp` is not https; use a URL such as https://example.com/webhooks"),
        ("file:///etc/passwd", "url: `file` is not https; use a URL such as https://example.com/webhooks"),
        (
            "http://example.com/",
            "url: plain http can be intercepted; use https, or allow it with HOOKPOST_ALLOW_OUTBOUND=example.com:80",
        ),
        (
            "http://[2606:4700::1111]/",
            "url: plain http can be intercepted; use https, or allow it with HOOKPOST_ALLOW_OUTBOUND=[2606:4700::1111]:80",
        ),
        (
            "https://user@example.com/",
            "url: contains a username or password; use an Authorization header instead",
        ),
        (
            "https://:pw@example.com/",
            "url: contains a username or password; use an Authorization header instead",
        ),
        ("https://example.com/#top", "url: the part after `#` is never sent; leave it out"),
    ] {
        assert_eq!(check(url, &[]).unwrap_err(), expected);
    }
}

#[test]
fn each_suggested_entry_works() {
    for url in [
        "https://10.0.0.1/",
        "https://[::1]:5000/",
        "http://127.0.0.1/",
        "http://example.com/",
        "http://[fd00::1]:81/",
    ] {
        let error = check(url, &[]).unwrap_err();
        let (_, entry) = error.split_once("HOOKPOST_ALLOW_OUTBOUND=").unwrap();
        assert_eq!(check(url, &[entry]), Ok(()), "{entry}");
    }
}

#[test]
fn an_address_allowed_with_a_port_is_refused_on_the_others() {
    assert_eq!(check("http://127.0.0.1:5000/", &["127.0.0.1:5000"]), Ok(()));
    assert_eq!(check("https://127.0.0.1:5000/", &["127.0.0.1:5000"]), Ok(()));
    assert_eq!(check("https://0x7f000001:5000/", &["127.0.0.1:5000"]), Ok(()));
    assert!(check("http://127.0.0.1:5001/", &["127.0.0.1:5000"]).is_err());
    assert!(check("http://127.0.0.1/", &["127.0.0.1:5000"]).is_err());
}
