//! Twilio: HMAC-SHA1 over the URL and the form's fields, or over a URL that carries the body's SHA-256.
//!
//! <https://www.twilio.com/docs/usage/security>. Senders and proxies differ on the port, so both spellings are tried,
//! as Twilio's own libraries do.

use super::{Example, Spec};
use crate::{
    model::{
        hmac::{Algorithm, Encoding, HmacOptions},
        scheme::{EventKey, SchemeInfo},
        verdict::Reason,
    },
    verify::{
        claim::{Candidate, Claim, Fault},
        header,
        message::{Headers, Signed, Unsigned},
        secret::ParsedSecret,
    },
};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use subtle::ConstantTimeEq;
use url::Url;

const KEY: &str = "i-twilio-idempotency-token";
const SIGNATURE: &str = "x-twilio-signature";

pub const SPEC: Spec = Spec {
    info: SchemeInfo {
        word: "twilio",
        label: "Twilio",
        about: "X-Twilio-Signature over the URL and the form, with the account's auth token",
        headers: &[SIGNATURE],
        event_key: EventKey::Header(&[KEY]),
        sender_makes_secret: true,
        signs_url: true,
        ..SchemeInfo::PLAIN
    },
    read: Some(read),
    sign: Some(sign),
    example: Some(Example {
        secret: "12345",
        headers: &[(SIGNATURE, "RSOYDt4T1cUTdK1PDd93/VVr8B8=")],
        body: "CallSid=CA1234567890ABCDE&Digits=1234&From=%2B14158675309&To=%2B18005551212&Caller=%2B14158675309",
        url: Some("https://mycompany.com/myapp.php?foo=1&bar=2"),
        now: 0,
    }),
};

fn read<'a>(request: &Signed<'a>, _: &HmacOptions) -> Result<Claim<'a>, Fault> {
    let value = header::one(request.headers, SIGNATURE)?;
    let unknown = || Fault::new(Reason::UnknownUrl, SIGNATURE);
    let url = request.url.ok_or_else(unknown)?;
    let parsed = Url::parse(url).map_err(|_| unknown())?;
    let mut claim = Claim { candidates: vec![candidate(value)], ..Claim::default() };
    let announced = parsed.query_pairs().find(|(name, _)| name == "bodySHA256").map(|(_, value)| value);
    let fields = match announced {
        Some(announced) if !is_hash_of(&announced, request.body) => return Ok(claim),
        Some(_) => Vec::new(),
        None => form_fields(request.body),
    };
    for spelling in spellings(url, &parsed) {
        claim.messages.push(vec![spelling.into_bytes().into(), fields.clone().into()]);
    }
    Ok(claim)
}

fn candidate(text: &str) -> Candidate<'_> {
    Candidate::Mac { algorithm: Algorithm::Sha1, encoding: Encoding::Base64, text }
}

/// Over the URL without its port and the form's fields. None without a URL.
fn sign(secret: &ParsedSecret, event: &Unsigned<'_>, _: &HmacOptions) -> Option<Headers> {
    let url = event.url?;
    let [spelling, _] = spellings(url, &Url::parse(url).ok()?);
    let message = [spelling.into_bytes().into(), form_fields(event.body).into()];
    let mac = secret.mac(Algorithm::Sha1, Encoding::Base64, &message)?;
    Some(vec![(KEY.into(), event.id.into()), (SIGNATURE.into(), mac)])
}

fn is_hash_of(announced: &str, body: &[u8]) -> bool {
    let hash: String = Sha256::digest(body).iter().map(|b| format!("{b:02x}")).collect();
    hash.as_bytes().ct_eq(announced.as_bytes()).into()
}

/// Name and value of each field, sorted, each pair once.
fn form_fields(body: &[u8]) -> Vec<u8> {
    let pairs: BTreeSet<(String, String)> = url::form_urlencoded::parse(body).into_owned().collect();
    pairs
        .into_iter()
        .flat_map(|(name, value)| name.into_bytes().into_iter().chain(value.into_bytes()))
        .collect()
}

/// The URL with its port and without.
fn spellings(url: &str, parsed: &Url) -> [String; 2] {
    let (Some((scheme, rest)), Some(port)) = (url.split_once("://"), parsed.port_or_known_default()) else {
        return [url.to_owned(), url.to_owned()];
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = match authority.rsplit_once(':') {
        Some((host, digits)) if digits.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => authority,
    };
    [format!("{scheme}://{host}{path}"), format!("{scheme}://{host}:{port}{path}")]
}
