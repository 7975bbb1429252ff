//! Addresses that tests use, with the first and the last of each denied range (svix-server's list and our own).

use futures::future::BoxFuture;
use std::{
    io,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use crate::net::{AllowList, Lookup};

/// The list that `HOOKPOST_ALLOW_OUTBOUND` makes of these entries.
pub(crate) fn allow(entries: &[&str]) -> AllowList {
    entries.iter().map(|entry| entry.parse().unwrap()).collect::<Vec<_>>().into()
}

/// Answers every name with addresses of the test's choice.
#[derive(Debug)]
pub(crate) struct FakeLookup {
    answers: Vec<Vec<IpAddr>>,
    asked: AtomicUsize,
}

impl FakeLookup {
    /// The same addresses each time.
    pub(crate) fn always(answer: &[&str]) -> Arc<Self> {
        Self::new(vec![answer])
    }

    /// One address after the other; the last one stays.
    pub(crate) fn in_turn(answers: &[&str]) -> Arc<Self> {
        Self::new(answers.chunks(1).collect())
    }

    /// How often a name was looked up.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn new(answers: Vec<&[&str]>) -> Arc<Self> {
        let parse = |answer: &[&str]| answer.iter().map(|ip| ip.parse().unwrap()).collect();
        Arc::new(Self { answers: answers.into_iter().map(parse).collect(), asked: AtomicUsize::new(0) })
    }
}

impl Lookup for FakeLookup {
    fn lookup(&self, _host: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let turn = self.asked.fetch_add(1, Ordering::SeqCst).min(self.answers.len() - 1);
        let answer = self.answers[turn].clone();
        Box::pin(async move { Ok(answer) })
    }
}

/// How each range is named, and addresses in it.
pub(crate) const DENIED_RANGES: &[(&str, &[&str])] = &[
    ("0/8", &["0.0.0.0", "0.1.2.3", "0.255.255.255"]),
    ("10/8", &["10.0.0.0", "10.0.0.1", "10.255.255.255"]),
    ("100.64/10", &["100.64.0.0", "100.100.100.200", "100.127.255.255"]),
    ("127/8", &["127.0.0.0", "127.0.0.1", "127.255.255.255"]),
    ("169.254/16", &["169.254.0.0", "169.254.169.254", "169.254.255.255"]),
    ("172.16/12", &["172.16.0.0", "172.31.255.255"]),
    ("192.0.0/24", &["192.0.0.0", "192.0.0.192", "192.0.0.255"]),
    ("192.0.2/24", &["192.0.2.0", "192.0.2.255"]),
    ("192.88.99/24", &["192.88.99.0", "192.88.99.255"]),
    ("192.168/16", &["192.168.0.0", "192.168.1.1", "192.168.255.255"]),
    ("198.18/15", &["198.18.0.0", "198.19.255.255"]),
    ("198.51.100/24", &["198.51.100.0", "198.51.100.255"]),
    ("203.0.113/24", &["203.0.113.0", "203.0.113.255"]),
    ("224/4", &["224.0.0.0", "239.255.255.255"]),
    ("240/4", &["240.0.0.0", "255.255.255.254"]),
    ("255.255.255.255", &["255.255.255.255"]),
    ("(::)", &["::"]),
    ("(::1)", &["::1"]),
    ("::/96", &["::2", "::127.0.0.1", "::8.8.8.8", "::255.255.255.255"]),
    ("64:ff9b::/96", &["64:ff9b::", "64:ff9b::10.0.0.1", "64:ff9b::8.8.8.8"]),
    ("64:ff9b:1::/48", &["64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff"]),
    ("100::/64", &["100::", "100::ffff:ffff:ffff:ffff"]),
    ("2001::/32", &["2001::", "2001:0:4136:e378:8000:63bf:3fff:fdd2"]),
    ("2001:db8::/32", &["2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"]),
    ("2002::/16", &["2002::", "2002:7f00:1::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"]),
    ("3fff::/20", &["3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"]),
    ("5f00::/16", &["5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff"]),
    ("fc00::/7", &["fc00::", "fd00:ec2::254", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"]),
    ("fe80::/10", &["fe80::", "fe80::1", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff"]),
    ("fec0::/10", &["fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"]),
    ("ff00::/8", &["ff00::", "ff02::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"]),
];

/// Global addresses, most of them next to a denied range.
pub(crate) const GLOBAL: &[&str] = &[
    "1.0.0.0",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "192.0.3.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "203.0.112.255",
    "203.0.114.0",
    "223.255.255.255",
    "2001:1::1",
    "2001:db7::1",
    "2001:4860:4860::8888",
    "2003::1",
    "2606:4700::1111",
    "3fff:1000::1",
];
