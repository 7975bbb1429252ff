//! Slowing down the guessing of passwords, so that nobody can keep someone else out (OWASP: device cookies).
//!
//! Failures are counted per account *and place*: a known browser, a network (an IPv4 address, or the /64 of an IPv6
//! address), and the /48 around it, which one guesser may own whole. After a few free ones each further failure doubles a
//! wait, up to fifteen minutes, at that place alone; a success clears it. Where many places fail for one account, attempts
//! from unknown browsers are looked at a few seconds later, never refused. Accounts that do not exist are treated alike.
//! Besides, each network has a rate over all accounts; a known browser is exempt.
//!
//! An attempt counts as failed from its start until it succeeds: of many at once only the free ones are looked at. All of it
//! is in memory: a restart forgets it.

use crate::{
    crypto::sha256,
    model::{
        error::AppError,
        time::{DAY_MS, HOUR_MS, MINUTE_MS},
    },
    net::client_addr::network,
    runtime::clock::Clock,
};
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
    time::Duration,
};

/// Failures without a wait: of one browser or network.
const FREE: u32 = 5;
/// Of the /48 around a network, in which several people may sit.
const FREE_WIDE: u32 = 20;
const FIRST_WAIT_MS: i64 = 2_000;
const LONGEST_WAIT_MS: i64 = 15 * MINUTE_MS;
/// A place that was left alone this long starts afresh.
const FORGET_MS: i64 = DAY_MS;
/// More places than these are not kept in mind. Those with the fewest failures go first: to have one forgotten, a guesser
/// would have to fail more often elsewhere.
const MOST_PLACES: usize = 20_000;

/// From this number of failures of an account on, whatever their source, logins from unknown browsers are delayed.
const CALM: u32 = 10;
/// An account whose last failure is so long ago is calm again.
const CALM_AFTER_MS: i64 = HOUR_MS;
/// By so much later with each further failure.
const DELAY_STEP_MS: u64 = 250;
const LONGEST_DELAY_MS: u64 = 3_000;
const MOST_ACCOUNTS: usize = 10_000;

const PER_NETWORK_AND_MINUTE: u32 = 20;
const PER_WIDE_NETWORK_AND_MINUTE: u32 = 100;

/// A hash: of one size, however long what was typed.
type Key = [u8; 32];
type Rates = RateLimiter<IpAddr, DashMapStateStore<IpAddr>, DefaultClock>;

/// A failure that lies further ahead than this was noted by a clock that was wrong.
const AHEAD_MS: i64 = MINUTE_MS;

#[derive(Clone, Copy, Debug, Default)]
struct Failures {
    count: u32,
    last_at: i64,
}

/// Counts of failures, in a table of limited size.
#[derive(Debug, Default)]
struct Table(HashMap<Key, Failures>);

impl Table {
    /// Failures that still count.
    fn get(&self, key: &Key, now: i64, forget_ms: i64, forgiven: Option<i64>) -> Failures {
        let counts = |failures: &Failures| {
            now.saturating_sub(failures.last_at) <= forget_ms
                // A clock that was ahead, and was put right.
                && failures.last_at.saturating_sub(now) <= AHEAD_MS
                && forgiven.is_none_or(|at| failures.last_at > at)
        };
        self.0.get(key).copied().filter(counts).unwrap_or_default()
    }

    fn set(&mut self, key: Key, failures: Failures, most: usize) {
        if self.0.len() >= most && !self.0.contains_key(&key) {
            self.make_room(failures.last_at, most);
        }
        self.0.insert(key, failures);
    }

    fn make_room(&mut self, now: i64, most: usize) {
        self.0.retain(|_, failures| now.saturating_sub(failures.last_at) < FORGET_MS);
        if self.0.len() >= most {
            let least = self.0.iter().min_by_key(|(_, f)| (f.count, f.last_at)).map(|(key, _)| *key);
            least.and_then(|key| self.0.remove(&key));
        }
    }
}

#[derive(Debug, Default)]
struct Counts {
    places: Table,
    accounts: Table,
}

/// Who tries to prove that an account is theirs, and from where.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// The e-mail, as accounts are told apart by.
    pub email: &'a str,
    /// The client.
    pub address: IpAddr,
    /// What the client is known by: the hash of the cookie of a browser in which this user has logged in, or of its session.
    pub known: Option<[u8; 32]>,
    /// Failures of the account before this moment (unix ms) do not count.
    pub forgiven: Option<i64>,
}

impl Attempt<'_> {
    fn account(&self) -> Key {
        sha256(self.email.as_bytes())
    }

    /// Where it comes from, with the failures that are free there.
    fn places(&self) -> Vec<(Key, u32)> {
        let place = |kind: &[u8], of: &[u8]| sha256(&[&self.account()[..], kind, of].concat());
        if let Some(known) = self.known {
            return vec![(place(b"known", &known), FREE)];
        }
        let mut places = vec![(place(b"network", network(self.address).to_string().as_bytes()), FREE)];
        if let Some(wide) = wide_network(self.address) {
            places.push((place(b"wide", wide.to_string().as_bytes()), FREE_WIDE));
        }
        places
    }
}

/// Failures so far.
#[derive(Debug)]
pub struct Throttle {
    clock: Clock,
    counts: Mutex<Counts>,
    networks: Rates,
    wide_networks: Rates,
    rate_clock: DefaultClock,
}

impl Throttle {
    /// With no failures.
    pub fn new(clock: Clock) -> Self {
        let rates = |per_minute| {
            RateLimiter::dashmap(Quota::per_minute(NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN)))
        };
        Self {
            clock,
            counts: Mutex::default(),
            networks: rates(PER_NETWORK_AND_MINUTE),
            wide_networks: rates(PER_WIDE_NETWORK_AND_MINUTE),
            rate_clock: DefaultClock::default(),
        }
    }

    /// Counts one more attempt of a network, whoever it wants to be. Not for known browsers.
    ///
    /// # Errors
    /// [`AppError::TooManyRequests`] with the time to wait.
    pub fn admit(&self, address: IpAddr) -> Result<(), AppError> {
        let check = |rates: &Rates, key: IpAddr| {
            rates.check_key(&key).map_err(|not_until| {
                let wait = not_until.wait_time_from(self.rate_clock.now());
                AppError::TooManyRequests { retry_after_s: wait.as_secs() + 1 }
            })
        };
        check(&self.networks, network(address))?;
        wide_network(address).map_or(Ok(()), |wide| check(&self.wide_networks, wide))
    }

    /// Begins an attempt, which counts as failed until [`Self::succeeded`]. Says how much later it is to be looked at.
    ///
    /// # Errors
    /// [`AppError::TooManyRequests`] with the time to wait; the attempt is not to be looked at then.
    pub fn begin(&self, attempt: &Attempt<'_>) -> Result<Duration, AppError> {
        let now = self.clock.now_ms();
        let mut counts = self.counts();
        let places: Vec<(Key, u32, Failures)> = attempt
            .places()
            .into_iter()
            .map(|(key, free)| (key, free, counts.places.get(&key, now, FORGET_MS, attempt.forgiven)))
            .collect();
        let wait = |(_, free, failures): &(Key, u32, Failures)| {
            let left = failures.last_at.saturating_add(wait_ms(failures.count, *free)).saturating_sub(now);
            (failures.count >= *free && left > 0).then_some(left)
        };
        if let Some(left) = places.iter().filter_map(wait).max() {
            // A clock that was set back must not make the wait longer than any is.
            let left = left.min(LONGEST_WAIT_MS).unsigned_abs();
            return Err(AppError::TooManyRequests { retry_after_s: left.div_ceil(1_000) });
        }
        for (key, _, failures) in places {
            let one_more = Failures { count: failures.count.saturating_add(1), last_at: now };
            counts.places.set(key, one_more, MOST_PLACES);
        }
        if attempt.known.is_some() {
            return Ok(Duration::ZERO);
        }
        let account = attempt.account();
        let before = counts.accounts.get(&account, now, CALM_AFTER_MS, attempt.forgiven);
        let one_more = Failures { count: before.count.saturating_add(1), last_at: now };
        counts.accounts.set(account, one_more, MOST_ACCOUNTS);
        Ok(delay(before.count))
    }

    /// Clears an account at the place that this came from.
    pub fn succeeded(&self, attempt: &Attempt<'_>) {
        let mut counts = self.counts();
        for (place, _) in attempt.places() {
            counts.places.0.remove(&place);
        }
        counts.accounts.0.remove(&attempt.account());
    }

    /// Forgets networks that have their full rate back.
    pub fn forget_idle(&self) {
        self.networks.retain_recent();
        self.wide_networks.retain_recent();
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        // Every change under the lock is a single step, so what a panic left behind is whole.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one guesser may have: a /48. An IPv4 address stands for itself alone.
fn wide_network(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(_) => None,
        IpAddr::V6(v6) => Some(prefix(v6, 48)),
    }
}

fn prefix(address: Ipv6Addr, bits: u32) -> IpAddr {
    Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << (128 - bits))).into()
}

fn wait_ms(failures: u32, free: u32) -> i64 {
    let doublings = failures.saturating_sub(free).min(20);
    (FIRST_WAIT_MS << doublings).min(LONGEST_WAIT_MS)
}

fn delay(failures: u32) -> Duration {
    let further = u64::from((failures + 1).saturating_sub(CALM));
    Duration::from_millis((further * DELAY_STEP_MS).min(LONGEST_DELAY_MS))
}

#[cfg(test)]
mod tests;
