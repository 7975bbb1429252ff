//! Signature schemes as the rest of the program sees them. `verify::schemes` has the list, and how each one verifies.

use super::words::words;
use serde::{Serialize, Serializer};
use std::{
    fmt,
    hash::{Hash, Hasher},
    ops::Deref,
};

/// What is known of a scheme besides how it verifies.
#[derive(Debug)]
pub struct SchemeInfo {
    /// The word used in the database, in forms and on the command line.
    pub word: &'static str,
    /// What people call it.
    pub label: &'static str,
    /// What it is for, in a line, for whoever chooses.
    pub about: &'static str,
    /// Whether deliveries are checked at all. Where not, each is accepted, and marked as unverified everywhere.
    pub verifies: bool,
    /// The headers that it reads, lower case, the one that proves who sent it last. Those of `hmac` are its options'.
    pub headers: &'static [&'static str],
    /// Where the key of an event stands.
    pub event_key: EventKey,
    /// The header in which its senders name the type of an event, where the body does not.
    pub type_header: Option<&'static str>,
    /// The form in which its senders show secrets.
    pub secret_format: SecretFormat,
    /// Its senders make the secret and take none from us.
    pub sender_makes_secret: bool,
    /// The secret itself travels, in the header that proves who sent it.
    pub sends_secret: bool,
    /// The URL is signed, so verifying takes it.
    pub signs_url: bool,
    /// It is Standard Webhooks, with these names of its headers.
    pub standard: Option<&'static StandardHeaders>,
    /// It verifies as this other one does, and adds help for one sender.
    pub preset_of: Option<&'static str>,
    /// Hours for which its senders try again, where they say so.
    pub tries_for_hours: Option<i64>,
}

impl SchemeInfo {
    /// A scheme that verifies, with nothing special about it; to be completed.
    pub const PLAIN: Self = Self {
        word: "",
        label: "",
        about: "",
        verifies: true,
        headers: &[],
        event_key: EventKey::Nowhere,
        type_header: None,
        secret_format: SecretFormat::Text,
        sender_makes_secret: false,
        sends_secret: false,
        signs_url: false,
        standard: None,
        preset_of: None,
        tries_for_hours: None,
    };
}

/// Where senders put the key of an event, by which repetitions are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKey {
    /// They send none, or nobody vouches for it.
    Nowhere,
    /// In the first of these headers that is there.
    Header(&'static [&'static str]),
    /// In this field of the body, which is signed.
    Body(&'static str),
    /// In the header that the options of `hmac` name.
    Options,
}

/// Names of the headers of Standard Webhooks.
#[derive(Debug)]
pub struct StandardHeaders {
    /// The key of the event.
    pub id: &'static str,
    /// Unix seconds.
    pub timestamp: &'static str,
    /// The signatures.
    pub signature: &'static str,
}

/// How signatures of an endpoint's senders are made. Chosen by a person, never guessed. Made from a word by `verify`,
/// which refuses words that it does not know; two of the same word are equal.
#[derive(Clone, Copy)]
pub struct Scheme(&'static SchemeInfo);

impl Scheme {
    /// The scheme that this describes.
    pub const fn of(info: &'static SchemeInfo) -> Self {
        Self(info)
    }

    /// The word used in the database, in forms and on the command line.
    pub const fn as_str(self) -> &'static str {
        self.0.word
    }
}

impl Deref for Scheme {
    type Target = SchemeInfo;

    fn deref(&self) -> &SchemeInfo {
        self.0
    }
}

impl PartialEq for Scheme {
    fn eq(&self, other: &Self) -> bool {
        self.word == other.word
    }
}

impl Eq for Scheme {}

impl Hash for Scheme {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.word.hash(state);
    }
}

impl fmt::Debug for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scheme({})", self.word)
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word)
    }
}

impl Serialize for Scheme {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word)
    }
}

words! {
    /// How the text of a secret is read.
    pub enum SecretFormat("secret format") {
        /// `whsec_` and base64; `whpk_` or `whsk_` for ed25519.
        Prefixed = "prefixed", "with prefix (whsec_…)";
        /// Base64 without a prefix.
        Base64 = "base64", "base64 without prefix";
        /// The text's own bytes.
        Text = "text", "plain text";
    }
}
