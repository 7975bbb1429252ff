//! Standard Webhooks: HMAC-SHA256 or ed25519 over `id.timestamp.body`. OpenAI's too, and Svix' under other names.
//!
//! <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>

use super::{Example, Spec};
use crate::{
    model::{
        hmac::{Algorithm, Encoding},
        scheme::{EventKey, Scheme, SchemeInfo, SecretFormat, StandardHeaders},
    },
    verify::{
        claim::{Candidate, Claim, Fault},
        header,
        message::{Headers, Signed, Unsigned},
        secret::{ParsedSecret, SecretError},
    },
};
use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::Signature;

pub(super) const HEADERS: StandardHeaders =
    StandardHeaders { id: "webhook-id", timestamp: "webhook-timestamp", signature: "webhook-signature" };

pub const SPEC: Spec = Spec {
    info: SchemeInfo {
        word: "standard-webhooks",
        label: "Standard Webhooks",
        about: "Any sender of standardwebhooks.com, or your own services: webhook-id, -timestamp, -signature",
        headers: &[HEADERS.id, HEADERS.timestamp, HEADERS.signature],
        event_key: EventKey::Header(&[HEADERS.id]),
        secret_format: SecretFormat::Prefixed,
        standard: Some(&HEADERS),
        ..SchemeInfo::PLAIN
    },
    read: Some(|request, _| read(request, &HEADERS)),
    sign: Some(|secret, event, _| sign_with(&HEADERS, secret, event)),
    example: Some(Example {
        secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        headers: &[
            (HEADERS.id, "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            (HEADERS.timestamp, "1614265330"),
            (HEADERS.signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        ],
        body: r#"{"test": 2432232314}"#,
        url: None,
        now: 1_614_265_330,
    }),
};

impl Scheme {
    /// The one that Hookpost itself signs with.
    pub const STANDARD_WEBHOOKS: Self = Self::of(&SPEC.info);
}

/// The signed content is `id.timestamp.body`, each as received.
pub(super) fn read<'a>(request: &Signed<'a>, names: &StandardHeaders) -> Result<Claim<'a>, Fault> {
    let id = header::one(request.headers, names.id)?;
    let timestamp = header::one(request.headers, names.timestamp)?;
    let signatures = header::spaced(request.headers, names.signature)?;
    let mut claim =
        Claim { timestamp: Some(header::timestamp(timestamp, names.timestamp)?), ..Claim::default() };
    // Single spaces; each token once at its first comma, whose left side selects the algorithm.
    for token in signatures.split(' ').filter(|token| !token.is_empty()) {
        match candidate(token) {
            Some(candidate) => claim.candidates.push(candidate),
            None => claim.unknown_versions += 1,
        }
    }
    let pieces = [id.as_bytes(), b".", timestamp.as_bytes(), b".", request.body];
    claim.messages.push(pieces.into_iter().map(Into::into).collect());
    Ok(claim)
}

fn candidate(token: &str) -> Option<Candidate<'_>> {
    match token.split_once(',')? {
        ("v1", text) => Some(Candidate::base64(text)),
        ("v1a", text) => {
            let bytes: [u8; 64] = STANDARD.decode(text).ok()?.try_into().ok()?;
            Some(Candidate::Ed25519(Box::new(Signature::from_bytes(&bytes))))
        }
        _ => None,
    }
}

/// Signs as a sender: the value of `webhook-signature`.
///
/// # Errors
/// A public key cannot sign.
pub fn sign(secret: &ParsedSecret, id: &str, timestamp: i64, body: &[u8]) -> Result<String, SecretError> {
    let timestamp = timestamp.to_string();
    let pieces = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body].map(Into::into);
    let mac = secret.mac(Algorithm::Sha256, Encoding::Base64, &pieces);
    mac.map(|mac| format!("v1,{mac}")).ok_or(SecretError::CannotSign)
}

/// All three headers.
pub(super) fn sign_with(
    names: &StandardHeaders,
    secret: &ParsedSecret,
    event: &Unsigned<'_>,
) -> Option<Headers> {
    let signature = sign(secret, event.id, event.timestamp, event.body).ok()?;
    Some(vec![
        (names.id.into(), event.id.into()),
        (names.timestamp.into(), event.timestamp.to_string()),
        (names.signature.into(), signature),
    ])
}
