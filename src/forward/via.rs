//! Recognising our own forwards: each bears a header with the Hookposts that it went through, so that one that comes back
//! is not sent on again, directly or by way of another Hookpost.
//!
//! The mark proves nothing and need not: whoever puts it on a request of his own only keeps that request from being sent on.

use crate::model::headers::HeaderList;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use url::Url;

pub(crate) const NAME: &str = "x-hookpost-via";
/// An event that passed through this number of installations is not forwarded.
const MOST_HOPS: usize = 8;
/// Hexadecimal digits of a mark.
const DIGITS: usize = 16;

/// What this server puts on its forwards.
#[derive(Clone, Debug)]
pub(crate) struct Mark(String);

impl Mark {
    /// The mark of a server: of its database's id and its address, so that a copy of the database that serves elsewhere is
    /// another Hookpost.
    pub(crate) fn of(instance: &str, base_url: &str) -> Self {
        let digest = Sha256::digest(format!("{instance}\n{base_url}"));
        let mut text = String::with_capacity(DIGITS);
        for byte in digest.iter().take(DIGITS / 2) {
            // Writing to a string cannot fail.
            let _written = write!(text, "{byte:02x}");
        }
        Self(text)
    }

    /// Why an event with these headers is not sent on.
    pub(crate) fn objection(&self, headers: &HeaderList) -> Option<&'static str> {
        let hops = hops(headers);
        if hops.contains(&self.0) {
            Some("it came back to Hookpost itself and is not sent again")
        } else if hops.len() >= MOST_HOPS {
            Some("it already passed through eight other Hookposts and is not sent again")
        } else {
            None
        }
    }

    /// The header of a forward of it.
    pub(crate) fn with(&self, headers: &HeaderList) -> String {
        let mut hops = hops(headers);
        hops.truncate(MOST_HOPS);
        hops.push(self.0.clone());
        hops.join(", ")
    }
}

/// The marks in the order of the way. What is none is left out.
fn hops(headers: &HeaderList) -> Vec<String> {
    let is_mark = |text: &&str| text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case(NAME))
        .filter_map(|(_, value)| std::str::from_utf8(value).ok())
        .flat_map(|value| value.split(',').map(str::trim).filter(is_mark).map(str::to_ascii_lowercase))
        .take(MOST_HOPS * 2)
        .collect()
}

/// Whether a URL is an ingest URL of the server whose own URL is `base_url`: what is sent there comes back.
pub fn leads_back(url: &str, base_url: &str) -> bool {
    let (Ok(url), Ok(base)) = (Url::parse(url), Url::parse(base_url)) else { return false };
    let same_host = url.host_str().is_some_and(|host| base.host_str() == Some(host));
    same_host && url.port_or_known_default() == base.port_or_known_default() && url.path().starts_with("/in/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(values: &[&str]) -> HeaderList {
        let mut headers = HeaderList::default();
        for value in values {
            headers.push("X-Hookpost-Via", value.as_bytes());
        }
        headers
    }

    #[test]
    fn what_bears_our_mark_is_not_sent_on_and_what_bears_others_is() {
        let (a, b) = (Mark::of("one", "https://a"), Mark::of("one", "https://b"));
        let (none, first) = (list(&[]), a.with(&list(&[])));
        assert_eq!((a.objection(&none), first.len()), (None, DIGITS));
        let second = b.with(&list(&[&first]));
        assert_eq!(b.objection(&list(&[&first])), None, "a copy of the database elsewhere is another one");
        assert!(a.objection(&list(&[&second])).is_some_and(|why| why.contains("came back")));
        assert!(a.objection(&list(&["nonsense", &second.to_ascii_uppercase()])).is_some());
        let far = ["0123456789abcdef"; MOST_HOPS].join(",");
        assert!(a.objection(&list(&[&far])).is_some_and(|why| why.contains("eight")));
        assert_eq!(a.objection(&list(&["x, y, 0123"])), None);
        assert!(a.with(&list(&[&far.repeat(1_000)])).len() < 200);
    }

    #[test]
    fn our_own_ingest_urls_are_known() {
        let base = "https://hooks.example.com";
        assert!(leads_back("https://hooks.example.com:443/in/abc", base));
        assert!(leads_back("https://HOOKS.example.com/in/abc?x=1", base));
        assert!(!leads_back("https://hooks.example.com/out", base));
        assert!(!leads_back("https://hooks.example.com:8443/in/abc", base));
        assert!(!leads_back("https://other.example.com/in/abc", base) && !leads_back("nonsense", base));
    }
}
