//! The signature schemes: a file each, and a line in [`ALL`]. Forms, the command line, tests and fuzzing walk that list.
//!
//! `docs/development.md` tells how one is added.

mod github;
mod gitlab;
mod hmac;
mod none;
mod openai;
mod shopify;
mod slack;
mod standard_webhooks;
mod stripe;
mod svix;
mod twilio;

pub use standard_webhooks::sign as sign_standard;

use super::{
    claim::{Claim, Fault},
    message::{Headers, Signed, Unsigned},
    secret::ParsedSecret,
};
use crate::model::{
    hmac::HmacOptions,
    scheme::{Scheme, SchemeInfo},
    words::{text_column, unknown},
};
use std::str::FromStr;

/// Every scheme, in the order in which people choose.
pub const ALL: &[Spec] = &[
    openai::SPEC,
    standard_webhooks::SPEC,
    svix::SPEC,
    github::SPEC,
    gitlab::SPEC,
    stripe::SPEC,
    slack::SPEC,
    shopify::SPEC,
    twilio::SPEC,
    hmac::SPEC,
    none::SPEC,
];

/// A scheme: what is known of it, and how it verifies and signs.
#[derive(Debug)]
pub struct Spec {
    /// What people and the rest of the program are told.
    pub info: SchemeInfo,
    /// None for the scheme that checks nothing.
    pub(super) read: Option<Read>,
    /// None where Hookpost can verify and not sign.
    pub(super) sign: Option<Sign>,
    /// None for the scheme that checks nothing.
    pub example: Option<Example>,
}

/// Reads a request into what it claims. Only `hmac` looks at the options.
pub(super) type Read = for<'a> fn(&Signed<'a>, &HmacOptions) -> Result<Claim<'a>, Fault>;

/// The headers that a sender puts on an event. None: the secret cannot sign, or the URL is needed and not given.
pub(super) type Sign = fn(&ParsedSecret, &Unsigned<'_>, &HmacOptions) -> Option<Headers>;

/// A genuine request, published by the sender where there is such a one.
#[derive(Debug)]
pub struct Example {
    /// In the scheme's own format.
    pub secret: &'static str,
    /// Names and values.
    pub headers: &'static [(&'static str, &'static str)],
    /// Byte for byte.
    pub body: &'static str,
    /// Where it went, for schemes that sign the URL.
    pub url: Option<&'static str>,
    /// Unix seconds at which it was fresh.
    pub now: i64,
}

impl Scheme {
    /// Every scheme, in the order in which people choose.
    pub fn all() -> impl DoubleEndedIterator<Item = Self> + Clone {
        ALL.iter().map(|spec| Self::of(&spec.info))
    }

    /// Whether Hookpost can send test events as its senders do. What is not signed at all can be sent too.
    pub fn can_sign(self) -> bool {
        !self.verifies || self.spec().is_some_and(|spec| spec.sign.is_some())
    }

    pub(super) fn spec(self) -> Option<&'static Spec> {
        ALL.iter().find(|spec| spec.info.word == self.word)
    }
}

impl FromStr for Scheme {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::all().find(|scheme| scheme.word == text).ok_or_else(|| {
            let known: Vec<_> = Self::all().map(Self::as_str).collect();
            unknown("scheme", text, &known)
        })
    }
}

text_column!(Scheme);
