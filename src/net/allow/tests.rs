//! What entries permit and what they do not.

use crate::net::{allow::*, samples::allow};

fn permits(entry: &str, ip: &str, port: u16, host: Option<&str>) -> bool {
    allow(&[entry]).permits_address(ip.parse().unwrap(), port, host)
}

#[test]
fn an_empty_list_permits_nothing() {
    let nothing = AllowList::default();
    assert!(!nothing.permits_address([127, 0, 0, 1].into(), 443, Some("localhost")));
    assert!(!nothing.permits_http(&Host::Domain("example.com"), 80));
}

#[test]
fn an_address_with_a_port_permits_only_that_port() {
    assert!(permits("127.0.0.1:5000", "127.0.0.1", 5000, None));
    assert!(permits("127.0.0.1:5000", "127.0.0.1", 5000, Some("any.example")));
    assert!(permits("127.0.0.1:5000", "::ffff:127.0.0.1", 5000, None));
    assert!(!permits("127.0.0.1:5000", "127.0.0.1", 5001, None));
    assert!(!permits("127.0.0.1:5000", "127.0.0.2", 5000, None));
    assert!(permits("[::1]:5000", "::1", 5000, None));
    assert!(!permits("[::1]:5000", "127.0.0.1", 5000, None));
}

#[test]
fn addresses_and_ranges_permit_every_port() {
    assert!(permits("10.0.0.0/8", "10.9.8.7", 1, None));
    assert!(permits("10.0.0.0/8", "::ffff:10.9.8.7", 65_535, None));
    assert!(!permits("10.0.0.0/8", "11.0.0.0", 443, None));
    assert!(permits("10.0.0.1", "10.0.0.1", 443, None));
    assert!(!permits("10.0.0.1", "10.0.0.2", 443, None));
    assert!(permits("fd00::/8", "fd00::1", 443, None));
}

#[test]
fn a_name_permits_whatever_address_it_has_and_nothing_below_it() {
    assert!(permits("crm.lan", "192.168.1.1", 443, Some("crm.lan")));
    assert!(permits("crm.lan", "192.168.1.1", 8443, Some("CRM.Lan.")));
    assert!(!permits("crm.lan", "192.168.1.1", 443, Some("www.crm.lan")));
    assert!(!permits("crm.lan", "192.168.1.1", 443, Some("lan")));
    assert!(!permits("crm.lan", "192.168.1.1", 443, Some("crm.lan..")));
    assert!(!permits("crm.lan", "192.168.1.1", 443, None));
    assert!(permits("crm.lan:5000", "192.168.1.1", 5000, Some("crm.lan")));
    assert!(!permits("crm.lan:5000", "192.168.1.1", 443, Some("crm.lan")));
}

#[test]
fn plain_http_is_permitted_to_listed_names_and_literal_addresses() {
    let list = allow(&["127.0.0.1:5000", "crm.lan:80", "10.0.0.0/8"]);
    assert!(list.permits_http(&Host::Ipv4([127, 0, 0, 1].into()), 5000));
    assert!(list.permits_http(&Host::Ipv4([10, 1, 1, 1].into()), 80));
    assert!(list.permits_http(&Host::Ipv6("::ffff:10.1.1.1".parse().unwrap()), 80));
    assert!(list.permits_http(&Host::Domain("CRM.lan."), 80));
    assert!(!list.permits_http(&Host::Ipv4([127, 0, 0, 1].into()), 5001));
    assert!(!list.permits_http(&Host::Ipv4([8, 8, 8, 8].into()), 80));
    assert!(!list.permits_http(&Host::Domain("crm.lan"), 81));
    assert!(!list.permits_http(&Host::Domain("localhost"), 5000));
}
