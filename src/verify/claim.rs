//! What a request claims: its signatures, and the bytes they are said to be over.

use super::secret::ParsedSecret;
use crate::model::{
    hmac::{Algorithm, Encoding},
    verdict::Reason,
};
use ed25519_dalek::{Signature, VerifyingKey};
use std::borrow::Cow;

/// A request that cannot be read as its scheme demands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) reason: Reason,
    pub(super) header: String,
}

impl Fault {
    pub(super) fn new(reason: Reason, header: &str) -> Self {
        Self { reason, header: header.to_owned() }
    }
}

/// One signature that can be checked.
#[derive(Debug)]
pub(super) enum Candidate<'a> {
    /// An HMAC, written out.
    Mac { algorithm: Algorithm, encoding: Encoding, text: &'a str },
    /// ed25519.
    Ed25519(Box<Signature>),
    /// The secret itself (GitLab's old token).
    Token(&'a str),
}

impl<'a> Candidate<'a> {
    /// HMAC-SHA256 in standard base64, padded.
    pub(super) fn base64(text: &'a str) -> Self {
        Self::Mac { algorithm: Algorithm::Sha256, encoding: Encoding::Base64, text }
    }

    /// HMAC-SHA256 in lower-case hexadecimal.
    pub(super) fn hex(text: &'a str) -> Self {
        Self::Mac { algorithm: Algorithm::Sha256, encoding: Encoding::Hex, text }
    }
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
        let mut macs = Macs { secret, message, written: Vec::new() };
        let mut whole = None;
        let mut matches = false;
        for candidate in &self.candidates {
            matches |= match candidate {
                Candidate::Mac { algorithm, encoding, text } => {
                    equal(macs.written(*algorithm, *encoding), text)
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

/// The HMACs of a message, each computed and written out once.
struct Macs<'m> {
    secret: &'m ParsedSecret,
    message: &'m [Cow<'m, [u8]>],
    written: Vec<(Algorithm, Encoding, Option<String>)>,
}

impl Macs<'_> {
    /// None when the secret makes no HMACs.
    fn written(&mut self, algorithm: Algorithm, encoding: Encoding) -> Option<&str> {
        let known = self.written.iter().position(|(a, e, _)| (*a, *e) == (algorithm, encoding));
        let at = known.unwrap_or_else(|| {
            self.written.push((algorithm, encoding, self.secret.mac(algorithm, encoding, self.message)));
            self.written.len() - 1
        });
        self.written[at].2.as_deref()
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
