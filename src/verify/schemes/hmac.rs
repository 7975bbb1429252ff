//! An HMAC in a header of the sender's own, as a person described it.

use super::{Example, Spec};
use crate::{
    model::{
        hmac::{HmacOptions, Piece},
        scheme::{EventKey, Scheme, SchemeInfo},
    },
    verify::{
        claim::{Candidate, Claim, Fault},
        header,
        message::{Headers, Signed, Unsigned},
        secret::ParsedSecret,
    },
};
use std::borrow::Cow;

pub const SPEC: Spec = Spec {
    info: SchemeInfo {
        word: "hmac",
        label: "HMAC (own header)",
        about: "Any other sender with an HMAC in a header: you choose the header, the hash and the signed content",
        event_key: EventKey::Options,
        ..SchemeInfo::PLAIN
    },
    read: Some(read),
    sign: Some(sign),
    // Of the options that stand when a person says nothing.
    example: Some(Example {
        secret: "sesame",
        headers: &[("x-signature", "ac63ae5174c94e38b298cd45ecc890efab8f457420838d080001708a1cede50e")],
        body: r#"{"id": 1}"#,
        url: None,
        now: 0,
    }),
};

impl Scheme {
    /// The one with options.
    pub const HMAC: Self = Self::of(&SPEC.info);
}

fn read<'a>(request: &Signed<'a>, options: &HmacOptions) -> Result<Claim<'a>, Fault> {
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

fn sign(secret: &ParsedSecret, event: &Unsigned<'_>, options: &HmacOptions) -> Option<Headers> {
    let timestamp = event.timestamp.to_string();
    let message = message(options, Some(&timestamp), Some(event.id), event.body);
    let mac = secret.mac(options.algorithm, options.encoding, &message)?;
    let mut headers = vec![(options.header.clone(), format!("{}{mac}", options.prefix))];
    headers.extend(options.timestamp_header.clone().map(|name| (name, timestamp.clone())));
    headers.extend(options.id_header.clone().map(|name| (name, event.id.to_owned())));
    Some(headers)
}
