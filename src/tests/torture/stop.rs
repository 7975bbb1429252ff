//! SIGTERM while senders send and requests to a destination are under way.

use crate::{
    harness::{Scenario, rounds, until},
    process::Workspace,
    sender::{Endpoint, Ledger, Load, Pace},
    server::{Launch, Server},
    sink::Sink,
    stored::number,
};
use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

/// Requests under way get 15 s, those to destinations 25 s; closing takes its time too.
const BOUND: Duration = Duration::from_secs(45);

#[test]
fn sigterm_under_load_finishes_what_is_under_way_and_writes_it_down() {
    let scenario = Scenario::begin("SIGTERM under load");
    let (workspace, sink, ledger) = (Workspace::new(), Sink::start(), Arc::new(Ledger::default()));
    let endpoint = Endpoint::add(&workspace, "load");
    sink.add_to(&workspace, &["--in-flight", "8"]);
    let database = workspace.path("hookpost.db");
    let mut server = Server::start(&workspace);
    let address = server.address.clone();
    let load = Load::start(&address, &endpoint, &ledger, Pace::CALM);
    let (mut slowest, count) = (Duration::ZERO, rounds(3, 15));
    for _ in 0..count {
        sink.slow(Duration::from_millis(1_500));
        until("a request is under way", Duration::from_secs(10), || sink.under_way() > 0);
        thread::sleep(Duration::from_millis(300));
        let begun = Instant::now();
        server.signal("TERM");
        let ended = server.wait(BOUND);
        slowest = slowest.max(begun.elapsed());
        assert!(ended.status.success(), "{}\n{}", ended.status, ended.log);
        until("the destination sees the ends of all", Duration::from_secs(3), || sink.under_way() == 0);
        let written = number(&database, "SELECT count(*) FROM attempts WHERE status = 200");
        assert_eq!(written, i64::from(sink.count()), "what was sent is written down");
        let claimed = number(&database, "SELECT coalesce(sum(attempts), 0) FROM forwards");
        let made = number(&database, "SELECT count(*) FROM attempts");
        assert_eq!(claimed, made, "no try is used up without a request");
        sink.slow(Duration::ZERO);
        server = Launch::new(&workspace).at(&address).start();
    }
    load.stop();
    server.stop();
    let seen = ledger.verify(&database);
    scenario.saw(format_args!(
        "{count} stops, the slowest in {:.1} s, exit code 0 each time, {} events acknowledged, 0 lost, every one of {} \
         requests to the destination written down",
        slowest.as_secs_f64(),
        seen.acknowledged,
        sink.count(),
    ));
}
