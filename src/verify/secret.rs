//! Secrets: read once, when they are saved, strictly; never empty.

use crate::model::{
    hmac::{Algorithm, Encoding},
    scheme::{Scheme, SecretFormat},
};
use base64::{
    Engine, alphabet,
    engine::{GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};
use ed25519_dalek::{SigningKey, VerifyingKey};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use std::{borrow::Cow, fmt};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Standard Webhooks asks for 24 to 64 bytes; other lengths are warned of.
const RECOMMENDED_BYTES: std::ops::RangeInclusive<usize> = 24..=64;
/// Svix' server takes up to 75; no sender makes longer ones, so a longer one is another thing pasted by mistake.
const MOST_BYTES: usize = 75;
/// Without its padding, a secret must have at least this many bytes to be taken for one.
const SHORTEST_UNPADDED: usize = 16;

/// A secret that can verify, and sign when it is symmetric.
pub struct ParsedSecret(Key);

enum Key {
    /// The keyed state is kept, so that each request costs one pass over its bytes.
    Hmac { sha256: Box<Hmac<Sha256>>, bytes: Zeroizing<Vec<u8>> },
    /// Verifies only. `is_public`: it was given as a public key, not as a pair.
    Ed25519 { key: Box<VerifyingKey>, is_public: bool },
}

impl fmt::Debug for ParsedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Key::Hmac { .. } => "ParsedSecret(hmac, [redacted])",
            Key::Ed25519 { .. } => "ParsedSecret(ed25519, [redacted])",
        })
    }
}

/// Why a text is not a secret. The sentence says what would be right and never repeats the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// Nothing is left of it.
    #[error("it is empty; paste the signing secret as the sender shows it")]
    Empty,
    /// It lacks the prefix.
    #[error("it does not start with `whsec_`; paste all of it, or choose the format base64 or text")]
    NoPrefix,
    /// It is not base64.
    #[error("the part after the prefix is not base64; a character is missing or was added")]
    NotBase64,
    /// It is longer than any sender's.
    #[error("it is longer than 75 bytes, which no sender uses; it may be another key")]
    TooLong,
    /// It is not a key for ed25519.
    #[error("it is not an ed25519 key: `whpk_` takes 32 bytes in base64, `whsk_` 64")]
    NotEd25519,
    /// Only Standard Webhooks knows public keys.
    #[error("it is an ed25519 key, which this scheme does not use")]
    NotSymmetric,
    /// It verifies and does not sign.
    #[error(
        "it is an ed25519 key, which can verify but not sign here; use a secret that starts with `whsec_`"
    )]
    CannotSign,
}

impl SecretError {
    /// Its code, for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "secret-empty",
            Self::NoPrefix => "secret-no-prefix",
            Self::NotBase64 => "secret-not-base64",
            Self::TooLong => "secret-too-long",
            Self::NotEd25519 => "secret-not-ed25519",
            Self::NotSymmetric => "secret-not-symmetric",
            Self::CannotSign => "secret-cannot-sign",
        }
    }
}

/// What is odd about a secret that works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretWarning {
    /// Its length is not what Standard Webhooks asks for.
    #[error("it has {bytes} bytes; 24 to 64 are recommended")]
    Length {
        /// Its length.
        bytes: usize,
    },
    /// A text begins or ends with white space, which is part of the key.
    #[error(
        "it starts or ends with a space or line end, which is treated as part of the secret; `echo` may have added it"
    )]
    Space,
}

/// Reads a secret's text.
///
/// # Errors
/// See [`SecretError`]: what cannot be read strictly is refused, so that nothing weak is ever in use.
pub fn parse_secret(
    scheme: Scheme,
    format: SecretFormat,
    text: &str,
) -> Result<(ParsedSecret, Vec<SecretWarning>), SecretError> {
    let trimmed = text.trim_ascii();
    let bytes = match format {
        // Each byte of a text is part of the key, also a line end that `echo` added: hence the warning.
        SecretFormat::Text => Zeroizing::new(text.as_bytes().to_vec()),
        SecretFormat::Base64 => decode(trimmed)?,
        SecretFormat::Prefixed => {
            // Supabase shows `v1,whsec_…`.
            let text = trimmed.strip_prefix("v1,").unwrap_or(trimmed);
            if text.is_empty() {
                return Err(SecretError::Empty);
            }
            if let Some(public) = text.strip_prefix("whpk_") {
                return ed25519(scheme, public, false);
            }
            if let Some(pair) = text.strip_prefix("whsk_") {
                return ed25519(scheme, pair, true);
            }
            decode(text.strip_prefix("whsec_").ok_or(SecretError::NoPrefix)?)?
        }
    };
    hmac(scheme, format, bytes)
}

fn hmac(
    scheme: Scheme,
    format: SecretFormat,
    bytes: Zeroizing<Vec<u8>>,
) -> Result<(ParsedSecret, Vec<SecretWarning>), SecretError> {
    if bytes.is_empty() || (format == SecretFormat::Text && bytes.trim_ascii().is_empty()) {
        return Err(SecretError::Empty);
    }
    if format != SecretFormat::Text && bytes.len() > MOST_BYTES {
        return Err(SecretError::TooLong);
    }
    let odd = scheme.standard.is_some() && !RECOMMENDED_BYTES.contains(&bytes.len());
    let mut warnings = Vec::new();
    if odd {
        warnings.push(SecretWarning::Length { bytes: bytes.len() });
    }
    if format == SecretFormat::Text && bytes.trim_ascii().len() < bytes.len() {
        warnings.push(SecretWarning::Space);
    }
    // HMAC takes keys of any length.
    let sha256 = Hmac::new_from_slice(&bytes).map_err(|_| SecretError::Empty)?;
    Ok((ParsedSecret(Key::Hmac { sha256: Box::new(sha256), bytes }), warnings))
}

/// Standard base64, except that bits left over at the end are dropped: senders who cut random base64 to a length make
/// such secrets, and their libraries drop the bits too.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

/// Padding that was lost in copying is put back, unless so little is left that the text is rather a word than a secret.
fn decode(text: &str) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    if text.is_empty() {
        return Err(SecretError::Empty);
    }
    let unpadded = text.trim_end_matches('=');
    let padding = text.len() - unpadded.len();
    let missing = (4 - unpadded.len() % 4) % 4;
    if padding != 0 && padding != missing {
        return Err(SecretError::NotBase64);
    }
    let padded = Zeroizing::new(format!("{unpadded}{}", "=".repeat(missing)));
    let bytes = BASE64.decode(padded.as_bytes()).map(Zeroizing::new).map_err(|_| SecretError::NotBase64)?;
    if padding < missing && bytes.len() < SHORTEST_UNPADDED { Err(SecretError::NotBase64) } else { Ok(bytes) }
}

fn ed25519(
    scheme: Scheme,
    text: &str,
    is_pair: bool,
) -> Result<(ParsedSecret, Vec<SecretWarning>), SecretError> {
    if scheme.standard.is_none() {
        return Err(SecretError::NotSymmetric);
    }
    let bytes = decode(text).map_err(|_| SecretError::NotEd25519)?;
    let key = if is_pair {
        let pair: &[u8; 64] = bytes.as_slice().try_into().map_err(|_| SecretError::NotEd25519)?;
        SigningKey::from_keypair_bytes(pair).map(|pair| pair.verifying_key())
    } else {
        let public: &[u8; 32] = bytes.as_slice().try_into().map_err(|_| SecretError::NotEd25519)?;
        VerifyingKey::from_bytes(public)
    };
    let key = key.map_err(|_| SecretError::NotEd25519)?;
    // A key of small order verifies forged signatures.
    if key.is_weak() {
        return Err(SecretError::NotEd25519);
    }
    Ok((ParsedSecret(Key::Ed25519 { key: Box::new(key), is_public: !is_pair }), Vec::new()))
}

/// A new symmetric secret: `whsec_` and 32 random bytes in base64.
pub fn generate_secret() -> Result<String, getrandom::Error> {
    let mut bytes = Zeroizing::new([0_u8; 32]);
    getrandom::fill(bytes.as_mut())?;
    Ok(format!("whsec_{}", STANDARD.encode(&bytes[..])))
}

type Message<'m> = [Cow<'m, [u8]>];

impl ParsedSecret {
    /// Whether it is a public key: it verifies `v1a` signatures and nothing else.
    pub fn is_public_key(&self) -> bool {
        matches!(self.0, Key::Ed25519 { is_public: true, .. })
    }

    /// An HMAC, written out; none when the key is a public one, which must never serve as an HMAC key.
    pub(super) fn mac(
        &self,
        algorithm: Algorithm,
        encoding: Encoding,
        message: &Message<'_>,
    ) -> Option<String> {
        let Key::Hmac { sha256, bytes } = &self.0 else { return None };
        let mac = match algorithm {
            Algorithm::Sha1 => finish(Hmac::<Sha1>::new_from_slice(bytes).ok()?, message),
            Algorithm::Sha256 => finish((**sha256).clone(), message),
            Algorithm::Sha512 => finish(Hmac::<Sha512>::new_from_slice(bytes).ok()?, message),
        };
        Some(match encoding {
            Encoding::Base64 => STANDARD.encode(mac),
            Encoding::Hex => hex(&mac),
        })
    }

    /// Whether it verifies and does not sign.
    pub fn is_verify_only(&self) -> bool {
        self.is_ed25519()
    }

    /// Whether it verifies ed25519 signatures, and so no others.
    pub(super) fn is_ed25519(&self) -> bool {
        self.public_key().is_some()
    }

    /// The key for ed25519 signatures.
    pub(super) fn public_key(&self) -> Option<&VerifyingKey> {
        match &self.0 {
            Key::Ed25519 { key, .. } => Some(key),
            Key::Hmac { .. } => None,
        }
    }

    /// The secret as a token in a header; none when it is a key for ed25519 or holds what no header may.
    pub(super) fn token(&self) -> Option<&str> {
        let Key::Hmac { bytes, .. } = &self.0 else { return None };
        std::str::from_utf8(bytes).ok().filter(|text| text.bytes().all(|b| (b' '..=b'~').contains(&b)))
    }

    /// Whether the text is the secret itself.
    pub(super) fn is_token(&self, text: &str) -> bool {
        let Key::Hmac { bytes, .. } = &self.0 else { return false };
        bytes.ct_eq(text.as_bytes()).into()
    }
}

fn finish(mut mac: impl Mac, message: &Message<'_>) -> Vec<u8> {
    message.iter().for_each(|piece| mac.update(piece));
    mac.finalize().into_bytes().to_vec()
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    use fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string does not fail.
        let _always_fits = write!(text, "{byte:02x}");
        text
    })
}
