//! The scheme `hmac`: how a sender signs who follows no known scheme, as a person describes it.

use super::words::words;
use serde::{Deserialize, Serialize};
use std::fmt;

words! {
    /// The hash below an HMAC.
    pub enum Algorithm("algorithm") {
        /// HMAC-SHA1, for senders that know nothing better.
        Sha1 = "sha1";
        /// HMAC-SHA256.
        Sha256 = "sha256";
        /// HMAC-SHA512.
        Sha512 = "sha512";
    }
}

words! {
    /// How a signature is written.
    pub enum Encoding("encoding") {
        /// Lower-case hexadecimal.
        Hex = "hex";
        /// Standard base64, padded.
        Base64 = "base64";
    }
}

/// What a sender signs and where it says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HmacOptions {
    /// The header with the signature.
    pub header: String,
    /// The hash.
    pub algorithm: Algorithm,
    /// How the signature is written.
    pub encoding: Encoding,
    /// What stands before the signature in its header, such as `sha256=`; may be empty.
    #[serde(default)]
    pub prefix: String,
    /// What is signed: text with `{body}` once, and perhaps `{timestamp}` and `{id}`.
    pub signed: String,
    /// The header with the timestamp, unix seconds. Its age is then checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp_header: Option<String>,
    /// The header that names the event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_header: Option<String>,
}

impl Default for HmacOptions {
    fn default() -> Self {
        Self {
            header: "x-signature".into(),
            algorithm: Algorithm::Sha256,
            encoding: Encoding::Hex,
            prefix: String::new(),
            signed: "{body}".into(),
            timestamp_header: None,
            id_header: None,
        }
    }
}

/// A piece of what is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// As it stands.
    Text(&'a str),
    /// The raw body.
    Body,
    /// The text of the timestamp's header.
    Timestamp,
    /// The text of the id's header.
    Id,
}

const PLACES: [(&str, Piece<'static>); 3] =
    [("{body}", Piece::Body), ("{timestamp}", Piece::Timestamp), ("{id}", Piece::Id)];

impl HmacOptions {
    /// What is signed, in pieces.
    pub fn pieces(&self) -> Vec<Piece<'_>> {
        let mut pieces = Vec::new();
        let mut rest = self.signed.as_str();
        while !rest.is_empty() {
            let next = PLACES.iter().filter_map(|(name, piece)| Some((rest.find(name)?, *name, *piece)));
            let Some((at, name, piece)) = next.min_by_key(|(at, ..)| *at) else {
                pieces.push(Piece::Text(rest));
                break;
            };
            if at > 0 {
                pieces.push(Piece::Text(&rest[..at]));
            }
            pieces.push(piece);
            rest = &rest[at + name.len()..];
        }
        pieces
    }

    /// Lower-cases the names of headers and takes empty ones for none.
    #[must_use]
    pub fn normal(self) -> Self {
        let name = |text: String| text.trim().to_ascii_lowercase();
        let optional = |text: Option<String>| text.map(name).filter(|text| !text.is_empty());
        Self {
            header: name(self.header),
            prefix: self.prefix.trim().to_owned(),
            timestamp_header: optional(self.timestamp_header),
            id_header: optional(self.id_header),
            ..self
        }
    }

    /// Whether they make sense together.
    ///
    /// # Errors
    /// The name of the field and a sentence that says what would be right.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        let named = [
            ("hmac[header]", Some(&self.header)),
            ("hmac[timestamp_header]", self.timestamp_header.as_ref()),
            ("hmac[id_header]", self.id_header.as_ref()),
        ];
        for (field, name) in named {
            if name.is_some_and(|name| !is_header_name(name)) {
                return Err((field, format!("{}: must be a header name, such as x-signature", label(field))));
            }
        }
        if self.prefix.len() > 64 || !self.prefix.bytes().all(|b| b.is_ascii_graphic()) {
            return Err((
                "hmac[prefix]",
                "prefix: must be at most 64 characters without spaces, such as sha256=".into(),
            ));
        }
        let pieces = self.pieces();
        let count = |want: Piece<'_>| pieces.iter().filter(|piece| **piece == want).count();
        let wrong = |text: &str| Err(("hmac[signed]", format!("signed content: {text}")));
        if self.signed.len() > 256 || count(Piece::Body) != 1 {
            return wrong("must contain {body} once, such as {timestamp}.{body}");
        }
        if count(Piece::Timestamp) > 0 && self.timestamp_header.is_none() {
            return wrong("contains {timestamp}, so the timestamp header is required");
        }
        if count(Piece::Id) > 0 && self.id_header.is_none() {
            return wrong("contains {id}, so the id header is required");
        }
        Ok(())
    }
}

/// What is odd about options that can be taken all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HmacWarning {
    /// The timestamp is read from a header that nobody signed.
    TimestampNotSigned,
    /// The id is read from a header that nobody signed.
    IdNotSigned,
}

impl fmt::Display for HmacWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TimestampNotSigned => {
                "the timestamp is not signed, so the age check gives no protection: anyone who has one genuine \
                 request can resend it at any time with a new timestamp"
            }
            Self::IdNotSigned => {
                "the id is not signed, so it can't be trusted: anyone who has one genuine request can resend it \
                 as another event"
            }
        })
    }
}

impl HmacOptions {
    /// What is odd about them: headers that are believed though they are not signed.
    pub fn warnings(&self) -> Vec<HmacWarning> {
        let pieces = self.pieces();
        let unsigned = |header: &Option<String>, piece| header.is_some() && !pieces.contains(&piece);
        let mut all = Vec::new();
        if unsigned(&self.timestamp_header, Piece::Timestamp) {
            all.push(HmacWarning::TimestampNotSigned);
        }
        if unsigned(&self.id_header, Piece::Id) {
            all.push(HmacWarning::IdNotSigned);
        }
        all
    }
}

fn label(field: &str) -> &'static str {
    match field {
        "hmac[header]" => "signature header",
        "hmac[timestamp_header]" => "timestamp header",
        _ => "id header",
    }
}

/// A token of RFC 9110, section 5.6.2.
fn is_header_name(text: &str) -> bool {
    let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    (1..=64).contains(&text.len()) && text.bytes().all(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_signed_falls_into_its_pieces() {
        let options = HmacOptions { signed: "v0:{timestamp}:{body}{x".into(), ..HmacOptions::default() };
        let expected =
            [Piece::Text("v0:"), Piece::Timestamp, Piece::Text(":"), Piece::Body, Piece::Text("{x")];
        assert_eq!(options.pieces(), expected);
    }

    #[test]
    fn headers_that_are_believed_though_they_are_not_signed_are_warned_of() {
        let options = |signed: &str, timestamp: Option<&str>, id: Option<&str>| HmacOptions {
            signed: signed.into(),
            timestamp_header: timestamp.map(str::to_owned),
            id_header: id.map(str::to_owned),
            ..HmacOptions::default()
        };
        let (timestamp, id) = (HmacWarning::TimestampNotSigned, HmacWarning::IdNotSigned);
        assert_eq!(options("{body}", None, None).warnings(), []);
        assert_eq!(options("{id}.{timestamp}.{body}", Some("t"), Some("i")).warnings(), []);
        assert_eq!(options("{body}", Some("t"), Some("i")).warnings(), [timestamp, id]);
        assert_eq!(options("{id}{body}", Some("t"), Some("i")).warnings(), [timestamp]);
    }

    #[test]
    fn what_cannot_work_names_its_field() {
        let with = |change: fn(&mut HmacOptions)| {
            let mut options = HmacOptions::default();
            change(&mut options);
            options.check().map_err(|(field, _)| field)
        };
        assert_eq!(with(|_| ()), Ok(()));
        assert_eq!(with(|o| o.header = "x y".into()), Err("hmac[header]"));
        assert_eq!(with(|o| o.header.clear()), Err("hmac[header]"));
        assert_eq!(with(|o| o.id_header = Some("a:b".into())), Err("hmac[id_header]"));
        assert_eq!(with(|o| o.prefix = "a b".into()), Err("hmac[prefix]"));
        assert_eq!(with(|o| o.signed = "{timestamp}".into()), Err("hmac[signed]"));
        assert_eq!(with(|o| o.signed = "{body}{body}".into()), Err("hmac[signed]"));
        assert_eq!(with(|o| o.signed = "{timestamp}.{body}".into()), Err("hmac[signed]"));
        assert_eq!(with(|o| o.signed = "{id}.{body}".into()), Err("hmac[signed]"));
    }
}
