//! A clock that is years ahead, or back, at the start and while the server runs.

use crate::{
    harness::{Scenario, until},
    process::Workspace,
    sender::Endpoint,
    server::{Launch, add_admin},
    shim::Shim,
    sink::Sink,
    stored::{number, query},
};
use sqlx::Row;
use std::{thread, time::Duration};

const YEARS: i64 = 3 * 365 * 86_400;
const DELIVERIES: &str = "SELECT count(*) FROM deliveries";

#[test]
fn a_clock_that_is_years_off_deletes_nothing_and_what_waits_goes_on_once_it_is_right() {
    let scenario = Scenario::begin("clock ahead and back by years");
    let (workspace, sink) = (Workspace::new(), Sink::start());
    // Of a scheme without a time: senders whose clock is right cannot agree with ours.
    let endpoint = Endpoint::add_github(&workspace, "times");
    sink.add_to(&workspace, &["--waits", "1s 2s 2s 2s 2s 2s 2s"]);
    add_admin(&workspace);
    let (shim, database) = (Shim::new(&workspace), workspace.path("hookpost.db"));
    let mut server = Launch::new(&workspace).env(shim.environment()).start();
    let address = server.address.clone();
    let cookie = server.log_in().unwrap();
    sink.answer(500);
    for n in 1..20 {
        assert_eq!(endpoint.send(&address, &format!("wh_{n}")).unwrap().status, 200);
    }
    until("the forward was tried", Duration::from_secs(5), || {
        number(&database, "SELECT count(*) FROM attempts") > 0
    });
    server.stop();
    // Ahead at the start: what is past its time is looked for at once.
    shim.shift_clock(YEARS);
    server = Launch::new(&workspace).at(&address).env(shim.environment()).start();
    assert_eq!(endpoint.send(&address, "wh_ahead_0").unwrap().status, 200, "intake goes on");
    thread::sleep(Duration::from_secs(4));
    assert_eq!(number(&database, DELIVERIES), 20, "nothing is deleted");
    assert_eq!(
        number(&database, "SELECT count(*) FROM forwards WHERE state = 'queued'"),
        2,
        "nor what is owed"
    );
    // Right again while it runs.
    shim.shift_clock(0);
    sink.answer(200);
    assert_eq!(endpoint.send(&address, "wh_right_0").unwrap().status, 200);
    let took = until("what waited is forwarded", Duration::from_secs(45), || {
        ["wh_10", "wh_ahead_0", "wh_right_0"].iter().all(|id| sink.taken(id) > 0)
    });
    assert!(server.knows(&cookie), "the session goes on");
    // Ahead and back while it runs.
    for (shift, id) in [(YEARS, "wh_jump_0"), (-YEARS, "wh_back_0"), (0, "wh_again_0")] {
        shim.shift_clock(shift);
        assert_eq!(endpoint.send(&address, id).unwrap().status, 200, "{id}");
        until("it is forwarded", Duration::from_secs(15), || sink.taken(id) > 0);
    }
    assert!(server.knows(&cookie), "the session goes on");
    assert!(server.log_in().is_ok());
    server.stop();
    // Back at the start.
    shim.shift_clock(-YEARS);
    server = Launch::new(&workspace).at(&address).env(shim.environment()).start();
    assert_eq!(endpoint.send(&address, "wh_early_0").unwrap().status, 200);
    shim.shift_clock(0);
    assert_eq!(endpoint.send(&address, "wh_end_0").unwrap().status, 200);
    until("it is forwarded", Duration::from_secs(15), || sink.taken("wh_end_0") > 0);
    assert_eq!(number(&database, DELIVERIES), 26, "nothing is deleted");
    let rows =
        query(&database, "SELECT abs((id >> 12) - received_at) FROM deliveries WHERE event_key = 'wh_end_0'");
    let off: i64 = rows[0].get(0);
    assert!(off < 60_000, "found by its time again: its id is {off} ms off");
    server.stop();
    scenario.saw(format_args!(
        "3 years ahead and back at the start and while running: 26 of 26 deliveries there, all {} forwards made, those that \
         waited {:.0} s after the clock was right, session and log-in went on",
        sink.count(),
        took.as_secs_f64(),
    ));
}
