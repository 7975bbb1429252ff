//! Starting and stopping: keys, files of other versions, signals, the set-up link.

use crate::process::Workspace;
use std::{os::unix::fs::PermissionsExt, process::Command};

/// A value of the shape that `openssl rand -base64 32` prints.
const OTHER_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

#[test]
fn the_first_start_makes_a_private_key_and_prints_a_set_up_link() {
    let workspace = Workspace::new();
    let mut server = workspace.serve(&[]);
    let link = server.wait_for("set-up link");
    let url = link["fields"]["url"].as_str().unwrap();
    assert!(url.starts_with(&format!("{}/setup/", server.base_url)), "{url}");
    let mode = std::fs::metadata(workspace.path("hookpost.db.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(server.log.iter().any(|line| line.contains("back it up")));
    server.stop();
}

#[test]
fn a_wrong_key_is_refused_and_touches_nothing() {
    let workspace = Workspace::new();
    workspace.json(&["endpoint", "add", "a", "--secret-stdin", "--json"], crate::app::SECRET.as_bytes());
    let before = std::fs::read(workspace.path("hookpost.db")).unwrap();
    let output =
        workspace.command(&["endpoint", "list"]).env("HOOKPOST_ENCRYPTION_KEY", OTHER_KEY).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("the master key does not match"), "{said}");
    assert!(before == std::fs::read(workspace.path("hookpost.db")).unwrap());
    assert!(workspace.run(&["endpoint", "list"], b"").status.success());
}

#[test]
fn a_database_whose_key_file_is_gone_gets_no_new_one() {
    let workspace = Workspace::new();
    assert!(workspace.run(&["endpoint", "list"], b"").status.success());
    std::fs::remove_file(workspace.path("hookpost.db.key")).unwrap();
    let output = workspace.run(&["endpoint", "list"], b"");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("key file ./hookpost.db.key: missing"));
    assert!(!workspace.path("hookpost.db.key").exists());
}

#[test]
fn a_mistyped_database_gets_no_new_one_from_who_changes_or_tells_of_what_is_there() {
    let workspace = Workspace::new();
    for command in [&["key", "rotate"][..], &["audit", "export"], &["rollups", "check"]] {
        let refused = workspace.run(&[command, &["--database", "typo.db"]].concat(), b"");
        assert_eq!(refused.status.code(), Some(2), "{command:?}");
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(said.contains("there is no database typo.db; set the file with --database"), "{said}");
    }
    assert_eq!(std::fs::read_dir(workspace.path(".")).unwrap().count(), 0, "nothing was made");
}

#[test]
fn a_database_of_a_newer_version_is_refused() {
    let workspace = Workspace::new();
    assert!(workspace.run(&["endpoint", "list"], b"").status.success());
    let sql = "INSERT INTO _sqlx_migrations VALUES (9999, 'future', '2030-01-01', 1, x'00', 1)";
    let python =
        format!("import sqlite3; c = sqlite3.connect('hookpost.db'); c.execute(\"{sql}\"); c.commit()");
    let done =
        Command::new("python3").args(["-c", &python]).current_dir(workspace.path(".")).status().unwrap();
    assert!(done.success());
    let output = workspace.run(&["endpoint", "list"], b"");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("was written by a newer version of Hookpost (migration 9999)"), "{said}");
}

#[test]
fn an_address_in_use_is_said_in_a_sentence() {
    let workspace = Workspace::new();
    let server = workspace.serve(&[]);
    let taken = server.base_url.trim_start_matches("http://").to_owned();
    let output = Workspace::new().run(&["serve", "--listen", &taken], b"");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains(&format!("cannot listen on {taken}")), "{said}");
    server.stop();
}

#[test]
fn an_interrupt_also_ends_it_well() {
    let workspace = Workspace::new();
    let server = workspace.serve(&[]);
    server.signal("INT");
    assert!(server.wait().success());
}

#[test]
fn settings_come_from_variables_too() {
    let workspace = Workspace::new();
    let output = workspace
        .command(&["endpoint", "add", "a", "--scheme", "none", "--json"])
        .env("HOOKPOST_DATABASE", "other.db")
        .env("HOOKPOST_PUBLIC_URL", "https://hooks.example.com")
        .output()
        .unwrap();
    let made: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(made["ingest_url"].as_str().unwrap().starts_with("https://hooks.example.com/in/"), "{made}");
    assert!(workspace.path("other.db").exists() && workspace.path("other.db.key").exists());
}
