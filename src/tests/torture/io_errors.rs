//! The file system fails: at the n-th write or sync of the log and of the database, for one n after the other, as SQLite's
//! own tests do it.

use crate::{
    harness::{Scenario, rounds, until},
    process::Workspace,
    sender::{Endpoint, Ledger, Load, Pace},
    server::Launch,
    shim::{DATABASE, EDQUOT, EIO, Fault, SYNC, Shim, Spoil, WAL, WRITE},
};
use std::{sync::Arc, thread, time::Duration};

/// EX_IOERR of sysexits.h: whoever started the server is to start it again.
const EX_IOERR: i32 = 74;

/// What fails, where, and how.
const FAULTS: [(i64, i64, i64); 5] = [
    (WRITE, WAL, EIO),
    (SYNC, WAL, EIO),
    (WRITE, DATABASE, EIO),
    (SYNC, DATABASE, EIO),
    (WRITE, WAL, EDQUOT),
];

/// Enough to make the log begin anew now and then, so that the database itself is written.
const PACE: Pace = Pace { senders: 6, sizes: &[0, 500, 30_000], pause: Duration::from_millis(1) };

#[test]
fn after_an_error_of_the_file_system_nothing_is_acknowledged_and_a_new_start_recovers() {
    let scenario = Scenario::begin("EIO on write and sync");
    let (workspace, ledger) = (Workspace::new(), Arc::new(Ledger::default()));
    let endpoint = Endpoint::add(&workspace, "load");
    let shim = Shim::new(&workspace);
    let mut server = Launch::new(&workspace).env(shim.environment()).start();
    let address = server.address.clone();
    let start_again = || Launch::new(&workspace).at(&address).env(shim.environment()).start();
    let load = Load::start(&address, &endpoint, &ledger, PACE);
    let (mut errors, mut ends, mut survived) = (0, 0, 0);
    for n in 0..rounds(3, 20) as i64 {
        for (calls, files, error) in FAULTS {
            // A checkpoint writes many pages and syncs once.
            let skip = if (calls, files) == (SYNC, DATABASE) { n / 2 } else { n * n };
            let before = ledger.acknowledged();
            shim.spoil(Fault { spoil: Spoil::Fail(error), calls, files, skip, times: i64::MAX });
            until("the error strikes", Duration::from_secs(30), || shim.spoilt() > 0 || !server.is_running());
            errors += 1;
            if files == WAL {
                let ended = server.wait(Duration::from_secs(10));
                assert_eq!(ended.status.code(), Some(EX_IOERR), "{}\n{}", ended.status, ended.log);
                shim.heal();
                (server, ends) = (start_again(), ends + 1);
            } else {
                // A checkpoint that failed leaves all in the log: the server may go on, and the next one does it.
                thread::sleep(Duration::from_millis(200));
                shim.heal();
                if !server.is_running() {
                    let ended = server.wait(Duration::from_secs(1));
                    assert_eq!(ended.status.code(), Some(EX_IOERR), "{}\n{}", ended.status, ended.log);
                    (server, ends) = (start_again(), ends + 1);
                } else {
                    survived += 1;
                }
            }
            until("the load goes on", Duration::from_secs(10), || ledger.acknowledged() > before + 20);
        }
    }
    load.stop();
    server.stop();
    let seen = ledger.verify(&workspace.path("hookpost.db"));
    scenario.saw(format_args!(
        "{errors} errors: {ends} times the process ended with 74 and its next start recovered, {survived} times a checkpoint \
         was put off; {} events acknowledged, 0 lost",
        seen.acknowledged
    ));
}

#[test]
fn writes_that_are_cut_short_or_interrupted_are_made_whole() {
    let scenario = Scenario::begin("short and interrupted writes");
    let (workspace, ledger) = (Workspace::new(), Arc::new(Ledger::default()));
    let endpoint = Endpoint::add(&workspace, "load");
    let shim = Shim::new(&workspace);
    let mut server = Launch::new(&workspace).env(shim.environment()).start();
    let load = Load::start(&server.address, &endpoint, &ledger, PACE);
    let mut spoilt = 0;
    for spoil in [Spoil::Short, Spoil::Interrupt] {
        let before = ledger.acknowledged();
        shim.spoil(Fault::every(spoil, WRITE, WAL | DATABASE));
        let many = rounds(300, 3_000);
        until("the load goes on", Duration::from_secs(120), || ledger.acknowledged() > before + many);
        spoilt += shim.spoilt();
        shim.heal();
    }
    load.stop();
    assert!(server.is_running());
    server.stop();
    let seen = ledger.verify(&workspace.path("hookpost.db"));
    scenario.saw(format_args!(
        "{spoilt} writes spoilt, {} events acknowledged, 0 lost, {} refused",
        seen.acknowledged, seen.refused
    ));
}
