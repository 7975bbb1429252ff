//! The table of ranges, from both sides.

use crate::net::{
    addresses::*,
    samples::{DENIED_RANGES, GLOBAL},
};

#[test]
fn every_range_is_denied_by_its_own_name() {
    for (range, addresses) in DENIED_RANGES {
        for address in *addresses {
            let reason = is_denied(address.parse().unwrap());
            assert!(reason.is_some_and(|r| r.contains(range)), "{address} in {range}: {reason:?}");
        }
    }
}

#[test]
fn every_range_of_the_table_is_denied_from_its_first_to_its_last_address() {
    for (range, name) in DENIED {
        for ip in [range.network(), range.broadcast()] {
            assert!(is_denied(ip).is_some(), "{ip} of {name}");
        }
        let written = range.trunc().to_string();
        assert_eq!(*range, written.parse::<IpNet>().unwrap(), "{name} has host bits");
    }
}

#[test]
fn mapped_addresses_follow_the_rule_of_ipv4() {
    for (_, addresses) in DENIED_RANGES {
        for address in addresses.iter().filter_map(|a| a.parse::<Ipv4Addr>().ok()) {
            assert_eq!(is_denied(address.to_ipv6_mapped().into()), is_denied(address.into()), "{address}");
            assert!(is_denied(address.to_ipv6_mapped().into()).is_some(), "{address}");
        }
    }
    assert_eq!(is_denied("::ffff:8.8.8.8".parse().unwrap()), None);
}

#[test]
fn global_addresses_beside_the_ranges_are_not_denied() {
    for address in GLOBAL {
        assert_eq!(is_denied(address.parse().unwrap()), None, "{address}");
    }
}

#[test]
fn ipv6_addresses_that_nobody_was_given_are_denied() {
    for address in ["::ffff:0:127.0.0.1", "1000::1", "4000::1", "e000::1"] {
        assert!(is_denied(address.parse().unwrap()).is_some(), "{address}");
    }
}
