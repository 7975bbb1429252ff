//! Why a signature failed, where that could be shown by computing it.

use crate::model::{scheme::Scheme, time};
use serde::Serialize;

/// How a secret would have to be read to verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reading {
    /// Its text as it is, though it was read as base64.
    AsText,
    /// As base64, though it was read as text.
    AsBase64,
    /// What follows `whsec_`, decoded from base64, though the scheme takes the whole text.
    DecodedAfterPrefix,
    /// What follows `whsec_`, as text.
    TextAfterPrefix,
    /// With `whsec_` before it, as text.
    PrefixAdded,
    /// Without the `v1,` before it.
    WithoutVersion,
    /// Without the white space or line end around it.
    Trimmed,
    /// With a line end after it, which the sender has.
    WithLineEnd,
    /// Without the quotes around it.
    Unquoted,
    /// As hexadecimal.
    AsHex,
    /// As url-safe base64.
    AsUrlSafeBase64,
}

impl Reading {
    fn sentence(self) -> &'static str {
        match self {
            Self::AsText => "the sender uses it as plain text, but it is decoded from base64 here",
            Self::AsBase64 => "the sender decodes it from base64, but it is used as plain text here",
            Self::DecodedAfterPrefix => {
                "the sender decodes the part after `whsec_`, but the whole text is used here"
            }
            Self::TextAfterPrefix => "the sender uses the text after `whsec_`",
            Self::PrefixAdded => "the sender uses it as text, including the prefix `whsec_`",
            Self::WithoutVersion => "it was pasted with a leading `v1,`, which is not part of it",
            Self::Trimmed => {
                "it was saved with surrounding white space or a line end, which is not part of it"
            }
            Self::WithLineEnd => "the sender's copy ends with a line end, probably written by `echo`",
            Self::Unquoted => "it was saved with quotes, which are not part of it",
            Self::AsHex => "the sender decodes it from hexadecimal",
            Self::AsUrlSafeBase64 => "it is URL-safe base64 (`-` and `_`), but it is read differently here",
        }
    }

    fn remedy(self) -> &'static str {
        match self {
            Self::AsText => "Add the secret again with the format plain text.",
            Self::AsBase64 => "Add the secret again with the format base64.",
            Self::DecodedAfterPrefix => {
                "Check the scheme. Standard Webhooks senders decode the secret, Stripe doesn't."
            }
            Self::TextAfterPrefix => "Add the part after `whsec_` with the format plain text.",
            Self::PrefixAdded => "Add the secret again with the prefix `whsec_`.",
            Self::WithoutVersion | Self::Trimmed | Self::Unquoted => "Add the secret again without it.",
            Self::WithLineEnd => {
                "Store the sender's copy without a line end (`printf %s`), or add the secret here with one."
            }
            Self::AsHex => "Decode it and add the bytes as base64, with the format base64.",
            Self::AsUrlSafeBase64 => {
                "Replace `-` and `_` with `+` and `/`, and add it with the format base64."
            }
        }
    }
}

/// How a body would have to be changed to match its signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum BodyChange {
    /// JSON without spaces.
    CompactJson,
    /// JSON as Python's `json.dumps` writes it.
    PythonJson,
    /// The same with everything outside ASCII escaped.
    PythonAsciiJson,
    /// JSON without spaces and with sorted names.
    SortedJson,
    /// The same as Python spaces it.
    SortedPythonJson,
    /// JSON indented by two spaces.
    IndentedJson,
    /// With CR LF where LF came.
    CrLf,
    /// With LF where CR LF came.
    Lf,
    /// Without the byte order mark at its start.
    WithoutBom,
    /// With a byte order mark at its start.
    WithBom,
    /// Without the line end at its end.
    WithoutLastLineEnd,
    /// With a line end at its end.
    WithLastLineEnd,
    /// Nothing at all.
    Empty,
}

impl BodyChange {
    fn sentence(self) -> &'static str {
        match self {
            Self::CompactJson => "re-encoded as JSON without spaces",
            Self::PythonJson => "re-encoded as JSON with the spacing of Python's json.dumps",
            Self::PythonAsciiJson => "re-encoded by Python's json.dumps, with non-ASCII characters escaped",
            Self::SortedJson => "re-encoded as JSON with sorted keys, without spaces",
            Self::SortedPythonJson => "re-encoded as JSON with sorted keys and Python's spacing",
            Self::IndentedJson => "re-encoded as JSON with two-space indentation",
            Self::CrLf => "with CR LF line ends instead of LF",
            Self::Lf => "with LF line ends instead of CR LF",
            Self::WithoutBom => "without the byte order mark at the start",
            Self::WithBom => "with an additional byte order mark at the start",
            Self::WithoutLastLineEnd => "without the final line end",
            Self::WithLastLineEnd => "with an additional final line end",
            Self::Empty => "empty, although a body arrived",
        }
    }
}

/// How a signature was spoilt on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mangling {
    /// Its end is missing.
    Cut,
    /// Upper and lower case were changed.
    Recased,
    /// It is written in another encoding: url-safe base64, base64 without padding, or hexadecimal.
    Reencoded,
}

/// Where the secret belongs that made the signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Owner {
    /// To this endpoint, in use.
    Current,
    /// To this endpoint; it was revoked.
    Revoked,
    /// To this endpoint; its time has passed.
    Expired,
    /// To the endpoint of this name.
    Elsewhere(String),
}

/// The probable cause of a rejection. Each was shown to be true: with this one thing otherwise, the signature matches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum Cause {
    /// Genuine but for the time.
    ClockOff {
        /// Our clock minus the timestamp, seconds.
        skew: i64,
    },
    /// The timestamp is in milliseconds.
    Milliseconds,
    /// A secret is read otherwise than the sender does.
    SecretReading {
        /// What people call the secret.
        secret: String,
        /// How it would match.
        reading: Reading,
    },
    /// It was made with a secret that is not (or no longer) in use here.
    OtherSecret {
        /// What people call the secret.
        secret: String,
        /// Where it belongs.
        owner: Owner,
    },
    /// The secret is right, and was added only after the delivery arrived, or is back in use.
    AddedSince {
        /// What people call the secret.
        secret: String,
    },
    /// The signature is over other bytes than those that arrived.
    BodyChanged {
        /// How they differ.
        change: BodyChange,
    },
    /// The signature was spoilt on its way.
    SignatureMangled {
        /// What became of it on the way.
        mangling: Mangling,
    },
    /// Another scheme verifies it.
    OtherScheme {
        /// The one whose headers it has.
        scheme: Scheme,
    },
}

impl Cause {
    /// Its code, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::ClockOff { .. } => "clock-off",
            Self::Milliseconds => "milliseconds",
            Self::SecretReading { .. } => "secret-reading",
            Self::OtherSecret { .. } => "other-secret",
            Self::AddedSince { .. } => "added-since",
            Self::BodyChanged { .. } => "body-changed",
            Self::SignatureMangled { .. } => "signature-mangled",
            Self::OtherScheme { .. } => "other-scheme",
        }
    }

    /// What was found, for a person.
    pub fn sentence(&self) -> String {
        match self {
            Self::ClockOff { skew } => {
                let off = time::duration(skew.unsigned_abs().min(i64::MAX as u64 / 1_000) as i64 * 1_000);
                let side = if *skew < 0 { "after" } else { "before" };
                format!("The signature is genuine, but the timestamp is {off} {side} the time of receipt.")
            }
            Self::Milliseconds => {
                "The signature is genuine, but its timestamp is in milliseconds instead of seconds.".into()
            }
            Self::SecretReading { secret, reading } => {
                format!("Signed with the secret {secret}, but {}.", reading.sentence())
            }
            Self::OtherSecret { secret, owner } => match owner {
                Owner::Current => format!("Signed with the secret {secret}."),
                Owner::Revoked => format!("Signed with the old secret {secret}, which was revoked."),
                Owner::Expired => format!("Signed with the old secret {secret}, which has expired."),
                Owner::Elsewhere(name) => {
                    format!("Signed with the secret {secret}, which belongs to the endpoint “{name}”.")
                }
            },
            Self::AddedSince { secret } => {
                format!("Signed with the secret {secret}, which was added after the delivery arrived.")
            }
            Self::BodyChanged { change } => format!(
                "The secret is right, but the signed body differs from the one that arrived: {}.",
                change.sentence()
            ),
            Self::SignatureMangled { mangling } => {
                let how = match mangling {
                    Mangling::Cut => "the end was cut off",
                    Mangling::Recased => "its letter case was changed",
                    Mangling::Reencoded => {
                        "its encoding was changed (URL-safe or unpadded base64, or hexadecimal)"
                    }
                };
                format!("The secret is right, but the signature was altered on the way: {how}.")
            }
            Self::OtherScheme { scheme } => {
                format!(
                    "The signature matches with the scheme {}, so the endpoint has the wrong scheme.",
                    scheme.label
                )
            }
        }
    }

    /// What to do about it.
    pub fn remedy(&self) -> String {
        match self {
            Self::ClockOff { .. } => {
                "The request was delayed or replayed, or a clock is wrong. Check both clocks against a time server.".into()
            }
            Self::Milliseconds => "Make the sender use whole unix seconds.".into(),
            Self::SecretReading { reading, .. } => reading.remedy().into(),
            Self::OtherSecret { owner: Owner::Elsewhere(_), .. } => {
                "Register the right URL with that sender, or add its secret to this endpoint.".into()
            }
            Self::OtherSecret { .. } => {
                "The sender hasn't switched yet. Give it the new secret, or add the old one again for a while.".into()
            }
            Self::AddedSince { .. } => "Re-verify the delivery to accept it.".into(),
            Self::BodyChanged { change: BodyChange::Empty } => {
                "The sender signs before it adds the body, or a proxy added one.".into()
            }
            Self::BodyChanged { .. } => {
                "The sender signs different bytes than it sends, or a proxy rewrites bodies.".into()
            }
            Self::SignatureMangled { .. } => {
                "Check for a proxy or header limit on the way, and how the sender formats it.".into()
            }
            Self::OtherScheme { scheme } => format!(
                "Create an endpoint with the scheme {} and register its URL with the sender.",
                scheme.label
            ),
        }
    }
}
