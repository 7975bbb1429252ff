//! The master key, and sealing of what must be readable again (signing secrets).
//!
//! XChaCha20-Poly1305 with a random 24-byte nonce in front of the ciphertext. The associated data is the id of the
//! row, so that a sealed value moved to another row does not open.

pub(crate) mod key_file;

use base64::{Engine, engine::general_purpose::STANDARD};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use sha2::{Digest, Sha256};
use std::{fmt, path::Path};
use zeroize::Zeroizing;

const NONCE_LEN: usize = 24;
/// Bytes of a key.
pub const KEY_LEN: usize = 32;

/// Seals and opens secrets.
#[derive(Clone)]
pub struct MasterKey(XChaCha20Poly1305);

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey([redacted])")
    }
}

/// Why there is no usable master key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The text is not a key.
    #[error(
        "{origin}: not a master key; it must be 32 bytes in base64, for example from `openssl rand -base64 32`"
    )]
    Malformed {
        /// The variable or file it came from.
        origin: String,
    },
    /// The key file cannot be read or made.
    #[error("key file {path}: {error}")]
    File {
        /// Its path.
        path: String,
        /// What the system said.
        error: std::io::Error,
    },
    /// There is a database, but not the key that its secrets were sealed with.
    #[error(
        "key file {path}: missing, and a new key could not decrypt the secrets in the database; restore the key from its backup, or set HOOKPOST_ENCRYPTION_KEY_FILE"
    )]
    Missing {
        /// Where it should be.
        path: String,
    },
    /// The system gave no random bytes.
    #[error("the system's random generator failed: {0}")]
    Random(#[from] getrandom::Error),
}

/// A key that lies in the database, itself sealed with the master key: what there is much of is sealed with it, so that
/// another master key does not mean to seal all of that again.
#[derive(Clone)]
pub struct DataKey(XChaCha20Poly1305);

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey([redacted])")
    }
}

/// A sealed value does not open: wrong key, wrong row or damaged.
#[derive(Debug, thiserror::Error)]
#[error("an encrypted value can't be decrypted: it was encrypted with another master key")]
pub struct OpenError;

impl MasterKey {
    /// Reads a key from its base64 text. `origin` names where the text came from.
    ///
    /// # Errors
    /// When it is not 32 bytes in base64.
    pub fn from_base64(text: &str, origin: &str) -> Result<Self, KeyError> {
        let bytes = Zeroizing::new(STANDARD.decode(text.trim()).unwrap_or_default());
        let cipher = XChaCha20Poly1305::new_from_slice(&bytes)
            .map_err(|_| KeyError::Malformed { origin: origin.to_owned() })?;
        Ok(Self(cipher))
    }

    /// Reads a key file. None when there is none.
    ///
    /// # Errors
    /// When it cannot be read or does not hold a key.
    pub fn read(path: &Path) -> Result<Option<Self>, KeyError> {
        key_file::read(path)
    }

    /// Makes a file with a new key, readable by its owner alone.
    ///
    /// # Errors
    /// When there is such a file or it cannot be written.
    pub fn create(path: &Path) -> Result<Self, KeyError> {
        key_file::create(path, None)
    }

    /// Reads the key file, or makes it with a new key, readable by its owner alone. Says whether it was made.
    ///
    /// # Errors
    /// When the file cannot be read or written, or does not hold a key.
    pub fn from_file(path: &Path) -> Result<(Self, bool), KeyError> {
        key_file::read_or_create(path)
    }

    /// Seals `plain` for the row `id`.
    pub fn seal(&self, id: &[u8], plain: &[u8]) -> Result<Vec<u8>, getrandom::Error> {
        seal(&self.0, id, plain)
    }

    /// Opens what [`Self::seal`] sealed for the same row.
    ///
    /// # Errors
    /// When the key or the row is another one, or the value is damaged.
    pub fn open(&self, id: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        open(&self.0, id, sealed)
    }
}

impl DataKey {
    /// Takes over the bytes of a key.
    pub fn from_bytes(bytes: &[u8; KEY_LEN]) -> Self {
        Self(XChaCha20Poly1305::new(&(*bytes).into()))
    }

    /// As [`MasterKey::seal`].
    pub fn seal(&self, row: &[u8], plain: &[u8]) -> Result<Vec<u8>, getrandom::Error> {
        seal(&self.0, row, plain)
    }

    /// As [`MasterKey::open`].
    ///
    /// # Errors
    /// When the key or the row is another one, or the value is damaged.
    pub fn open(&self, row: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        open(&self.0, row, sealed)
    }
}

fn seal(cipher: &XChaCha20Poly1305, row: &[u8], plain: &[u8]) -> Result<Vec<u8>, getrandom::Error> {
    let nonce = random::<NONCE_LEN>()?;
    // Encrypting fails only for inputs of many gigabytes.
    let sealed = cipher
        .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: row })
        .map_err(|_| getrandom::Error::UNEXPECTED)?;
    Ok([&nonce[..], &sealed].concat())
}

fn open(cipher: &XChaCha20Poly1305, row: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let (nonce, rest) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(OpenError)?;
    let plain =
        cipher.decrypt(&XNonce::from(*nonce), Payload { msg: rest, aad: row }).map_err(|_| OpenError)?;
    Ok(Zeroizing::new(plain))
}

/// Random bytes from the system.
pub fn random<const N: usize>() -> Result<[u8; N], getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// A token for URLs and cookies: `N` random bytes in lower-case hexadecimal.
pub fn token<const N: usize>() -> Result<String, getrandom::Error> {
    Ok(random::<N>()?.iter().map(|b| format!("{b:02x}")).collect())
}

/// SHA-256, for tokens that are stored only as their hash.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_value_opens_only_with_its_key_and_row() {
        let dir = tempfile::tempdir().unwrap();
        let (key, made) = MasterKey::from_file(&dir.path().join("k")).unwrap();
        let (again, made_again) = MasterKey::from_file(&dir.path().join("k")).unwrap();
        let (other, _) = MasterKey::from_file(&dir.path().join("other")).unwrap();
        assert!(made && !made_again);
        let sealed = key.seal(b"row 1", b"whsec_x").unwrap();
        assert_eq!(again.open(b"row 1", &sealed).unwrap().as_slice(), b"whsec_x");
        assert!(again.open(b"row 2", &sealed).is_err());
        assert!(other.open(b"row 1", &sealed).is_err());
        assert!(key.open(b"row 1", &sealed[..10]).is_err());
    }

    #[test]
    fn a_data_key_opens_what_it_sealed_for_the_same_row_alone() {
        let (key, other) = (DataKey::from_bytes(&[1; 32]), DataKey::from_bytes(&[2; 32]));
        let sealed = key.seal(b"row 1", b"token").unwrap();
        assert_eq!(key.open(b"row 1", &sealed).unwrap().as_slice(), b"token");
        assert!(key.open(b"row 2", &sealed).is_err() && other.open(b"row 1", &sealed).is_err());
    }

    #[test]
    fn a_short_key_is_refused_by_name() {
        let error = MasterKey::from_base64("c2hvcnQ=", "HOOKPOST_ENCRYPTION_KEY").unwrap_err();
        assert!(error.to_string().starts_with("HOOKPOST_ENCRYPTION_KEY: not a master key"));
    }
}
