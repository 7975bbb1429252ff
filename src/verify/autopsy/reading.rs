//! Secrets that are read otherwise than the sender does.

use super::{Rules, Suspect};
use crate::{
    model::{
        scheme::SecretFormat,
        verdict::{Cause, Reading},
    },
    verify::{
        claim::Claim,
        secret::{ParsedSecret, parse_secret},
    },
};
use base64::{Engine, engine::general_purpose::STANDARD};

/// Whether one of the endpoint's secrets matches once it is read otherwise.
pub(super) fn find(rules: Rules<'_>, claim: &Claim<'_>, suspects: &[Suspect<'_>]) -> Option<Cause> {
    let current = suspects.iter().filter(|suspect| suspect.is_current());
    current.filter(|suspect| !suspect.text.trim().is_empty()).find_map(|suspect| {
        readings(suspect)
            .into_iter()
            .find(|(_, format, text)| {
                let parsed: Option<ParsedSecret> =
                    parse_secret(rules.scheme, *format, text).ok().map(|(secret, _warnings)| secret);
                parsed.is_some_and(|secret| claim.is_signed_with(&secret))
            })
            .map(|(reading, ..)| Cause::SecretReading { secret: suspect.name.to_owned(), reading })
    })
}

/// Every other way to read the text, the most common mistake first.
fn readings(suspect: &Suspect<'_>) -> Vec<(Reading, SecretFormat, String)> {
    let text = suspect.text;
    let trimmed = text.trim();
    let bare = trimmed.strip_prefix("v1,").unwrap_or(trimmed);
    let unquoted = trimmed.trim_matches(['"', '\'', '`']);
    let tail = bare.strip_prefix("whsec_");
    let mut all = Vec::new();
    let mut push = |reading, format, text: &str| all.push((reading, format, text.to_owned()));
    if let Some(tail) = tail {
        push(Reading::DecodedAfterPrefix, SecretFormat::Base64, tail);
        push(Reading::TextAfterPrefix, SecretFormat::Text, tail);
    }
    if trimmed != text {
        push(Reading::Trimmed, suspect.format, trimmed);
        push(Reading::Trimmed, SecretFormat::Text, trimmed);
    }
    if unquoted != trimmed {
        for format in SecretFormat::ALL {
            push(Reading::Unquoted, format, unquoted);
        }
    }
    if bare != trimmed {
        push(Reading::WithoutVersion, SecretFormat::Text, bare);
        push(Reading::WithoutVersion, SecretFormat::Prefixed, bare);
    }
    if suspect.format != SecretFormat::Text {
        push(Reading::AsText, SecretFormat::Text, trimmed);
    }
    push(Reading::AsBase64, SecretFormat::Base64, trimmed);
    push(Reading::PrefixAdded, SecretFormat::Text, &format!("whsec_{trimmed}"));
    push(Reading::WithLineEnd, SecretFormat::Text, &format!("{trimmed}\n"));
    push(Reading::WithLineEnd, SecretFormat::Text, &format!("{trimmed}\r\n"));
    if let Some(base64) = hex_as_base64(trimmed) {
        push(Reading::AsHex, SecretFormat::Base64, &base64);
    }
    let url_safe = tail.unwrap_or(bare);
    if url_safe.contains(['-', '_']) {
        let standard = url_safe.replace('-', "+").replace('_', "/");
        push(Reading::AsUrlSafeBase64, SecretFormat::Base64, &standard);
    }
    all
}

/// Formats and texts under which another scheme may know the secret.
pub(super) fn all(text: &str) -> impl Iterator<Item = (SecretFormat, String)> + use<> {
    let trimmed = text.trim().to_owned();
    let tail = trimmed.strip_prefix("whsec_").map(str::to_owned);
    let formats = SecretFormat::ALL.into_iter().map(move |format| (format, trimmed.clone()));
    formats.chain(tail.into_iter().map(|tail| (SecretFormat::Base64, tail)))
}

fn hex_as_base64(text: &str) -> Option<String> {
    if text.is_empty() || !text.len().is_multiple_of(2) || text.len() > 256 {
        return None;
    }
    let pairs = text.as_bytes().chunks_exact(2);
    let bytes: Option<Vec<u8>> =
        pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect();
    bytes.map(|bytes| STANDARD.encode(bytes))
}
