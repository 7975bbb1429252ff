//! Two of what may be there once only: two servers on one file, two changes of the master key at once.

use crate::{
    harness::{Dice, Scenario, rounds},
    process::Workspace,
    sender::Endpoint,
    server::{Launch, Server},
    shim::{EIO, ENOSPC, Fault, KEY, SYNC, Shim, Spoil, WAL, WRITE},
};
use std::{process::Stdio, thread, time::Duration};

#[test]
fn a_second_server_on_one_file_refuses_to_start_and_the_first_goes_on() {
    let scenario = Scenario::begin("two servers on one file");
    let workspace = Workspace::new();
    let endpoint = Endpoint::add(&workspace, "once");
    let mut server = Server::start(&workspace);
    let count = rounds(2, 20);
    for n in 0..count {
        let refused = match Launch::new(&workspace).start_or_end() {
            Ok(second) => panic!("a second one listens at {}", second.address),
            Err(ended) => ended,
        };
        assert!(refused.status.code().is_some_and(|code| code != 0), "{}", refused.status);
        assert!(
            refused.log.contains("another") || refused.log.contains("already"),
            "it says why: {}",
            refused.log
        );
        assert_eq!(endpoint.send(&server.address, &format!("wh_{n}")).unwrap().status, 200);
        // What was killed holds nothing.
        let address = server.address.clone();
        server.kill();
        server = Launch::new(&workspace).at(&address).start();
    }
    server.stop();
    scenario.saw(format_args!(
        "{count} times the second one refused to start, and a new one started after each kill"
    ));
}

#[test]
fn two_changes_of_the_master_key_at_once_or_killed_leave_every_secret_readable() {
    let scenario = Scenario::begin("two `key rotate` at once, killed at any moment");
    let workspace = Workspace::new();
    let endpoint = Endpoint::add(&workspace, "sealed");
    let rotate = || {
        let mut command = workspace.command(&["key", "rotate"]);
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let (mut dice, mut done, count) = (Dice::new(), 0, rounds(6, 60));
    for round in 0..count {
        let mut both = [rotate(), rotate()];
        if round % 2 == 1 {
            thread::sleep(Duration::from_millis(dice.between(5, 250)));
            for rotation in &mut both {
                // It may be done already.
                let _ended = rotation.kill();
            }
        }
        for rotation in both {
            let output = rotation.wait_with_output().unwrap();
            done += usize::from(output.status.success());
        }
        let readable = workspace.run(&["endpoint", "show", "sealed"], b"");
        let said = String::from_utf8_lossy(&readable.stderr);
        assert!(readable.status.success(), "round {round}: {said}");
    }
    let server = Server::start(&workspace);
    assert_eq!(endpoint.send(&server.address, "wh_after").unwrap().status, 200, "its secret opens");
    server.stop();
    scenario.saw(format_args!("{count} rounds, half of them killed; {done} changes were made, and the secrets opened after each round"));
}

#[test]
fn a_change_of_the_master_key_that_meets_a_failing_disk_leaves_every_secret_readable() {
    let scenario = Scenario::begin("`key rotate` on a failing disk");
    let workspace = Workspace::new();
    let endpoint = Endpoint::add(&workspace, "sealed");
    let shim = Shim::new(&workspace);
    let (mut failed, mut done) = (0, 0);
    // At the n-th write or sync, of the key's files and of the database, until a change meets none any more.
    for (calls, files) in [(WRITE, KEY), (SYNC, KEY), (WRITE, WAL), (SYNC, WAL)] {
        for skip in 0..rounds(3, 12) as i64 {
            for error in [EIO, ENOSPC] {
                shim.spoil(Fault { spoil: Spoil::Fail(error), calls, files, skip, times: 1 });
                let mut rotate = workspace.command(&["key", "rotate"]);
                let output = rotate.envs(shim.environment()).output().unwrap();
                shim.heal();
                if output.status.success() {
                    done += 1;
                } else {
                    failed += 1;
                }
                let readable = workspace.run(&["endpoint", "show", "sealed"], b"");
                let said = [output.stderr, readable.stderr].concat();
                assert!(
                    readable.status.success(),
                    "{calls} {files} {skip}: {}",
                    String::from_utf8_lossy(&said)
                );
            }
        }
    }
    assert!(failed > 0, "no error was met");
    let server = Server::start(&workspace);
    assert_eq!(endpoint.send(&server.address, "wh_after").unwrap().status, 200, "its secret opens");
    server.stop();
    scenario.saw(format_args!(
        "{failed} changes failed at a write or sync, {done} were made; the secrets opened after each"
    ));
}
