//! Passwords: argon2id with the least parameters that OWASP names (19 MiB, 2 passes, 1 lane).

use crate::error::{AppError, invalid};
use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use secrecy::{ExposeSecret, SecretString};
use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};
use tokio::sync::Semaphore;

/// Each takes 19 MiB and a core for a moment: more at a time would let strangers use up the machine.
const AT_A_TIME: usize = 2;
/// Longer nobody waits for their turn: a flood of logins is turned away instead of queued.
const LONGEST_QUEUE: Duration = Duration::from_secs(5);
/// Without a second factor, length is what counts.
const SHORTEST: usize = 12;
/// Long enough for every passphrase; bounds the work per attempt.
const LONGEST: usize = 256;

/// What is tried first. Only those that are long enough to pass otherwise; lower case.
const COMMON: &[&str] = &[
    "098765432109",
    "1234567890ab",
    "123456789012",
    "1234567890123",
    "12345678901234",
    "123456789012345",
    "1234567890123456",
    "123456789abc",
    "123456789qwerty",
    "123qweasdzxc",
    "1q2w3e4r5t6y",
    "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc",
    "1qaz2wsx3edc4rfv",
    "abcdefghijkl",
    "abcdefghijklmnopqrstuvwxyz",
    "abcd12345678",
    "abc123456789",
    "admin1234567",
    "administrator",
    "administrator1",
    "changemenow1",
    "correcthorsebatterystaple",
    "football1234",
    "iloveyou1234",
    "letmein12345",
    "p@ssw0rd1234",
    "passw0rd1234",
    "password!123",
    "password1234",
    "password12345",
    "password123456",
    "qwerty123456",
    "qwertyuiop123",
    "qwertyuiopasdfghjkl",
    "qwertyuiopasdfghjklzxcvbnm",
    "welcome12345",
];

/// Verified against when there is no such user, so that the answer takes as long.
static DUMMY: LazyLock<String> = LazyLock::new(|| hash_now("nobody has this password").unwrap_or_default());

/// Hashes and verifies on threads of their own, a few at a time.
#[derive(Clone, Debug)]
pub struct Hasher(Arc<Semaphore>);

impl Default for Hasher {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_A_TIME)))
    }
}

impl Hasher {
    /// The PHC string of a password.
    ///
    /// # Errors
    /// Too many wait already, or the system gives no memory, thread or randomness.
    pub async fn hash(&self, password: SecretString) -> Result<String, AppError> {
        let hash = self.work(move || hash_now(password.expose_secret())).await?;
        hash.ok_or(AppError::Internal)
    }

    /// Whether the password is the one with this hash. Without a hash (no such user) it does the same work and says no.
    ///
    /// # Errors
    /// Too many wait already, or the system gives no thread.
    pub async fn verify(&self, password: SecretString, hash: Option<String>) -> Result<bool, AppError> {
        self.work(move || {
            let known = hash.is_some();
            let hash = hash.unwrap_or_else(|| DUMMY.clone());
            let matches =
                Argon2::default().verify_password(password.expose_secret().as_bytes(), hash.as_str()).is_ok();
            matches && known
        })
        .await
    }

    async fn work<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T, AppError> {
        let turn = tokio::time::timeout(LONGEST_QUEUE, self.0.clone().acquire_owned()).await;
        let busy = |_| AppError::TooManyRequests { retry_after_s: LONGEST_QUEUE.as_secs() };
        // The semaphore is never closed.
        let place = turn.map_err(busy)?.map_err(|_| AppError::Internal)?;
        let work = move || {
            let done = job();
            // Held until here: who hangs up early must not make room for one more.
            drop(place);
            done
        };
        tokio::task::spawn_blocking(work).await.map_err(|error| {
            tracing::error!(%error, "hashing a password failed: {error}");
            AppError::Internal
        })
    }
}

/// Whether a hash was made with weaker parameters than those in use: it is made anew at the next login.
pub fn is_outdated(hash: &str) -> bool {
    let current = argon2::Params::default();
    let made_with = PasswordHash::new(hash).ok().and_then(|hash| argon2::Params::try_from(&hash).ok());
    made_with.is_none_or(|made| (made.m_cost(), made.t_cost()) < (current.m_cost(), current.t_cost()))
}

fn hash_now(password: &str) -> Option<String> {
    let hash: PasswordHash = Argon2::default().hash_password(password.as_bytes()).ok()?;
    Some(hash.to_string())
}

/// Whether a password may be chosen: long enough and not what is tried first. Any characters, no rules on their kinds.
///
/// # Errors
/// A sentence for the field `password`.
pub fn check(password: &SecretString, email: &str) -> Result<(), AppError> {
    let text = password.expose_secret();
    let length = text.chars().count();
    if !(SHORTEST..=LONGEST).contains(&length) {
        return Err(invalid(
            "password",
            format!("password: give {SHORTEST} to {LONGEST} characters; a few words will do"),
        ));
    }
    let lower = text.to_lowercase();
    if repeats(&lower) || COMMON.contains(&lower.as_str()) || lower == email {
        return Err(invalid(
            "password",
            "password: this one is among the first to be guessed; choose another",
        ));
    }
    Ok(())
}

/// Whether it is one short piece over and over: `aaaaaaaaaaaa`, `123123123123`, `passwordpassword`.
fn repeats(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    (1..=8).any(|piece| chars.len() > piece && chars.iter().zip(&chars[piece..]).all(|(a, b)| a == b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_verifies_against_its_own_hash_only() {
        let hasher = Hasher::default();
        let hash = hasher.hash("correct horse battery".to_owned().into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(!is_outdated(&hash));
        let verify = |text: &str, hash: Option<String>| hasher.verify(text.to_owned().into(), hash);
        assert!(verify("correct horse battery", Some(hash.clone())).await.unwrap());
        assert!(!verify("correct horse", Some(hash)).await.unwrap());
        assert!(!verify("nobody has this password", None).await.unwrap());
        assert!(!verify("", Some(String::new())).await.unwrap());
    }

    #[test]
    fn weaker_hashes_are_made_anew() {
        assert!(is_outdated(
            "$argon2id$v=19$m=4096,t=2,p=1$c29tZXNhbHQ$MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI"
        ));
        assert!(is_outdated("nonsense"));
    }

    #[test]
    fn length_counts_and_the_obvious_is_refused() {
        let check = |text: &str| check(&text.to_owned().into(), "admin@example.com").is_ok();
        assert!(check("correct horse battery"));
        assert!(check("ünïcödé is wëlcome"));
        for bad in [
            "short",
            "aaaaaaaaaaaaaaa",
            "123123123123",
            "PasswordPassword",
            "Qwerty123456",
            "Admin@example.com",
            &"x y".repeat(100),
        ] {
            assert!(!check(bad), "{bad}");
        }
    }

    #[test]
    fn the_list_holds_only_what_would_pass_otherwise() {
        for common in COMMON {
            assert!(
                common.len() >= SHORTEST && *common == common.to_lowercase() && !repeats(common),
                "{common}"
            );
        }
    }

    #[tokio::test]
    async fn a_hash_that_nobody_waits_for_any_more_keeps_its_place() {
        let hasher = Hasher::default();
        let (release, held) = std::sync::mpsc::channel::<()>();
        let job = hasher.work(move || held.recv().is_ok());
        let _hung_up = tokio::time::timeout(Duration::from_millis(50), job).await;
        assert_eq!(hasher.0.available_permits(), AT_A_TIME - 1);
        release.send(()).unwrap();
    }
}
