//! kill -9, again and again, while senders send and events are forwarded.
//!
//! This tests the order of commit and answer, and recovery. It does not test the disk: what a killed process has written
//! stays in the system's cache. `order.rs` looks at the syncs.

use crate::{
    harness::{Dice, Scenario, kills, until},
    process::Workspace,
    sender::{Endpoint, Ledger, Load, Pace},
    server::{Launch, Server},
    sink::Sink,
    stored::is_forwarded,
};
use std::{sync::Arc, thread, time::Duration};

const PACE: Pace = Pace { senders: 8, sizes: &[0, 0, 0, 1_000, 20_000], pause: Duration::from_millis(4) };

#[test]
fn kill_9_under_load_loses_nothing_and_takes_nothing_twice() {
    let scenario = Scenario::begin("kill -9 under load");
    let (workspace, sink, ledger) = (Workspace::new(), Sink::start(), Arc::new(Ledger::default()));
    let endpoint = Endpoint::add(&workspace, "load");
    sink.add_to(&workspace, &["--in-flight", "16"]);
    let mut server = Server::start(&workspace);
    let address = server.address.clone();
    let load = Load::start(&address, &endpoint, &ledger, PACE);
    let (mut dice, mut killed) = (Dice::new(), 0);
    for round in 0..kills(20, 30) {
        thread::sleep(Duration::from_millis(dice.between(50, 400)));
        server.kill();
        // While it recovers, too.
        if round % 4 == 3 {
            let starting = Launch::new(&workspace).at(&address).spawn();
            thread::sleep(Duration::from_millis(dice.between(1, 150)));
            starting.kill();
            killed += 1;
        }
        server = Launch::new(&workspace).at(&address).start();
        killed += 1;
    }
    let before = ledger.acknowledged();
    until("the load goes on after the last start", Duration::from_secs(5), || {
        ledger.acknowledged() > before + 50
    });
    load.stop();
    let forwarded: Vec<String> = ledger.ids().into_iter().filter(|id| is_forwarded(id)).collect();
    until("every acknowledged event is forwarded", Duration::from_secs(60), || {
        forwarded.iter().all(|id| sink.taken(id) > 0)
    });
    server.stop();
    let seen = ledger.verify(&workspace.path("hookpost.db"));
    assert!(seen.acknowledged > killed * 20, "too little load: {seen:?}");
    let counts = workspace.run(&["rollups", "check"], b"");
    assert!(counts.status.success(), "{}", String::from_utf8_lossy(&counts.stdout));
    scenario.saw(format_args!(
        "{killed} kills, {} events acknowledged, 0 lost, 0 taken for first twice, {} events owed to a destination, all \
         forwarded ({} requests)",
        seen.acknowledged,
        forwarded.len(),
        sink.count(),
    ));
}
