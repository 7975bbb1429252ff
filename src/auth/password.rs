//! Passwords: argon2id with the least parameters that OWASP names (19 MiB, 2 passes, 1 lane).

mod strength;

use crate::model::error::{AppError, invalid};
use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use secrecy::{ExposeSecret, SecretString};
use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};
use strength::Context;
use tokio::sync::Semaphore;

/// Each takes 19 MiB and a core for a moment: more at a time would let strangers use up the machine.
const AT_A_TIME: usize = 1;
/// Longer nobody waits for their turn: a flood of logins is turned away instead of queued.
const LONGEST_QUEUE: Duration = Duration::from_secs(5);
/// Without a second factor, length is what counts.
const SHORTEST: usize = 12;
/// Long enough for every passphrase; bounds the work per attempt.
const LONGEST: usize = 256;

/// Verified against when there is no such user, so that the answer takes as long.
static DUMMY: LazyLock<String> = LazyLock::new(|| hash_now("nobody has this password").unwrap_or_default());

/// Whose turn it is waited for: strangers, however many, take no turn of those who are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Anyone.
    Strangers,
    /// A known browser, a session, a one-time link, the command line.
    Known,
}

/// Hashes and verifies on threads of their own, one at a time in each lane.
#[derive(Clone, Debug)]
pub struct Hasher {
    strangers: Arc<Semaphore>,
    known: Arc<Semaphore>,
    /// What the server is called: nobody shall make a password of it.
    server: Arc<str>,
}

impl Hasher {
    /// For a server that people reach under this URL; empty when it has none.
    pub fn new(server: &str) -> Self {
        let lane = || Arc::new(Semaphore::new(AT_A_TIME));
        Self { strangers: lane(), known: lane(), server: server.into() }
    }

    /// The PHC string of a password that is in use already.
    ///
    /// # Errors
    /// Too many wait already, or the system gives no memory, thread or randomness.
    pub async fn hash(&self, password: SecretString) -> Result<String, AppError> {
        let hash = self.work(Lane::Known, move || hash_now(password.expose_secret())).await?;
        hash.ok_or(AppError::Internal)
    }

    /// The PHC string of a password that the user with this e-mail shall have.
    ///
    /// # Errors
    /// A sentence for the field `password` that says why it cannot be taken; or as [`Self::hash`].
    pub async fn choose(&self, password: SecretString, email: &str) -> Result<String, AppError> {
        let context = Context::new(email, &self.server);
        self.work(Lane::Known, move || {
            check(&password, &context)?;
            hash_now(password.expose_secret()).ok_or(AppError::Internal)
        })
        .await?
    }

    /// Whether the password is the one with this hash. Without a hash (no such user) it does the same work and says no.
    ///
    /// # Errors
    /// Too many wait already, or the system gives no thread.
    pub async fn verify(
        &self,
        lane: Lane,
        password: SecretString,
        hash: Option<String>,
    ) -> Result<bool, AppError> {
        self.work(lane, move || {
            let known = hash.is_some();
            let hash = hash.unwrap_or_else(|| DUMMY.clone());
            let matches =
                Argon2::default().verify_password(password.expose_secret().as_bytes(), hash.as_str()).is_ok();
            matches && known
        })
        .await
    }

    async fn work<T: Send + 'static>(
        &self,
        lane: Lane,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, AppError> {
        let lane = match lane {
            Lane::Strangers => &self.strangers,
            Lane::Known => &self.known,
        };
        let turn = tokio::time::timeout(LONGEST_QUEUE, lane.clone().acquire_owned()).await;
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

/// Whether a hash was made with weaker parameters than those in use: it is made again at the next login.
pub fn is_outdated(hash: &str) -> bool {
    let current = argon2::Params::default();
    let made_with = PasswordHash::new(hash).ok().and_then(|hash| argon2::Params::try_from(&hash).ok());
    made_with.is_none_or(|made| (made.m_cost(), made.t_cost()) < (current.m_cost(), current.t_cost()))
}

fn hash_now(password: &str) -> Option<String> {
    let hash: PasswordHash = Argon2::default().hash_password(password.as_bytes()).ok()?;
    Some(hash.to_string())
}

/// Whether a password may be chosen: long enough and hard to guess. Any characters, no rules on their kinds.
///
/// # Errors
/// A sentence for the field `password`.
fn check(password: &SecretString, context: &Context) -> Result<(), AppError> {
    let text = password.expose_secret();
    let length = text.chars().count();
    if !(SHORTEST..=LONGEST).contains(&length) {
        return Err(invalid(
            "password",
            format!("password: must be {SHORTEST} to {LONGEST} characters; a few words work well"),
        ));
    }
    match strength::weakness(text, context) {
        None => Ok(()),
        Some(why) => Err(invalid(
            "password",
            format!("password: too easy to guess: {why}. Use four unrelated words or a password manager"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> SecretString {
        text.to_owned().into()
    }

    #[tokio::test]
    async fn a_password_verifies_against_its_own_hash_only() {
        let hasher = Hasher::new("");
        let hash = hasher.hash(secret("correct horse battery")).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(!is_outdated(&hash));
        let verify = |text: &str, hash: Option<String>| hasher.verify(Lane::Strangers, secret(text), hash);
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
        let check = |text: &str| check(&secret(text), &Context::new("admin@example.com", ""));
        assert_eq!(check("correct horse battery"), Ok(()));
        let why = |text: &str| check(text).unwrap_err().to_string();
        for bad in ["short", &"x y".repeat(100)] {
            assert!(why(bad).starts_with("password: must be 12 to 256 characters"), "{bad}");
        }
        for bad in ["Admin@example.com", "Qwerty123456"] {
            assert!(why(bad).starts_with("password: too easy to guess"), "{bad}");
        }
    }

    #[tokio::test]
    async fn a_hash_that_nobody_waits_for_any_more_keeps_its_place() {
        let hasher = Hasher::new("");
        let (release, held) = std::sync::mpsc::channel::<()>();
        let job = hasher.work(Lane::Strangers, move || held.recv().is_ok());
        let _hung_up = tokio::time::timeout(Duration::from_millis(50), job).await;
        assert_eq!(hasher.strangers.available_permits(), AT_A_TIME - 1);
        assert_eq!(
            hasher.known.available_permits(),
            AT_A_TIME,
            "those who are known do not wait for strangers"
        );
        release.send(()).unwrap();
    }
}
