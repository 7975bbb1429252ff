//! The disk fills up while the server runs.

use super::{
    is_refused, recovers,
    small::{Filler, SmallDisk},
};
use crate::{
    harness::{Dice, Scenario, has_own_mounts, rounds},
    process::Workspace,
    sender::{Endpoint, Ledger, Load, Pace},
    server::{Launch, add_admin},
    sink::Sink,
};
use std::{sync::Arc, thread, time::Duration};

/// Fills a disk again and again, as `fill` says, and lets go again.
fn fill_and_let_go(
    name: &'static str,
    settings: &[&str],
    sizes: &'static [usize],
    count: usize,
    fill: impl Fn(&SmallDisk<'_>, &mut Dice) -> Filler,
) {
    let scenario = Scenario::begin(name);
    let (workspace, sink, ledger) = (Workspace::new(), Sink::start(), Arc::new(Ledger::default()));
    let folder = workspace.path(".");
    let disk = SmallDisk::mount(&folder, 600);
    let endpoint = Endpoint::add(&workspace, "load");
    sink.add_to(&workspace, &["--in-flight", "16"]);
    add_admin(&workspace);
    let mut server = Launch::new(&workspace).args(settings).start();
    let pace = Pace { senders: 4, sizes, pause: Duration::from_millis(10) };
    let load = Load::start(&server.address, &endpoint, &ledger, pace);
    let (mut dice, mut slowest) = (Dice::new(), Duration::ZERO);
    for round in 0..count {
        thread::sleep(Duration::from_millis(dice.between(100, 600)));
        let filler = fill(&disk, &mut dice);
        is_refused(&server, &ledger, Duration::from_secs(1));
        drop(filler);
        slowest = slowest.max(recovers(&mut server, &endpoint, &sink, round));
    }
    load.stop();
    server.stop();
    let seen = ledger.verify(&workspace.path("hookpost.db"));
    scenario.saw(format_args!(
        "{count} times full, {} answers 503 or 429, {} events acknowledged, 0 lost; webhooks, log-ins, forwards and \
         /readyz went on within {:.1} s of room being made, in the same process",
        seen.refused,
        seen.acknowledged,
        slowest.as_secs_f64(),
    ));
}

#[test]
fn intake_that_fills_the_disk_is_refused_and_goes_on_by_itself() {
    if has_own_mounts("disk::running::intake_that_fills_the_disk_is_refused_and_goes_on_by_itself") {
        let sizes = &[2_000, 100_000, 300_000];
        fill_and_let_go("disk filled by intake", &[], sizes, rounds(2, 12), |disk, dice| {
            disk.fill(dice.between(13_000_000, 20_000_000) as usize)
        });
    }
}

/// Without floors SQLite itself finds the disk full, wherever it is just then: at a commit, at a checkpoint.
#[test]
fn a_disk_that_is_full_from_one_moment_to_the_next_harms_nothing() {
    if has_own_mounts("disk::running::a_disk_that_is_full_from_one_moment_to_the_next_harms_nothing") {
        let (settings, sizes) = (["--disk-floor", "0", "--disk-reserve", "0"], &[0, 500, 5_000, 60_000]);
        fill_and_let_go(
            "disk full at a commit or checkpoint",
            &settings,
            sizes,
            rounds(3, 40),
            |disk, dice| disk.fill(dice.between(0, 3) as usize * 40_000),
        );
    }
}
