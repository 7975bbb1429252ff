use super::*;
use std::sync::atomic::Ordering;

fn v4(n: u8) -> IpAddr {
    IpAddr::from([192, 0, 2, n])
}

/// The n-th /64 of one /48.
fn v6(n: u16) -> IpAddr {
    Ipv6Addr::new(0x2001, 0xdb8, 1, n, 0, 0, 0, 1).into()
}

fn from(email: &str, address: IpAddr) -> Attempt<'_> {
    Attempt { email, address, known: None, forgiven: None }
}

fn wait(seconds: u64) -> Result<Duration, AppError> {
    Err(AppError::TooManyRequests { retry_after_s: seconds })
}

#[test]
fn waits_double_are_bounded_and_end_with_a_success() {
    let (clock, now) = Clock::manual(0);
    let throttle = Throttle::new(clock);
    let one = from("a", v4(1));
    (0..FREE).for_each(|_| assert!(throttle.begin(&one).is_ok()));
    assert_eq!(throttle.begin(&one), wait(2));
    assert!(throttle.begin(&from("b", v4(1))).is_ok(), "another account is free");
    now.store(2_000, Ordering::Relaxed);
    assert!(throttle.begin(&one).is_ok());
    assert_eq!(throttle.begin(&one), wait(4), "the wait has doubled");
    for _ in 0..20 {
        now.fetch_add(LONGEST_WAIT_MS, Ordering::Relaxed);
        assert!(throttle.begin(&one).is_ok(), "no wait is longer than the longest");
    }
    assert_eq!(throttle.begin(&one), wait(900));
    throttle.succeeded(&one);
    assert!(throttle.begin(&one).is_ok());
}

#[test]
fn whoever_guesses_elsewhere_keeps_nobody_out_and_a_known_browser_does_not_even_wait() {
    let throttle = Throttle::new(Clock::manual(0).0);
    for n in 0..200 {
        for _ in 0..10 {
            let _guess = throttle.begin(&from("a", v4(n)));
        }
    }
    assert!(throttle.begin(&from("a", v4(0))).is_err());
    let stranger = throttle.begin(&from("a", v4(250)));
    assert_eq!(stranger, Ok(Duration::from_millis(LONGEST_DELAY_MS)), "looked at later, not refused");
    let known = Attempt { known: Some([1; 32]), ..from("a", v4(0)) };
    assert_eq!(throttle.begin(&known), Ok(Duration::ZERO), "even from the network of the guesser");
    assert_eq!(throttle.begin(&from("b", v4(250))), Ok(Duration::ZERO), "other accounts are calm");
}

#[test]
fn a_stolen_cookie_of_a_browser_guesses_no_faster() {
    let throttle = Throttle::new(Clock::manual(0).0);
    let known = |n| Attempt { known: Some([1; 32]), ..from("a", v4(n)) };
    (0..FREE).for_each(|n| assert!(throttle.begin(&known(n as u8)).is_ok()));
    assert_eq!(throttle.begin(&known(9)), wait(2), "wherever it is used");
}

#[test]
fn an_unlocked_account_starts_afresh() {
    let (clock, now) = Clock::manual(1_000);
    let throttle = Throttle::new(clock);
    let one = from("a", v4(1));
    (0..FREE).for_each(|_| assert!(throttle.begin(&one).is_ok()));
    assert!(throttle.begin(&one).is_err());
    now.store(1_500, Ordering::Relaxed);
    let unlocked = Attempt { forgiven: Some(1_400), ..one };
    (0..FREE).for_each(|_| assert_eq!(throttle.begin(&unlocked), Ok(Duration::ZERO)));
    assert!(throttle.begin(&unlocked).is_err(), "what fails after that counts again");
}

#[test]
fn failures_are_forgotten_after_a_day() {
    let (clock, now) = Clock::manual(0);
    let throttle = Throttle::new(clock);
    (0..FREE).for_each(|_| assert!(throttle.begin(&from("a", v4(1))).is_ok()));
    now.store(FORGET_MS + 1, Ordering::Relaxed);
    (0..FREE).for_each(|_| assert!(throttle.begin(&from("a", v4(1))).is_ok()));
}

#[test]
fn what_a_clock_noted_that_was_ahead_keeps_nobody_out_once_it_is_put_right() {
    let (clock, now) = Clock::manual(1_000 * FORGET_MS);
    let throttle = Throttle::new(clock);
    (0..FREE).for_each(|_| assert!(throttle.begin(&from("a", v4(1))).is_ok()));
    now.store(1_000 * FORGET_MS - 30_000, Ordering::Relaxed);
    assert!(throttle.begin(&from("a", v4(1))).is_err(), "clocks are put back by seconds every day");
    now.store(0, Ordering::Relaxed);
    assert!(throttle.begin(&from("a", v4(1))).is_ok());
}

#[test]
fn a_network_of_65536_networks_counts_as_one_too() {
    let throttle = Throttle::new(Clock::manual(0).0);
    let taken = (0..u16::MAX).filter(|n| throttle.begin(&from("a", v6(*n))).is_ok()).count();
    assert_eq!(taken, FREE_WIDE as usize);
    let neighbour = "2001:db8:2::1".parse().unwrap();
    assert!(throttle.begin(&from("a", neighbour)).is_ok(), "the next /48 is free");
}

#[test]
fn no_flood_pushes_the_count_of_a_guesser_out() {
    let mut table = Table::default();
    let key = |n: u32| sha256(&n.to_le_bytes());
    table.set(key(0), Failures { count: 7, last_at: 0 }, 100);
    for n in 1..1_000 {
        table.set(key(n), Failures { count: 1 + n % 6, last_at: i64::from(n) }, 100);
    }
    assert_eq!(table.0.len(), 100);
    assert_eq!(table.get(&key(0), 1_000, FORGET_MS, None).count, 7, "those with the fewest failures went");
}

#[test]
fn a_network_has_a_rate_over_all_accounts() {
    let throttle = Throttle::new(Clock::system());
    assert_eq!((0..40).filter(|_| throttle.admit(v4(1)).is_ok()).count(), PER_NETWORK_AND_MINUTE as usize);
    assert!(throttle.admit(v4(2)).is_ok());
    let same_64 = |n: u16| Ipv6Addr::new(0x2001, 0xdb8, 7, 7, 0, 0, 0, n).into();
    assert_eq!(
        (0..40).filter(|n| throttle.admit(same_64(*n)).is_ok()).count(),
        PER_NETWORK_AND_MINUTE as usize
    );
    let wide = (0..400).filter(|n| throttle.admit(v6(*n)).is_ok()).count();
    assert_eq!(wide, PER_WIDE_NETWORK_AND_MINUTE as usize);
}
