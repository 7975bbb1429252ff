//! Secrets that stay where a secrets manager keeps them: `env:NAME` and `file:/path`.

use secrecy::SecretString;
use std::{
    fmt, fs,
    path::{Path, PathBuf},
    str::FromStr,
    time::SystemTime,
};

/// Nobody's secret is longer; a larger file is another thing named by mistake.
const MOST_BYTES: u64 = 4_096;

/// Where a secret is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reference {
    /// An environment variable of the server.
    Env(String),
    /// A file that the server can read. One line end at its end is no part of the secret.
    File(PathBuf),
}

/// Why a reference leads nowhere. Never holds what it leads to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// The variable is not set.
    #[error("the server has no environment variable `{0}`")]
    NoVariable(String),
    /// The file cannot be read.
    #[error("the server cannot read {path}: {error}")]
    File {
        /// Its path.
        path: String,
        /// What the system said.
        error: String,
    },
    /// The file is too large to be a secret.
    #[error("{0} is larger than 4096 bytes, which no secret is")]
    TooLarge(String),
    /// What is there is not text.
    #[error("{0} is not UTF-8 text")]
    NotText(String),
}

impl FromStr for Reference {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const RIGHT: &str = "write env:NAME or file:/run/secrets/name";
        let text = text.trim();
        if let Some(name) = text.strip_prefix("env:") {
            let word = !name.is_empty()
                && !name.starts_with(|c: char| c.is_ascii_digit())
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
            return match word {
                true if name.starts_with("HOOKPOST_") => {
                    Err("variables that begin with HOOKPOST_ are settings of the server; name another one"
                        .into())
                }
                true => Ok(Self::Env(name.into())),
                false => Err(format!("`{name}` is no name of a variable; {RIGHT}")),
            };
        }
        match text.strip_prefix("file:") {
            Some(path) if Path::new(path).is_absolute() && path.len() <= 1_024 => Ok(Self::File(path.into())),
            Some(_) => Err(format!("give the file's whole path; {RIGHT}")),
            None => Err(RIGHT.into()),
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "env:{name}"),
            Self::File(path) => write!(f, "file:{}", path.display()),
        }
    }
}

impl Reference {
    /// The secret as it is now.
    ///
    /// # Errors
    /// See [`ReferenceError`].
    pub fn resolve(&self) -> Result<SecretString, ReferenceError> {
        match self {
            Self::Env(name) => {
                std::env::var(name).map(Into::into).map_err(|_| ReferenceError::NoVariable(name.clone()))
            }
            Self::File(path) => read(path),
        }
    }

    /// What tells whether it has changed since; none for what cannot change while the server runs, or is gone.
    pub fn stamp(&self) -> Option<(SystemTime, u64)> {
        let Self::File(path) = self else { return None };
        let metadata = fs::metadata(path).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    }
}

fn read(path: &Path) -> Result<SecretString, ReferenceError> {
    let shown = || path.display().to_string();
    let file_error = |error: std::io::Error| ReferenceError::File { path: shown(), error: error.to_string() };
    let metadata = fs::metadata(path).map_err(file_error)?;
    // A pipe or a device would hold the server up.
    if !metadata.is_file() {
        return Err(ReferenceError::File { path: shown(), error: "it is not a file".into() });
    }
    if metadata.len() > MOST_BYTES {
        return Err(ReferenceError::TooLarge(shown()));
    }
    let text = String::from_utf8(fs::read(path).map_err(file_error)?)
        .map_err(|_| ReferenceError::NotText(shown()))?;
    let line = text.strip_suffix('\n').map_or(text.as_str(), |line| line.strip_suffix('\r').unwrap_or(line));
    Ok(line.to_owned().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    #[test]
    fn a_reference_survives_its_text_and_nonsense_says_what_is_right() {
        for text in ["env:OPENAI_WEBHOOK_SECRET", "file:/run/secrets/openai"] {
            assert_eq!(text.parse::<Reference>().unwrap().to_string(), text);
        }
        for text in ["", "env:", "env:A B", "env:1A", "file:x", "whsec_x", "env:HOOKPOST_ENCRYPTION_KEY"] {
            assert!(text.parse::<Reference>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_file_is_read_without_its_last_line_end_and_a_missing_one_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s");
        fs::write(&path, "whsec_x\r\n").unwrap();
        let reference = Reference::File(path.clone());
        assert_eq!(reference.resolve().unwrap().expose_secret(), "whsec_x");
        assert!(reference.stamp().is_some());
        fs::write(&path, vec![b'x'; 5_000]).unwrap();
        assert!(matches!(reference.resolve(), Err(ReferenceError::TooLarge(_))));
        fs::remove_file(&path).unwrap();
        let error = reference.resolve().unwrap_err().to_string();
        assert!(error.starts_with("the server cannot read /"), "{error}");
        assert!(Reference::File(dir.path().into()).resolve().is_err(), "a folder is no secret");
    }
}
