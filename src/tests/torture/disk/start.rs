//! The disk is full already when the server starts.

use super::{SmallDisk, recovers};
use crate::{
    harness::{Scenario, has_own_mounts, rounds, until},
    process::Workspace,
    sender::{Endpoint, Ledger, Load, Pace},
    server::{Launch, Server, add_admin},
    sink::Sink,
};
use std::{fs, sync::Arc, thread, time::Duration};

#[test]
fn the_very_first_start_may_be_on_a_full_disk_and_one_that_waits_for_room_can_be_stopped() {
    if !has_own_mounts(
        "disk::start::the_very_first_start_may_be_on_a_full_disk_and_one_that_waits_for_room_can_be_stopped",
    ) {
        return;
    }
    let scenario = Scenario::begin("first start on a full disk");
    let workspace = Workspace::new();
    let folder = workspace.path(".");
    let disk = SmallDisk::mount(&folder, 64);
    let count = rounds(2, 10);
    for round in 0..count {
        // From nothing at all to room for a part of what is made.
        let filler = disk.fill(round * 24_000);
        let starting = Launch::new(&workspace).spawn();
        let says_so = || {
            ["disk is full", "free disk space", "listening"]
                .iter()
                .any(|words| starting.log().contains(words))
        };
        until("it says that the disk is full, or listens", Duration::from_secs(20), says_so);
        starting.signal("TERM");
        let ended = starting.wait(Duration::from_secs(10));
        assert!(ended.status.success(), "{}\n{}", ended.status, ended.log);
        drop(filler);
        let server = Server::start(&workspace);
        server.stop();
        let endpoint = Endpoint::add(&workspace, "first");
        let server = Server::start(&workspace);
        assert_eq!(endpoint.send(&server.address, "wh_first").unwrap().status, 200);
        server.stop();
        for name in fs::read_dir(&folder).unwrap() {
            fs::remove_file(name.unwrap().path()).unwrap();
        }
    }
    scenario.saw(format_args!("{count} first starts on a full disk: stopped at once when asked, and all was made once there was room"));
}

#[test]
fn a_server_that_starts_on_a_full_disk_says_so_and_goes_on_once_there_is_room() {
    if !has_own_mounts(
        "disk::start::a_server_that_starts_on_a_full_disk_says_so_and_goes_on_once_there_is_room",
    ) {
        return;
    }
    let scenario = Scenario::begin("disk full at the start");
    let (workspace, sink, ledger) = (Workspace::new(), Sink::start(), Arc::new(Ledger::default()));
    let folder = workspace.path(".");
    let disk = SmallDisk::mount(&folder, 256);
    let endpoint = Endpoint::add(&workspace, "load");
    sink.add_to(&workspace, &["--in-flight", "16"]);
    add_admin(&workspace);
    let mut server = Server::start(&workspace);
    let address = server.address.clone();
    let count = rounds(2, 20);
    for round in 0..count {
        let load = Load::start(&address, &endpoint, &ledger, Pace::FAST);
        thread::sleep(Duration::from_millis(300));
        // Killed, it leaves a log to be recovered; stopped, it leaves nothing, and the log has to be made anew.
        if round % 2 == 0 {
            server.kill();
        } else {
            server.stop();
        }
        load.stop();
        let filler = disk.fill(0);
        let mut starting = Launch::new(&workspace).at(&address).spawn();
        until("it says that the disk is full", Duration::from_secs(20), || {
            starting.log().contains("disk is full")
        });
        // A command says the same, unless there is room in the log that was left.
        let asked = workspace.run(&["endpoint", "add", &format!("late-{round}"), "--scheme", "none"], b"");
        let said = String::from_utf8_lossy(&asked.stderr);
        assert!(asked.status.success() || said.contains("disk is full"), "{said}");
        drop(filler);
        let ended = !starting.is_running();
        if ended {
            // Then with a code at which whoever started it starts it again.
            let ended = starting.wait(Duration::from_secs(1));
            assert!(!ended.status.success(), "{}", ended.log);
            starting = Launch::new(&workspace).at(&address).spawn();
        }
        until("it listens", Duration::from_secs(5), || starting.try_get("/healthz").is_ok());
        server = starting;
        recovers(&mut server, &endpoint, &sink, round);
    }
    server.stop();
    let seen = ledger.verify(&workspace.path("hookpost.db"));
    scenario.saw(format_args!(
        "{count} starts on a full disk, half of them after a kill; each said so and went on by itself; {} events \
         acknowledged, 0 lost",
        seen.acknowledged
    ));
}
