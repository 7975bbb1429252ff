//! Ten thousand connections on which nothing happens.

use crate::{
    harness::{Scenario, is_long},
    hostile::connect_from,
    process::Workspace,
    sender::Endpoint,
    server::Launch,
};
use std::{
    net::Ipv4Addr,
    thread,
    time::{Duration, Instant},
};

#[test]
fn idle_connections_by_the_thousand_keep_no_sender_from_its_answer() {
    let scenario = Scenario::begin("idle connections");
    let workspace = Workspace::new();
    let endpoint = Endpoint::add(&workspace, "beside");
    // The usual settings: 4,096 places.
    let server = Launch::new(&workspace).start();
    let wanted = if is_long() { 10_000 } else { 4_500 };
    // What this process may open itself.
    let wanted = wanted.min(open_files().saturating_sub(200));
    let mut slowest = Duration::ZERO;
    let open = thread::scope(|scope| {
        let makers: Vec<_> = (0..4_u8)
            .map(|maker| {
                let address = &server.address;
                scope.spawn(move || {
                    let from = |n: usize| Ipv4Addr::new(127, 0, 1 + maker, 1 + (n % 50) as u8);
                    let connect = |n| connect_from(from(n), address, Duration::from_secs(2)).ok();
                    (0..wanted / 4).filter_map(connect).collect::<Vec<_>>()
                })
            })
            .collect();
        let mut n = 0;
        let begun = Instant::now();
        while n < 40 || makers.iter().any(|maker| !maker.is_finished()) {
            let asked = Instant::now();
            let answer = endpoint.send(&server.address, &format!("wh_{n}"));
            let answer = answer.unwrap_or_else(|error| panic!("after {:?}: {error}", begun.elapsed()));
            assert_eq!(answer.status, 200, "{}", answer.text());
            slowest = slowest.max(asked.elapsed());
            n += 1;
        }
        makers.into_iter().flat_map(|maker| maker.join().unwrap()).collect::<Vec<_>>()
    });
    let begun = Instant::now();
    let mut count = 0;
    while begun.elapsed() < Duration::from_secs(2) {
        assert_eq!(endpoint.send(&server.address, &format!("wh_then_{count}")).unwrap().status, 200);
        count += 1;
    }
    assert!(slowest < Duration::from_secs(10), "{slowest:?}");
    let made = open.len();
    drop(open);
    assert_eq!(server.get("/healthz").status, 200);
    server.stop();
    scenario.saw(format_args!(
        "{made} idle connections (of {wanted} tried) from 200 addresses on 4,096 places; a genuine sender had its 200 each \
         time, the slowest after {} ms",
        slowest.as_millis()
    ));
}

/// Files that this process may have open (the soft limit).
fn open_files() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find(|line| line.starts_with("Max open files"));
    line.and_then(|line| line.split_whitespace().nth(3)?.parse().ok()).unwrap_or(1_024)
}
