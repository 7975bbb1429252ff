//! The index of the write-ahead log cannot grow: a full disk that SQLite calls an I/O error.

use super::{is_refused, recovers};
use crate::{
    harness::{Scenario, has_own_mounts, until},
    process::Workspace,
    sender::{Endpoint, Ledger, Load, Pace},
    server::{Launch, add_admin},
    shim::{self, ENOSPC, Fault, Shim, Spoil},
    sink::Sink,
    stored::Holder,
};
use std::{fs, sync::Arc, time::Duration};

/// Frames that a page of 32 KiB of the index tells of, times the bytes of a frame.
const ONE_PAGE_OF_INDEX: u64 = 4_062 * 4_120;

#[test]
fn an_index_of_the_log_that_cannot_grow_is_a_full_disk_and_no_failed_one() {
    if !has_own_mounts(
        "disk::wal_index::an_index_of_the_log_that_cannot_grow_is_a_full_disk_and_no_failed_one",
    ) {
        return;
    }
    let scenario = Scenario::begin("WAL index cannot grow");
    let (workspace, sink, ledger) = (Workspace::new(), Sink::start(), Arc::new(Ledger::default()));
    let folder = workspace.path(".");
    let disk = super::SmallDisk::mount(&folder, 256);
    let endpoint = Endpoint::add(&workspace, "load");
    sink.add_to(&workspace, &["--in-flight", "16"]);
    add_admin(&workspace);
    let shim = Shim::new(&workspace);
    let floors = ["--disk-floor", "0", "--disk-reserve", "0"];
    let mut server = Launch::new(&workspace).args(&floors).env(shim.environment()).start();
    let database = workspace.path("hookpost.db");
    // A reader that does not let go keeps the log from beginning anew, so that its index has to grow.
    let holder = Holder::begin(&database);
    shim.spoil(Fault::every(Spoil::Fail(ENOSPC), shim::WRITE | shim::TRUNCATE, shim::SHM));
    // The program looks at the disk itself: it is full, but for what the log still needs until then.
    let filler = disk.fill(700_000 + ONE_PAGE_OF_INDEX as usize);
    let pace = Pace { senders: 4, sizes: &[20_000], pause: Duration::ZERO };
    let load = Load::start(&server.address, &endpoint, &ledger, pace);
    until("the index is to grow", Duration::from_secs(60), || shim.spoilt() > 0 || !server.is_running());
    is_refused(&server, &ledger, Duration::from_secs(1));
    let log = fs::metadata(workspace.path("hookpost.db-wal")).unwrap().len();
    let spoilt = shim.spoilt();
    drop(holder);
    shim.heal();
    drop(filler);
    let took = recovers(&mut server, &endpoint, &sink, 0);
    load.stop();
    server.stop();
    let seen = ledger.verify(&database);
    scenario.saw(format_args!(
        "the index could not grow {spoilt} times at a log of {} MB; {} answers 503, {} events acknowledged, 0 lost; went on \
         within {:.1} s",
        log / 1_000_000,
        seen.refused,
        seen.acknowledged,
        took.as_secs_f64(),
    ));
}
