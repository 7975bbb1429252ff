//! Secrets that stay where a secrets manager keeps them: `env:NAME` and `file:/path`.
//!
//! Who may name them is an admin of the web interface; which of them there are to be named is up to the operator of the
//! machine, who says it with `--secret-dirs` and `--secret-env`. Whatever is wrong, people on the web read one sentence, so
//! that nobody finds out by asking what is on the machine; the log has the reason.

use crate::runtime::config::AllowedReferences;
use rustix::fs::{Mode, OFlags};
use secrecy::SecretString;
use std::{
    fmt,
    fs::{self, File, Metadata},
    io::{self, Read},
    os::unix::fs::MetadataExt,
    path::{Component, Path, PathBuf},
    str::FromStr,
    time::SystemTime,
};
use zeroize::Zeroizing;

/// Nobody's secret is longer; a larger file is another thing named by mistake.
const MOST_BYTES: usize = 4_096;

/// What people on the web are told of a reference that cannot be used, whatever the reason is.
pub const CANNOT_BE_USED: &str = "the server can't use it. The operator allows folders and variables with \
                                  --secret-dirs (HOOKPOST_SECRET_DIRS) and --secret-env (HOOKPOST_SECRET_ENV). \
                                  See the server's log for the reason";

impl AllowedReferences {
    /// Whether the operator allows it, as far as its text tells.
    pub fn admits(&self, reference: &Reference) -> bool {
        match reference {
            Reference::Env(name) => self.env.iter().any(|allowed| match allowed.strip_suffix('*') {
                Some(beginning) => name.starts_with(beginning),
                None => name == allowed,
            }),
            Reference::File(path) => self.dirs.iter().any(|dir| path.starts_with(dir)),
        }
    }

    /// The file that a path leads to, if that lies where the operator allows it. Links within such a folder are followed,
    /// as Kubernetes mounts have them; those that lead out of it lead nowhere.
    fn real(&self, path: &Path) -> Result<PathBuf, ReferenceError> {
        let outside = || ReferenceError::Outside(path.display().to_string());
        // Not even whether it is there is asked of a path that lies elsewhere.
        let is_in = |path: &Path, dir: &Path| path != dir && path.starts_with(dir);
        let real_dir = |dir: &PathBuf| dir.canonicalize().ok();
        let dirs: Vec<PathBuf> = self.dirs.iter().filter_map(real_dir).collect();
        if !self.dirs.iter().chain(&dirs).any(|dir| is_in(path, dir)) {
            return Err(outside());
        }
        let real = path.canonicalize().map_err(|error| file_error(path, &error))?;
        let is_special = SPECIAL.iter().any(|dir| real.starts_with(dir));
        if is_special || !dirs.iter().any(|dir| is_in(&real, dir)) {
            return Err(outside());
        }
        Ok(real)
    }

    /// Whether this is the database, the master key, or what lies beside them under their names.
    fn is_own(&self, real: &Path, found: &Metadata) -> bool {
        let same = |own: &Metadata| (own.dev(), own.ino()) == (found.dev(), found.ino());
        self.own.iter().any(|own| {
            let own_real = own.canonicalize().unwrap_or_else(|_| own.clone());
            let begins = |own: &Path| {
                own.parent() == real.parent()
                    && match (own.file_name(), real.file_name()) {
                        (Some(own), Some(name)) => {
                            name.as_encoded_bytes().starts_with(own.as_encoded_bytes())
                        }
                        _ => false,
                    }
            };
            begins(own) || begins(&own_real) || fs::metadata(own).is_ok_and(|own| same(&own))
        })
    }
}

/// What looks like files here is made by the kernel: the environment of this very process, for one.
const SPECIAL: [&str; 3] = ["/proc", "/sys", "/dev"];

/// Where a secret is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reference {
    /// An environment variable of the server.
    Env(String),
    /// A file that the server can read. One line end at its end is not part of the secret.
    File(PathBuf),
}

/// Why a reference leads nowhere, for the operator. Never holds what it leads to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// The operator does not allow the variable.
    #[error(
        "the variable `{0}` is not allowed: to allow it, start the server with --secret-env {0} (HOOKPOST_SECRET_ENV)"
    )]
    EnvNotAllowed(String),
    /// The variable is not set.
    #[error("the server has no environment variable `{0}`")]
    NoVariable(String),
    /// It lies in no folder that the operator allows.
    #[error(
        "{0} is not in an allowed folder: to allow it, start the server with --secret-dirs (HOOKPOST_SECRET_DIRS) and the folder"
    )]
    Outside(String),
    /// The file cannot be read.
    #[error("the server cannot read {path}: {error}")]
    File {
        /// Its path.
        path: String,
        /// What the system said.
        error: String,
    },
    /// It is a folder, a pipe, a device, or made by the kernel.
    #[error("{0} is not a regular file")]
    NotAFile(String),
    /// It is the database or the master key.
    #[error("{0} belongs to Hookpost itself")]
    Own(String),
    /// It is too large to be a secret.
    #[error("{0} is larger than 4096 bytes and can't be a secret")]
    TooLarge(String),
    /// What is there is not text.
    #[error("{0} is not UTF-8 text")]
    NotText(String),
}

fn file_error(path: &Path, error: &io::Error) -> ReferenceError {
    ReferenceError::File { path: path.display().to_string(), error: error.to_string() }
}

impl FromStr for Reference {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const RIGHT: &str = "use env:NAME or file:/run/secrets/name";
        let text = text.trim();
        if let Some(name) = text.strip_prefix("env:") {
            let word = !name.is_empty()
                && !name.starts_with(|c: char| c.is_ascii_digit())
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
            return match word {
                true if name.starts_with("HOOKPOST_") => {
                    Err("variables starting with HOOKPOST_ are server settings and can't be used".into())
                }
                true => Ok(Self::Env(name.into())),
                false => Err(format!("`{name}` is not a variable name; {RIGHT}")),
            };
        }
        match text.strip_prefix("file:") {
            Some(path) if Path::new(path).components().any(|part| part == Component::ParentDir) => {
                Err(format!("the path can't contain `..`; {RIGHT}"))
            }
            Some(path) if Path::new(path).is_absolute() && path.len() <= 1_024 => Ok(Self::File(path.into())),
            Some(_) => Err(format!("the path must be absolute; {RIGHT}")),
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

/// What tells whether a file has changed.
pub type Stamp = Option<(SystemTime, u64, u64)>;

impl Reference {
    /// The secret as it is now.
    ///
    /// # Errors
    /// See [`ReferenceError`].
    pub fn resolve(&self, allowed: &AllowedReferences) -> Result<SecretString, ReferenceError> {
        match self {
            Self::Env(name) if !allowed.admits(self) => Err(ReferenceError::EnvNotAllowed(name.clone())),
            Self::Env(name) => match std::env::var(name) {
                Ok(text) if text.len() > MOST_BYTES => Err(ReferenceError::TooLarge(self.to_string())),
                Ok(text) => Ok(text.into()),
                Err(_) => Err(ReferenceError::NoVariable(name.clone())),
            },
            Self::File(path) => read(path, allowed),
        }
    }

    /// What tells whether it has changed since; none for what cannot change while the server runs, is gone, or is not
    /// allowed.
    pub fn stamp(&self, allowed: &AllowedReferences) -> Stamp {
        let Self::File(path) = self else { return None };
        let metadata = fs::metadata(allowed.real(path).ok()?).ok()?;
        Some((metadata.modified().ok()?, metadata.len(), metadata.ino()))
    }
}

fn read(path: &Path, allowed: &AllowedReferences) -> Result<SecretString, ReferenceError> {
    let shown = || path.display().to_string();
    let failed = |error: io::Error| file_error(path, &error);
    let real = allowed.real(path)?;
    // Before it is opened: closing a file of the database again would end SQLite's locks on it.
    if allowed.is_own(&real, &fs::metadata(&real).map_err(failed)?) {
        return Err(ReferenceError::Own(shown()));
    }
    let file = open(&real).map_err(failed)?;
    let found = file.metadata().map_err(failed)?;
    if !found.is_file() || is_made_by_the_kernel(&file) {
        return Err(ReferenceError::NotAFile(shown()));
    }
    if allowed.is_own(&real, &found) {
        return Err(ReferenceError::Own(shown()));
    }
    // Whatever size it says it has.
    let mut bytes = Zeroizing::new(Vec::with_capacity(256));
    file.take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() > MOST_BYTES {
        return Err(ReferenceError::TooLarge(shown()));
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| ReferenceError::NotText(shown()))?;
    let line = text.strip_suffix('\n').map_or(text, |line| line.strip_suffix('\r').unwrap_or(line));
    Ok(line.to_owned().into())
}

/// Opens a path without following a link that took the place of a part of it meanwhile, and without waiting for what may
/// write into a pipe.
fn open(real: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::NOCTTY | OFlags::CLOEXEC;
    #[cfg(target_os = "linux")]
    {
        use rustix::{
            fs::{CWD, ResolveFlags, openat2},
            io::Errno,
        };
        match openat2(CWD, real, flags, Mode::empty(), ResolveFlags::NO_SYMLINKS) {
            // An older kernel, or a sandbox that does not know the call.
            Err(Errno::NOSYS | Errno::PERM) => {}
            opened => return Ok(File::from(opened?)),
        }
    }
    Ok(File::from(rustix::fs::open(real, flags, Mode::empty())?))
}

/// `/proc` may be mounted anywhere.
#[cfg(target_os = "linux")]
fn is_made_by_the_kernel(file: &File) -> bool {
    const SYSFS_MAGIC: rustix::fs::FsWord = 0x6265_6572;
    rustix::fs::fstatfs(file)
        .map_or(true, |found| [rustix::fs::PROC_SUPER_MAGIC, SYSFS_MAGIC].contains(&found.f_type))
}

#[cfg(not(target_os = "linux"))]
fn is_made_by_the_kernel(_file: &File) -> bool {
    false
}

#[cfg(test)]
mod tests;
