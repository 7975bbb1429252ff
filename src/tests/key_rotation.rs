//! Changing the master key: by many at once, killed at any point, with what stands in the way; a server runs beside it.

use crate::{
    app::SECRET,
    process::{Process, Workspace},
};
use serde_json::Value;
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    process::{Child, Stdio},
    time::{Duration, Instant},
};

const OLD: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
const KEY: &str = "hookpost.db.key";

/// A database with an endpoint, a channel and a destination, each with a secret. Where to post to.
fn set_up(workspace: &Workspace) -> String {
    let add = ["endpoint", "add", "prod", "--secret-stdin", "--json"];
    let made = workspace.json(&add, SECRET.as_bytes());
    let allow = ["--allow-outbound", "127.0.0.1/32", "--json"];
    let channel = ["channel", "add", "program", "--kind", "webhook", "--secret-stdin"];
    workspace.json(&[&channel[..], &allow].concat(), b"http://127.0.0.1:1/hook");
    let destination = ["destination", "add", "worker", "--url", "http://127.0.0.1:1/hook"];
    workspace.json(&[&destination[..], &allow].concat(), b"");
    made["ingest_url"].as_str().unwrap().rsplit_once("/in/").unwrap().1.to_owned()
}

fn start(workspace: &Workspace, args: &[&str]) -> Child {
    let mut command = workspace.command(args);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Exit code and what it said.
fn end(child: Child) -> (Option<i32>, String) {
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn is_accepted(workspace: &Workspace, server: &Process, path: &str) -> bool {
    let url = format!("{}/in/{path}", server.base_url);
    workspace.run(&["send", &url, "--secret-stdin"], SECRET.as_bytes()).status.success()
}

/// A server that has just been started opens everything that is sealed, and verifies.
fn everything_opens(workspace: &Workspace, path: &str) {
    let server = workspace.serve(&["--allow-outbound", "127.0.0.1/32"]);
    assert!(is_accepted(workspace, &server, path), "{:?}", server.log);
    server.stop();
}

#[test]
fn of_many_rotations_at_once_one_goes_on_and_the_key_is_never_lost() {
    let workspace = Workspace::new();
    let path = set_up(&workspace);
    let server = workspace.serve(&[]);
    for round in 0..30 {
        let at_once = if round % 3 == 0 { 4 } else { 2 };
        let all: Vec<_> = (0..at_once).map(|_| start(&workspace, &["key", "rotate", "--json"])).collect();
        let ends: Vec<_> = all.into_iter().map(end).collect();
        assert!(ends.iter().any(|(code, _)| *code == Some(0)), "round {round}: {ends:#?}");
        for (code, said) in ends {
            let refused = code == Some(1) && said.contains("another rotation is in progress");
            assert!(code == Some(0) || refused, "round {round}: {code:?} {said}");
        }
        let listed = workspace.json(&["endpoint", "list", "--json"], b"");
        assert_eq!(listed.as_array().unwrap().len(), 1, "round {round}");
        assert!(!workspace.path("hookpost.db.key.new").exists());
    }
    assert!(is_accepted(&workspace, &server, &path), "the server beside them went on");
    server.stop();
    everything_opens(&workspace, &path);
}

#[test]
fn killed_at_any_point_a_rotation_leaves_a_key_that_opens_everything() {
    const ROUNDS: u32 = 40;
    let workspace = Workspace::new();
    let path = set_up(&workspace);
    let begun = Instant::now();
    assert_eq!(end(start(&workspace, &["key", "rotate"])).0, Some(0));
    let whole = begun.elapsed();
    let mut killed = 0;
    for round in 0..ROUNDS {
        let mut rotation = start(&workspace, &["key", "rotate"]);
        // From the start of the process to its end, with most kills in the second half, where the work is done.
        std::thread::sleep(whole * (ROUNDS / 4 + round) / ROUNDS);
        rotation.kill().unwrap();
        killed += u32::from(!rotation.wait().unwrap().success());
        let listed = workspace.run(&["endpoint", "list", "--json"], b"");
        assert!(listed.status.success(), "round {round}: {}", String::from_utf8_lossy(&listed.stderr));
        let all: Value = serde_json::from_slice(&listed.stdout).unwrap();
        assert_eq!(all.as_array().unwrap().len(), 1);
        if round % 10 == 9 {
            everything_opens(&workspace, &path);
        }
    }
    assert!(killed > ROUNDS / 4, "{killed} of {ROUNDS} were killed before their end");
}

#[test]
fn a_key_that_was_never_put_in_place_or_whose_file_is_gone_is_found_beside_it() {
    let workspace = Workspace::new();
    let path = set_up(&workspace);
    let file = |name: &str| workspace.path(name);
    let text = |name: &str| fs::read_to_string(file(name)).unwrap_or_default();
    let before = text(KEY);
    // As after a power cut between the transaction and the rename.
    workspace.json(&["key", "rotate", "--json"], b"");
    let after = text(KEY);
    fs::rename(file(KEY), file("hookpost.db.key.new")).unwrap();
    fs::write(file(KEY), &before).unwrap();
    everything_opens(&workspace, &path);
    assert_eq!((text(KEY), text("hookpost.db.key.old")), (after.clone(), before));
    // The key file is emptied, and then lost: the one that fits lies beside it.
    fs::rename(file(KEY), file("hookpost.db.key.new")).unwrap();
    fs::write(file(KEY), "").unwrap();
    everything_opens(&workspace, &path);
    assert_eq!(text(KEY), after);
    fs::rename(file(KEY), file("hookpost.db.key.saved")).unwrap();
    everything_opens(&workspace, &path);
    assert!([KEY, "hookpost.db.key.saved"].iter().all(|name| text(name) == after));
    // A copy of the database from before is opened with the key from before, and sealed anew from there.
    let copy = fs::read(file("hookpost.db")).unwrap();
    workspace.json(&["key", "rotate", "--json"], b"");
    fs::write(file("hookpost.db"), copy).unwrap();
    everything_opens(&workspace, &path);
    workspace.json(&["key", "rotate", "--json"], b"");
    everything_opens(&workspace, &path);
}

#[test]
fn what_lies_in_the_way_is_kept_under_another_name_and_the_new_key_is_as_private_as_the_old() {
    let workspace = Workspace::new();
    let path = set_up(&workspace);
    fs::write(workspace.path("hookpost.db.key.new"), "a key of somebody's").unwrap();
    fs::create_dir(workspace.path("hookpost.db.key.old")).unwrap();
    fs::set_permissions(workspace.path(KEY), fs::Permissions::from_mode(0o640)).unwrap();
    workspace.json(&["key", "rotate", "--json"], b"");
    let kept = fs::read_to_string(workspace.path("hookpost.db.key.unused.1")).unwrap();
    assert_eq!(kept, "a key of somebody's");
    assert!(workspace.path("hookpost.db.key.old.1").is_dir());
    let mode = |name: &str| fs::metadata(workspace.path(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(KEY), mode("hookpost.db.key.old"), mode("hookpost.db.key.lock")), (0o640, 0o640, 0o600));
    everything_opens(&workspace, &path);
}

#[test]
fn what_cannot_be_written_shows_before_anything_is_changed() {
    let workspace = Workspace::new();
    let path = set_up(&workspace);
    let before = fs::read(workspace.path(KEY)).unwrap();
    let refused = |args: &[&str]| {
        let (code, said) = end(start(&workspace, args));
        assert!(code == Some(1) && said.contains("Nothing was changed"), "{code:?} {said}");
    };
    fs::create_dir(workspace.path("hookpost.db.key.lock")).unwrap();
    refused(&["key", "rotate"]);
    fs::remove_dir(workspace.path("hookpost.db.key.lock")).unwrap();
    // A name so long that no other can be made of it stands for a folder in which nothing can be made.
    let long = "k".repeat(250);
    fs::write(workspace.path(&long), &before).unwrap();
    refused(&["--encryption-key-file", &long, "key", "rotate"]);
    assert_eq!(fs::read(workspace.path(&long)).unwrap(), before);
    everything_opens(&workspace, &path);
}

#[test]
fn a_disk_that_fails_in_the_middle_of_the_transaction_leaves_both_keys_and_the_next_one_goes_on() {
    let workspace = Workspace::new();
    let path = set_up(&workspace);
    for n in 0..60 {
        workspace
            .json(&["endpoint", "add", &format!("more-{n}"), "--secret-stdin", "--json"], SECRET.as_bytes());
    }
    let mut failed = 0;
    // No file may grow beyond so many KiB: the write-ahead log cannot take the whole transaction. What SQLite keeps beside
    // it takes 32.
    for kib in [32, 33, 34, 36, 38, 40] {
        let script = format!("trap '' XFSZ; ulimit -f {kib}; exec \"$0\" key rotate");
        let mut shell = std::process::Command::new("bash");
        shell.args(["-c", &script, env!("CARGO_BIN_EXE_hookpost")]).current_dir(workspace.path(""));
        let before = fs::read(workspace.path(KEY)).unwrap();
        let output = shell.env("HOOKPOST_LOG", "error").output().unwrap();
        if !output.status.success() {
            failed += 1;
            assert_eq!(fs::read(workspace.path(KEY)).unwrap(), before, "{output:?}");
        }
        let listed = workspace.json(&["endpoint", "list", "--json"], b"");
        assert_eq!(listed.as_array().unwrap().len(), 61);
    }
    assert!(failed > 0, "no rotation met the limit");
    everything_opens(&workspace, &path);
    workspace.json(&["key", "rotate", "--json"], b"");
    everything_opens(&workspace, &path);
}

#[test]
fn keys_that_are_given_take_their_turn_too() {
    let workspace = Workspace::new();
    let with = |key: &str, args: &[&str]| {
        let mut all = vec!["--encryption-key".to_owned(), key.to_owned()];
        all.extend(args.iter().map(|arg| (*arg).to_owned()));
        all
    };
    let run = |key: &str, args: &[&str], stdin: &str| {
        let args = with(key, args);
        workspace.run(&args.iter().map(String::as_str).collect::<Vec<_>>(), stdin.as_bytes())
    };
    assert!(run(OLD, &["endpoint", "add", "prod", "--secret-stdin"], SECRET).status.success());
    assert_eq!(run(OLD, &["key", "rotate", "--new-key-stdin"], OLD).status.code(), Some(2), "it is in use");
    let mut key = OLD.to_owned();
    for round in 0_u8..10 {
        let new = [round * 2 + 1, round * 2 + 2].map(|byte| base64_of([byte; 32]));
        let one = |new: &str| run(&key, &["key", "rotate", "--new-key-stdin"], new);
        let one = &one;
        let outputs = std::thread::scope(|scope| {
            new.each_ref().map(|new| scope.spawn(move || one(new))).map(|run| run.join().unwrap())
        });
        let done: Vec<&String> = new
            .iter()
            .zip(&outputs)
            .filter(|(_, output)| output.status.success())
            .map(|(new, _)| new)
            .collect();
        assert_eq!(done.len(), 1, "round {round}: {outputs:?}");
        assert!(run(done[0], &["endpoint", "show", "prod"], "").status.success(), "round {round}");
        assert!(
            !run(&key, &["endpoint", "show", "prod"], "").status.success(),
            "the old one opens it no more"
        );
        key.clone_from(done[0]);
    }
}

fn base64_of(bytes: [u8; 32]) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    STANDARD.encode(bytes)
}

#[tokio::test]
async fn what_the_old_key_sealed_is_nowhere_in_the_file_any_more() {
    let workspace = Workspace::new();
    let path = set_up(&workspace);
    let sealed = async || {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(workspace.path("hookpost.db"));
        let mut connection =
            hookpost::db::Connection::from(sqlx::ConnectOptions::connect(&options).await.unwrap());
        let mut all = Vec::new();
        for table in [
            "SELECT sealed FROM secrets",
            "SELECT sealed FROM channels",
            "SELECT sealed FROM destinations",
            "SELECT sealed FROM data_keys",
            "SELECT sealed FROM key_check",
        ] {
            let found: Vec<Vec<u8>> = connection.sql(table).scalars().await.unwrap();
            assert_eq!(found.len(), 1, "{table}");
            all.extend(found);
        }
        all
    };
    let before = sealed().await;
    let begun = Instant::now();
    workspace.json(&["key", "rotate", "--json"], b"");
    let after = sealed().await;
    assert!(before.iter().zip(&after).all(|(before, after)| before != after), "all were sealed anew");
    for name in ["hookpost.db", "hookpost.db-wal"] {
        let bytes = fs::read(workspace.path(name)).unwrap_or_default();
        for value in &before {
            let is_there = bytes.windows(value.len()).any(|window| window == value.as_slice());
            assert!(!is_there, "{name} still holds a value that the old key opens");
        }
    }
    everything_opens(&workspace, &path);
    assert!(begun.elapsed() < Duration::from_secs(60));
}
