//! Why deliveries are rejected.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

macro_rules! reasons {
    ($($(#[doc = $doc:literal])* $name:ident = $code:literal, $label:literal, $sentence:literal;)*) => {
        /// Why a delivery was rejected. The code is stored, and is part of URLs and of the command line's answers.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Reason {
            $($(#[doc = $doc])* #[serde(rename = $code)] $name,)*
        }

        impl Reason {
            /// Every reason.
            pub const ALL: [Self; [$($code),*].len()] = [$(Self::$name),*];

            /// Its code.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// A few words, for a tag in a table.
            pub fn label(self) -> &'static str {
                match self { $(Self::$name => $label,)* }
            }

            /// What it means, for a person.
            pub fn sentence(self) -> &'static str {
                match self { $(Self::$name => $sentence,)* }
            }
        }
    };
}

reasons! {
    /// A header that the scheme needs is not there, or is empty.
    MissingHeader = "missing-header", "Missing header", "A header that the scheme needs is missing or empty.";
    /// A header that must be there once is there more often.
    RepeatedHeader = "repeated-header", "Repeated header", "A header that must come once came more than once.";
    /// A header holds what it cannot.
    MalformedHeader = "malformed-header", "Malformed header", "A header of the signature cannot be read.";
    /// The timestamp is not a number of seconds.
    InvalidTimestamp = "invalid-timestamp", "Invalid timestamp", "The timestamp is not a whole number of unix seconds.";
    /// The timestamp is further back than the tolerance.
    TimestampTooOld = "timestamp-too-old", "Too old", "The timestamp lies further back than the tolerance allows.";
    /// The timestamp is further ahead than the tolerance.
    TimestampTooNew = "timestamp-too-new", "Too new", "The timestamp lies further ahead than the tolerance allows.";
    /// The scheme signs the URL, and the URL is not known or cannot be read.
    UnknownUrl = "unknown-url", "Unknown URL", "The scheme signs the URL that was called, which is not known here.";
    /// No signature is of a version that can be checked.
    NoSignature = "no-signature", "No known signature", "No signature is of a version that the endpoint's secrets can check.";
    /// More signatures than are looked at.
    TooManySignatures = "too-many-signatures", "Too many signatures", "The request carries more signatures than are looked at.";
    /// The endpoint has no secret that is in use.
    NoSecret = "no-secret", "No secret", "The endpoint has no secret in use, so nothing can be verified.";
    /// No signature was made with a secret of the endpoint.
    SignatureMismatch = "signature-mismatch", "Wrong secret", "No secret of the endpoint made any of the signatures, or the body was changed on its way.";
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Reason {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|r| r.as_str() == text)
            .ok_or_else(|| format!("`{text}` is not a reason code"))
    }
}
