//! Standard Webhooks (and so OpenAI's), and Svix' own names for the same headers.
//!
//! <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>

use super::{
    Signed,
    claim::{Candidate, Claim, Fault},
    header,
    secret::{ParsedSecret, SecretError},
    sign::{Headers, Unsigned},
};
use crate::model::hmac::{Algorithm, Encoding};
use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::Signature;

/// Names of the three headers.
pub(super) struct Names {
    id: &'static str,
    timestamp: &'static str,
    signature: &'static str,
}

/// As the specification names them.
pub(super) const WEBHOOK: Names =
    Names { id: "webhook-id", timestamp: "webhook-timestamp", signature: "webhook-signature" };
/// As Svix does.
pub(super) const SVIX: Names =
    Names { id: "svix-id", timestamp: "svix-timestamp", signature: "svix-signature" };

/// The signed content is `id.timestamp.body`, each as received.
pub(super) fn read<'a>(request: &Signed<'a>, names: &Names) -> Result<Claim<'a>, Fault> {
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
pub(super) fn sign_with(names: &Names, secret: &ParsedSecret, event: &Unsigned<'_>) -> Option<Headers> {
    let signature = sign(secret, event.id, event.timestamp, event.body).ok()?;
    Some(vec![
        (names.id.into(), event.id.into()),
        (names.timestamp.into(), event.timestamp.to_string()),
        (names.signature.into(), signature),
    ])
}
