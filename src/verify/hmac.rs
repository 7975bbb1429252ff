//! The scheme `hmac`: an HMAC in a header of the sender's own, as a person described it.

use super::{
    Signed,
    claim::{Candidate, Claim, Fault},
    header,
    secret::ParsedSecret,
    sign::{Headers, Unsigned},
};
use crate::model::{
    headers::HeaderList,
    hmac::{HmacOptions, Piece},
};
use std::borrow::Cow;

pub(super) fn read<'a>(request: &Signed<'a>, options: &HmacOptions) -> Result<Claim<'a>, Fault> {
    let optional =
        |name: &Option<String>| name.as_deref().map(|name| header::one(request.headers, name)).transpose();
    let value = header::spaced(request.headers, &options.header)?;
    let (timestamp, id) = (optional(&options.timestamp_header)?, optional(&options.id_header)?);
    let candidate = value.strip_prefix(options.prefix.as_str()).map(|text| Candidate::Mac {
        algorithm: options.algorithm,
        encoding: options.encoding,
        text: text.trim(),
    });
    let name = options.timestamp_header.as_deref().unwrap_or_default();
    Ok(Claim {
        timestamp: timestamp.map(|text| header::timestamp(text, name)).transpose()?,
        unknown_versions: u32::from(candidate.is_none()),
        candidates: candidate.into_iter().collect(),
        messages: vec![message(options, timestamp, id, request.body)],
        ..Claim::default()
    })
}

/// What is signed. The options' own text is copied: it lives shorter than the request may.
fn message<'a>(
    options: &HmacOptions,
    timestamp: Option<&'a str>,
    id: Option<&'a str>,
    body: &'a [u8],
) -> Vec<Cow<'a, [u8]>> {
    let piece = |piece: Piece<'_>| match piece {
        Piece::Text(text) => Cow::from(text.as_bytes().to_vec()),
        Piece::Body => body.into(),
        Piece::Timestamp => timestamp.unwrap_or_default().as_bytes().into(),
        Piece::Id => id.unwrap_or_default().as_bytes().into(),
    };
    options.pieces().into_iter().map(piece).collect()
}

pub(super) fn sign(options: &HmacOptions, secret: &ParsedSecret, event: &Unsigned<'_>) -> Option<Headers> {
    let timestamp = event.timestamp.to_string();
    let message = message(options, Some(&timestamp), Some(event.id), event.body);
    let mac = secret.mac(options.algorithm, options.encoding, &message)?;
    let mut headers = vec![(options.header.clone(), format!("{}{mac}", options.prefix))];
    headers.extend(options.timestamp_header.clone().map(|name| (name, timestamp.clone())));
    headers.extend(options.id_header.clone().map(|name| (name, event.id.to_owned())));
    Some(headers)
}

/// The event's key, when the options name a header for it.
pub(super) fn event_key<'a>(headers: &'a HeaderList, options: &HmacOptions) -> Option<&'a str> {
    header::one(headers, options.id_header.as_deref()?).ok()
}
