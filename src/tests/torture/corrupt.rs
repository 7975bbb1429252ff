//! A damaged file: refused with a sentence that says how to restore it, and left as it is.

use crate::{
    harness::{Dice, Scenario, rounds},
    process::Workspace,
    sender::{Endpoint, Ledger, Load, Pace},
    server::{Launch, Server},
    stored::Stored,
};
use std::{fs, path::Path, sync::Arc, thread, time::Duration};

/// A database with some megabytes, of a server that was stopped.
fn stopped() -> (Workspace, Endpoint, Arc<Ledger>) {
    let (workspace, ledger) = (Workspace::new(), Arc::new(Ledger::default()));
    let endpoint = Endpoint::add(&workspace, "damaged");
    let server = Server::start(&workspace);
    let pace = Pace { senders: 4, sizes: &[2_000], pause: Duration::ZERO };
    let load = Load::start(&server.address, &endpoint, &ledger, pace);
    while ledger.acknowledged() < 400 {
        thread::sleep(Duration::from_millis(10));
    }
    load.stop();
    server.stop();
    (workspace, endpoint, ledger)
}

/// Puts this file in the place of the database, with no log beside it.
fn put(file: &Path, bytes: &[u8]) {
    for log in ["-wal", "-shm"] {
        let mut name = file.as_os_str().to_owned();
        name.push(log);
        // The server before this may have left it.
        let _none = fs::remove_file(name);
    }
    fs::write(file, bytes).unwrap();
}

fn damage(path: &Path, at: usize, length: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at..at + length].iter_mut().for_each(|byte| *byte ^= 0xA5);
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_damaged_file_is_refused_and_the_sentence_names_the_way_to_restore() {
    let scenario = Scenario::begin("damaged database file");
    let (workspace, _, _) = stopped();
    let file = workspace.path("hookpost.db");
    let sound = fs::read(&file).unwrap();
    let (pages, mut dice) = (sound.len() / 4_096, Dice::new());
    let mut damages: Vec<(&str, Vec<u8>)> = Vec::new();
    let mut spoil = |what, change: &dyn Fn(&Path)| {
        fs::write(&file, &sound).unwrap();
        change(&file);
        damages.push((what, fs::read(&file).unwrap()));
    };
    spoil("the header", &|file| damage(file, 0, 16));
    spoil("the first page", &|file| damage(file, 100, 3_000));
    spoil("the middle", &|file| damage(file, pages / 2 * 4_096, 40 * 4_096));
    spoil("cut in half", &|file| fs::write(file, &sound[..sound.len() / 2]).unwrap());
    spoil("cut within a page", &|file| fs::write(file, &sound[..sound.len() - 5_000]).unwrap());
    for _ in 0..rounds(2, 20) {
        let page = dice.between(1, pages as u64 - 8) as usize;
        spoil("some pages", &|file| damage(file, page * 4_096, 6 * 4_096));
    }
    let (mut refused, mut found) = (0, 0);
    for (what, bytes) in &damages {
        put(&file, bytes);
        match Launch::new(&workspace).start_or_end() {
            Err(ended) => {
                assert!(!ended.status.success());
                assert!(ended.log.contains("restore"), "{what}: {}", ended.log);
                assert_eq!(&fs::read(&file).unwrap(), bytes, "{what}: it was changed");
                refused += 1;
            }
            // Looking at every page of a large file would take minutes: what the start does not touch, doctor finds.
            Ok(server) => {
                drop(server);
                let said = workspace.run(&["doctor", "--json"], b"");
                let said = String::from_utf8_lossy(&said.stdout).into_owned();
                let value: serde_json::Value = serde_json::from_str(&said).unwrap_or_default();
                assert_eq!(value["ok"], false, "{what}: {said}");
                assert!(said.contains("restore"), "{what}: {said}");
                found += 1;
            }
        }
    }
    put(&file, &sound);
    Server::start(&workspace).stop();
    scenario.saw(format_args!(
        "{} damages: {refused} refused at the start and left as they were, {found} found by `hookpost doctor`; each names \
         `hookpost restore`",
        damages.len()
    ));
}

#[test]
fn of_a_damaged_log_everything_before_the_damage_is_kept_and_a_lost_index_costs_nothing() {
    let scenario = Scenario::begin("damaged write-ahead log");
    let (mut kept, mut known, count) = (0, 0, rounds(2, 20));
    let mut dice = Dice::new();
    for round in 0..count {
        let (workspace, endpoint, ledger) = stopped();
        let (file, log) = (workspace.path("hookpost.db"), workspace.path("hookpost.db-wal"));
        let server = Server::start(&workspace);
        let load = Load::start(&server.address, &endpoint, &ledger, Pace::CALM);
        let before = ledger.acknowledged();
        while ledger.acknowledged() < before + 100 {
            thread::sleep(Duration::from_millis(5));
        }
        server.kill();
        load.stop();
        // Its index is made anew from the log.
        fs::write(workspace.path("hookpost.db-shm"), vec![0xA5; 32_768]).unwrap();
        let server = Server::start(&workspace);
        let seen = ledger.verify(&file);
        server.kill();
        let size = fs::metadata(&log).unwrap().len();
        assert!(size > 0, "there is a log to damage");
        damage(&log, dice.between(32, size - 200) as usize, 100);
        let server = Server::start(&workspace);
        let stored = Stored::read(&file);
        assert_eq!(stored.integrity, "ok", "round {round}");
        assert_eq!(endpoint.send(&server.address, "wh_after").unwrap().status, 200);
        server.stop();
        (kept, known) = (kept + ledger.kept(&stored), known + seen.acknowledged);
    }
    scenario.saw(format_args!(
        "{count} times: with its index overwritten nothing was lost; with 100 bytes of the log overwritten {kept} of {known} \
         events were kept, those before the damage, and the database was sound"
    ));
}
