//! Write, sync, answer: in this order, seen from outside with strace. No kill shows it, since what a killed process wrote
//! stays in the system's cache.

use crate::{
    harness::{Scenario, rounds, skip, until},
    process::Workspace,
    sender::Endpoint,
    server::Launch,
};
use std::{collections::HashMap, process::Command, time::Duration};

/// What the system was asked to do, in the order in which it mattered: a write or a sync by its end, an answer by its begin.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Call {
    /// These bytes were written to the write-ahead log.
    Write(String),
    /// The log was synced.
    Sync,
    /// A sender was answered with 200.
    Answer,
}

#[test]
fn the_log_is_written_and_synced_before_the_sender_is_answered() {
    const NAME: &str = "write, sync, answer";
    if Command::new("strace").arg("-V").output().is_err() {
        skip(NAME, "strace is not there");
        return;
    }
    let scenario = Scenario::begin(NAME);
    let workspace = Workspace::new();
    let endpoint = Endpoint::add(&workspace, "watched");
    let trace = workspace.path("trace");
    let calls = "trace=pwrite64,fsync,fdatasync,write,writev,sendto,sendmsg";
    // -D: the server is the test's own child, and strace its observer.
    let watch = ["strace", "-D", "-f", "-y", "-s", "5000", "-o", trace.to_str().unwrap(), "-e", calls];
    let server = Launch::new(&workspace).by(&watch).start();
    let count = rounds(20, 200);
    for n in 0..count {
        let answer = endpoint.send(&server.address, &id_of(n)).unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    let answers = || read(&std::fs::read_to_string(&trace).unwrap());
    until("strace has written all", Duration::from_secs(5), || {
        answers().iter().filter(|call| **call == Call::Answer).count() >= count
    });
    server.kill();
    let calls = answers();
    let positions = calls.iter().enumerate().filter(|(_, call)| **call == Call::Answer).map(|(at, _)| at);
    // The senders took turns, so the n-th answer is that to the n-th event.
    for (n, answered) in positions.enumerate() {
        let is_its_own = |call: &Call| matches!(call, Call::Write(bytes) if bytes.contains(&id_of(n)));
        let written = calls.iter().position(is_its_own).expect("its frames are written");
        assert!(written < answered, "{}: answered before it was written", id_of(n));
        assert!(
            calls[written..answered].contains(&Call::Sync),
            "{}: answered before the log was synced",
            id_of(n)
        );
    }
    scenario.saw(format_args!(
        "{count} webhooks, each answered after its frames were written to the log and synced"
    ));
}

/// One id is no part of another.
fn id_of(n: usize) -> String {
    format!("wh_order_{n:04}")
}

fn read(trace: &str) -> Vec<Call> {
    let mut begun: HashMap<&str, Call> = HashMap::new();
    let mut calls = Vec::new();
    for line in trace.lines() {
        let Some((pid, rest)) = line.split_once(' ') else { continue };
        let rest = rest.trim_start();
        if rest.starts_with("<... ") {
            calls.extend(begun.remove(pid));
            continue;
        }
        let on_log = rest.contains("-wal>");
        let call = if on_log && rest.starts_with("pwrite64(") {
            Call::Write(rest.to_owned())
        } else if on_log && (rest.starts_with("fdatasync(") || rest.starts_with("fsync(")) {
            Call::Sync
        } else if rest.contains("HTTP/1.1 200 OK") {
            Call::Answer
        } else {
            continue;
        };
        if rest.ends_with("<unfinished ...>") && call != Call::Answer {
            begun.insert(pid, call);
        } else {
            calls.push(call);
        }
    }
    calls
}
