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
            Self::AsText => "the sender uses its text as it is, while it is read as base64 here",
            Self::AsBase64 => "the sender decodes it from base64, while its text is used here",
            Self::DecodedAfterPrefix => {
                "the sender decodes what follows `whsec_`, while the whole text is used here"
            }
            Self::TextAfterPrefix => "the sender uses the text that follows `whsec_`",
            Self::PrefixAdded => "the sender uses it with `whsec_` before it, as text",
            Self::WithoutVersion => "it was pasted with `v1,` before it, which is no part of it",
            Self::Trimmed => "it was saved with white space or a line end around it, which is no part of it",
            Self::WithLineEnd => {
                "the sender has it with a line end after it: it was probably written there by `echo`"
            }
            Self::Unquoted => "it was saved with quotes around it, which are no part of it",
            Self::AsHex => "the sender decodes it from hexadecimal",
            Self::AsUrlSafeBase64 => "it is url-safe base64 (`-` and `_`), while it is read otherwise here",
        }
    }

    fn remedy(self) -> &'static str {
        match self {
            Self::AsText => "Add the secret again with the format plain text.",
            Self::AsBase64 => "Add the secret again with the format base64.",
            Self::DecodedAfterPrefix => {
                "Is it the right scheme? Senders of Standard Webhooks decode it, Stripe does not."
            }
            Self::TextAfterPrefix => "Add what follows `whsec_` with the format plain text.",
            Self::PrefixAdded => "Add the secret again with `whsec_` before it.",
            Self::WithoutVersion | Self::Trimmed | Self::Unquoted => "Add the secret again without it.",
            Self::WithLineEnd => {
                "Write the secret at the sender without a line end (`printf %s`), or add it here with one."
            }
            Self::AsHex => "Decode it and add the bytes as base64, with the format base64.",
            Self::AsUrlSafeBase64 => {
                "Add it with `+` and `/` in place of `-` and `_`, with the format base64."
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
            Self::CompactJson => "written again as JSON without spaces",
            Self::PythonJson => "written again as JSON as Python's `json.dumps` spaces it",
            Self::PythonAsciiJson => {
                "written again by Python's `json.dumps`, with everything outside ASCII escaped"
            }
            Self::SortedJson => "written again as JSON with sorted names, without spaces",
            Self::SortedPythonJson => "written again as JSON with sorted names, as Python spaces it",
            Self::IndentedJson => "written again as JSON indented by two spaces",
            Self::CrLf => "with CR LF where LF arrived",
            Self::Lf => "with LF where CR LF arrived",
            Self::WithoutBom => "without the byte order mark that arrived at its start",
            Self::WithBom => "with a byte order mark at its start, which did not arrive",
            Self::WithoutLastLineEnd => "without the line end that arrived at its end",
            Self::WithLastLineEnd => "with a line end at its end, which did not arrive",
            Self::Empty => "empty, although bytes arrived",
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
                format!(
                    "The signature is genuine. Only its timestamp is off: it lies {off} {side} the receipt."
                )
            }
            Self::Milliseconds => {
                "The signature is genuine, but its timestamp is in milliseconds instead of seconds.".into()
            }
            Self::SecretReading { secret, reading } => {
                format!("Made with the secret {secret}, but {}.", reading.sentence())
            }
            Self::OtherSecret { secret, owner } => match owner {
                Owner::Current => format!("Made with the secret {secret}."),
                Owner::Revoked => format!("Made with the old secret {secret}, which was revoked."),
                Owner::Expired => format!("Made with the old secret {secret}, whose time has passed."),
                Owner::Elsewhere(name) => {
                    format!("Made with the secret {secret}, which belongs to the endpoint “{name}”.")
                }
            },
            Self::AddedSince { secret } => {
                format!("Made with the secret {secret}, which is in use now but was not when it arrived.")
            }
            Self::BodyChanged { change } => format!(
                "The secret is right, but the signature is over another body than the one that arrived: {}.",
                change.sentence()
            ),
            Self::SignatureMangled { mangling } => {
                let how = match mangling {
                    Mangling::Cut => "its end was cut off",
                    Mangling::Recased => "upper and lower case were changed",
                    Mangling::Reencoded => {
                        "it is written in another encoding (url-safe or unpadded base64, or hexadecimal)"
                    }
                };
                format!("The secret is right, but the signature was spoilt on its way: {how}.")
            }
            Self::OtherScheme { scheme } => {
                format!("It verifies with the scheme {}: the endpoint has the wrong one.", scheme.label())
            }
        }
    }

    /// What to do about it.
    pub fn remedy(&self) -> String {
        match self {
            Self::ClockOff { .. } => {
                "Delayed by a queue or replayed, or one of the clocks is wrong: compare both with a time server.".into()
            }
            Self::Milliseconds => "Let the sender send whole unix seconds.".into(),
            Self::SecretReading { reading, .. } => reading.remedy().into(),
            Self::OtherSecret { owner: Owner::Elsewhere(_), .. } => {
                "Register the right URL with that sender, or add its secret here.".into()
            }
            Self::OtherSecret { .. } => {
                "The sender has not changed over. Give it the new secret, or bring the old one back for a while.".into()
            }
            Self::AddedSince { .. } => "Re-verify it to accept it now.".into(),
            Self::BodyChanged { change: BodyChange::Empty } => {
                "The sender signs before it has the body, or a proxy added one.".into()
            }
            Self::BodyChanged { .. } => {
                "The sender signs other bytes than it sends, or a proxy in between rewrites bodies.".into()
            }
            Self::SignatureMangled { .. } => {
                "Look for a proxy or a header limit in between, or at how the sender writes it.".into()
            }
            Self::OtherScheme { scheme } => format!(
                "Make an endpoint with the scheme {} and register its URL with the sender.",
                scheme.label()
            ),
        }
    }
}
