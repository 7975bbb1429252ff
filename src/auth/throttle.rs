//! Slowing down the guessing of passwords.
//!
//! Per account: after five failures each further one doubles a wait, up to fifteen minutes, which a success clears; so
//! nobody is locked out for good. Accounts that do not exist are treated alike. Per address: twenty attempts a minute.
//! An attempt counts as failed from its start until it succeeds: of many at once only five are looked at.

use crate::{clock::Clock, crypto::sha256, error::AppError};
use governor::{
    Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
    state::keyed::DashMapStateStore,
};
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::{Mutex, MutexGuard, PoisonError},
};

const FREE_FAILURES: u32 = 5;
const FIRST_WAIT_MS: i64 = 2_000;
const LONGEST_WAIT_MS: i64 = 15 * 60_000;
/// An account that was left alone this long starts afresh.
const FORGET_MS: i64 = 24 * 3_600_000;
/// More accounts than these are not kept in mind; the oldest failures go.
const MOST_ACCOUNTS: usize = 10_000;
const PER_ADDRESS_AND_MINUTE: u32 = 20;

/// The hash of an e-mail: of one size, however long what was typed.
type Account = [u8; 32];

#[derive(Clone, Copy, Debug, Default)]
struct Failures {
    count: u32,
    last_at: i64,
}

/// Failures so far, in memory: a restart forgets them.
#[derive(Debug)]
pub struct Throttle {
    clock: Clock,
    accounts: Mutex<HashMap<Account, Failures>>,
    addresses: RateLimiter<IpAddr, DashMapStateStore<IpAddr>, DefaultClock>,
    address_clock: DefaultClock,
}

impl Throttle {
    /// With no failures.
    pub fn new(clock: Clock) -> Self {
        let quota = Quota::per_minute(NonZeroU32::new(PER_ADDRESS_AND_MINUTE).unwrap_or(NonZeroU32::MIN));
        Self {
            clock,
            accounts: Mutex::default(),
            addresses: RateLimiter::dashmap(quota),
            address_clock: DefaultClock::default(),
        }
    }

    /// Begins an attempt, which counts as failed until [`Self::succeeded`].
    ///
    /// # Errors
    /// [`AppError::TooManyRequests`] with the time to wait; the attempt is not to be looked at then.
    pub fn begin(&self, email: &str, address: IpAddr) -> Result<(), AppError> {
        if let Err(not_until) = self.addresses.check_key(&network(address)) {
            let wait = not_until.wait_time_from(self.address_clock.now());
            return Err(AppError::TooManyRequests { retry_after_s: wait.as_secs() + 1 });
        }
        let now = self.clock.now_ms();
        let mut accounts = self.accounts();
        let account = sha256(email.as_bytes());
        let failures = accounts
            .get(&account)
            .copied()
            .filter(|failures| now.saturating_sub(failures.last_at) <= FORGET_MS)
            .unwrap_or_default();
        let wait_ms = failures.last_at + wait_ms(failures.count) - now;
        if failures.count >= FREE_FAILURES && wait_ms > 0 {
            return Err(AppError::TooManyRequests { retry_after_s: wait_ms.unsigned_abs().div_ceil(1_000) });
        }
        make_room(&mut accounts, now);
        accounts.insert(account, Failures { count: failures.count.saturating_add(1), last_at: now });
        Ok(())
    }

    /// Clears an account.
    pub fn succeeded(&self, email: &str) {
        self.accounts().remove(&sha256(email.as_bytes()));
    }

    /// Forgets addresses that have their full rate back.
    pub fn forget_idle(&self) {
        self.addresses.retain_recent();
    }

    fn accounts(&self) -> MutexGuard<'_, HashMap<Account, Failures>> {
        // Every change under the lock is a single step, so what a panic left behind is whole.
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn make_room(accounts: &mut HashMap<Account, Failures>, now: i64) {
    if accounts.len() >= MOST_ACCOUNTS {
        accounts.retain(|_, failures| now.saturating_sub(failures.last_at) < FORGET_MS);
    }
    if accounts.len() >= MOST_ACCOUNTS {
        let oldest =
            accounts.iter().min_by_key(|(_, failures)| failures.last_at).map(|(account, _)| *account);
        oldest.and_then(|account| accounts.remove(&account));
    }
}

/// What one subscriber has: an IPv4 address, or the /64 of an IPv6 address, in which it may take any.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

fn wait_ms(failures: u32) -> i64 {
    let doublings = failures.saturating_sub(FREE_FAILURES).min(20);
    (FIRST_WAIT_MS << doublings).min(LONGEST_WAIT_MS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::Ordering;

    fn address(n: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, n])
    }

    fn wait(seconds: u64) -> Result<(), AppError> {
        Err(AppError::TooManyRequests { retry_after_s: seconds })
    }

    #[test]
    fn waits_double_are_bounded_and_end_with_a_success() {
        let (clock, now) = Clock::manual(0);
        let throttle = Throttle::new(clock);
        for n in 0..FREE_FAILURES {
            assert!(throttle.begin("a", address(n as u8)).is_ok());
        }
        assert_eq!(throttle.begin("a", address(9)), wait(2));
        assert!(throttle.begin("b", address(10)).is_ok(), "another account is free");
        now.store(2_000, Ordering::Relaxed);
        assert!(throttle.begin("a", address(11)).is_ok());
        assert_eq!(throttle.begin("a", address(12)), wait(4), "the wait has doubled");
        for n in 0..20 {
            now.fetch_add(LONGEST_WAIT_MS, Ordering::Relaxed);
            assert!(throttle.begin("a", address(20 + n)).is_ok(), "no wait is longer than the longest");
        }
        assert_eq!(throttle.begin("a", address(13)), wait(900));
        throttle.succeeded("a");
        assert!(throttle.begin("a", address(14)).is_ok());
    }

    #[test]
    fn failures_are_forgotten_after_a_day() {
        let (clock, now) = Clock::manual(0);
        let throttle = Throttle::new(clock);
        (0..FREE_FAILURES).for_each(|n| throttle.begin("a", address(n as u8)).unwrap());
        now.store(FORGET_MS + 1, Ordering::Relaxed);
        (0..FREE_FAILURES).for_each(|n| throttle.begin("a", address(n as u8)).unwrap());
    }

    #[test]
    fn no_more_accounts_are_kept_in_mind_than_fit() {
        let mut accounts = HashMap::new();
        for n in 0..=MOST_ACCOUNTS as i64 {
            make_room(&mut accounts, n);
            accounts.insert(sha256(&n.to_le_bytes()), Failures { count: 1, last_at: n });
        }
        assert_eq!(accounts.len(), MOST_ACCOUNTS);
        assert!(!accounts.contains_key(&sha256(&0_i64.to_le_bytes())), "the oldest went");
    }

    #[test]
    fn an_address_has_a_rate_over_all_accounts() {
        let throttle = Throttle::new(Clock::system());
        let tried = (0..40).filter(|n| throttle.begin(&format!("{n}"), address(1)).is_ok()).count();
        assert_eq!(tried, PER_ADDRESS_AND_MINUTE as usize);
        assert!(throttle.begin("x", address(2)).is_ok());
    }

    #[test]
    fn all_addresses_of_one_ipv6_subscriber_count_as_one() {
        let throttle = Throttle::new(Clock::system());
        let own = |n: u64| IpAddr::from((0x2001_0db8_u128 << 96 | u128::from(n)).to_be_bytes());
        let tried = (0..40).filter(|n| throttle.begin(&format!("{n}"), own(*n)).is_ok()).count();
        assert_eq!(tried, PER_ADDRESS_AND_MINUTE as usize);
        assert!(throttle.begin("x", "2001:db8:0:1::1".parse().unwrap()).is_ok(), "the next network is free");
    }
}
