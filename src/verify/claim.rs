//! What a request claims: its signatures, and the bytes they are said to be over.

use super::secret::ParsedSecret;
use crate::model::verdict::Reason;
use ed25519_dalek::{Signature, VerifyingKey};
use std::borrow::Cow;

/// A request that cannot be read as its scheme demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) reason: Reason,
    /// The header at fault.
    pub(super) header: &'static str,
}

/// One signature that can be checked.
#[derive(Debug)]
pub(super) enum Candidate<'a> {
    /// HMAC-SHA256 in standard base64, padded.
    Sha256Base64(&'a str),
    /// HMAC-SHA256 in lower-case hexadecimal.
    Sha256Hex(&'a str),
    /// HMAC-SHA1 in standard base64, padded.
    Sha1Base64(&'a str),
    /// ed25519.
    Ed25519(Box<Signature>),
    /// The secret itself (GitLab's old token).
    Token(&'a str),
}

/// A request as its scheme reads it.
#[derive(Debug, Default)]
pub(super) struct Claim<'a> {
    /// Unix seconds, for schemes that have one.
    pub(super) timestamp: Option<i64>,
    /// Only old timestamps are refused.
    pub(super) only_past: bool,
    /// At most 32 are looked at.
    pub(super) candidates: Vec<Candidate<'a>>,
    /// Signatures of versions that are not known.
    pub(super) unknown_versions: u32,
    /// The signed bytes in pieces; several alternatives where senders differ (Twilio's port).
    pub(super) messages: Vec<Vec<Cow<'a, [u8]>>>,
}

impl Claim<'_> {
    /// Whether any of the signatures is of the kind that the secret makes.
    pub(super) fn suits(&self, secret: &ParsedSecret) -> bool {
        let is_public = |candidate: &Candidate<'_>| matches!(candidate, Candidate::Ed25519(_));
        self.candidates.iter().any(|candidate| is_public(candidate) == secret.is_ed25519())
    }

    /// Whether one of the signatures was made with the secret. One HMAC per message and algorithm, however many
    /// candidates there are; every candidate is compared, in constant time.
    pub(super) fn is_signed_with(&self, secret: &ParsedSecret) -> bool {
        self.messages.iter().any(|message| self.message_is_signed_with(message, secret))
    }

    fn message_is_signed_with(&self, message: &[Cow<'_, [u8]>], secret: &ParsedSecret) -> bool {
        let (mut base64, mut hex, mut sha1, mut whole) = (None, None, None, None);
        let mut matches = false;
        for candidate in &self.candidates {
            matches |= match candidate {
                Candidate::Sha256Base64(text) => {
                    equal(base64.get_or_insert_with(|| secret.sha256_base64(message)).as_deref(), text)
                }
                Candidate::Sha256Hex(text) => {
                    equal(hex.get_or_insert_with(|| secret.sha256_hex(message)).as_deref(), text)
                }
                Candidate::Sha1Base64(text) => {
                    equal(sha1.get_or_insert_with(|| secret.sha1_base64(message)).as_deref(), text)
                }
                Candidate::Ed25519(signature) => secret
                    .public_key()
                    .is_some_and(|key| holds(key, whole.get_or_insert_with(|| message.concat()), signature)),
                Candidate::Token(text) => secret.is_token(text),
            };
        }
        matches
    }
}

/// Strictly: no signature has a second spelling here either.
fn holds(key: &VerifyingKey, message: &[u8], signature: &Signature) -> bool {
    key.verify_strict(message, signature).is_ok()
}

/// Compares the text that we computed with the one that came, in constant time and for equal lengths only. Comparing
/// texts, not decoded bytes, leaves no room for a second spelling of a signature.
fn equal(computed: Option<&str>, candidate: &str) -> bool {
    use subtle::ConstantTimeEq;
    computed.is_some_and(|computed| computed.as_bytes().ct_eq(candidate.as_bytes()).into())
}
