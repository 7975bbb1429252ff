//! Copies beside a server that writes, putting them back, regular ones with rotation.

use crate::{
    app::{SECRET, TestApp, event, sign},
    browser::Browser,
    process::Workspace,
};
use hookpost::{
    db::backups::{self, LISTED},
    jobs::backup::schedule,
    model::{
        backup::{Backup, BackupState, Rhythm},
        ids::BackupId,
        scheme::{Scheme, SecretFormat},
        user::Role,
    },
};
use serde_json::Value;
use std::{
    fs::{self, OpenOptions},
    os::unix::fs::{FileExt, PermissionsExt},
    path::Path,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

const PASSPHRASE: &str = "correct horse battery staple";
const HOUR_MS: i64 = 3_600_000;

/// A workspace with an endpoint that has [`SECRET`]; its ingest path too.
fn workspace() -> (Workspace, String) {
    let workspace = Workspace::new();
    let args = ["endpoint", "add", "prod", "--scheme", "openai", "--secret-stdin", "--json"];
    let made = workspace.json(&args, SECRET.as_bytes());
    let path = made["ingest_url"].as_str().unwrap().split_once("/in/").unwrap().1.to_owned();
    (workspace, path)
}

async fn deliver(http: &reqwest::Client, url: &str, id: &str, padding: usize) -> u16 {
    let body = event("batch.completed", &format!("batch_{id}{}", "x".repeat(padding)));
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let now = i64::try_from(now).unwrap();
    let request = http
        .post(url)
        .header("webhook-id", id)
        .header("webhook-timestamp", now)
        .header("webhook-signature", sign(SECRET, id, now, &body))
        .body(body);
    request.send().await.unwrap().status().as_u16()
}

/// Tables of `one` that are not row by row the same in `other`, but for what the program writes at its start, and how many
/// rows there are.
fn differing(one: &Path, other: &Path) -> (Vec<String>, i64) {
    let script = "
import json, sqlite3, sys
c = sqlite3.connect(f'file:{sys.argv[1]}?mode=ro', uri=True)
c.execute('ATTACH ? AS other', [f'file:{sys.argv[2]}?mode=ro'])
tables = lambda schema: {r[0] for r in c.execute(f\"SELECT sql || '' FROM {schema}.sqlite_schema WHERE name NOT LIKE 'sqlite_%' AND sql IS NOT NULL\")}
names = [r[0] for r in c.execute(\"SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'\")]
out = ['schema'] if tables('main') != tables('other') else []
rows = 0
for name in names:
    rows += c.execute(f'SELECT count(*) FROM main.\"{name}\"').fetchone()[0]
    for a, b in (('main', 'other'), ('other', 'main')):
        if c.execute(f'SELECT count(*) FROM (SELECT * FROM {a}.\"{name}\" EXCEPT SELECT * FROM {b}.\"{name}\")').fetchone()[0]:
            out.append(name)
print(json.dumps([out, rows]))";
    let output = Command::new("python3").args(["-c", script]).arg(one).arg(other).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn keys(database: &Path) -> Vec<String> {
    let script = "
import json, sqlite3, sys
c = sqlite3.connect(f'file:{sys.argv[1]}?mode=ro', uri=True)
print(json.dumps([r[0] for r in c.execute('SELECT event_key FROM deliveries')]))";
    let output = Command::new("python3").args(["-c", script]).arg(database).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_beside_a_server_that_commits_all_the_time_ends_and_holds_what_was_acknowledged() {
    let (workspace, path) = workspace();
    let server = workspace.serve(&[]);
    let http = hookpost::net::operator_client().unwrap();
    let url = format!("{}/in/{path}", server.base_url);
    let (stop, sent) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let senders: Vec<_> = (0..4)
        .map(|sender| {
            let (http, url, stop, sent) = (http.clone(), url.clone(), stop.clone(), sent.clone());
            tokio::spawn(async move {
                let mut slowest = Duration::ZERO;
                for number in 0.. {
                    if stop.load(Ordering::Relaxed) {
                        break;
                    }
                    let begun = Instant::now();
                    assert_eq!(deliver(&http, &url, &format!("wh_{sender}_{number}"), 8_000).await, 200);
                    slowest = slowest.max(begun.elapsed());
                    sent.fetch_add(1, Ordering::Relaxed);
                }
                slowest
            })
        })
        .collect();
    while sent.load(Ordering::Relaxed) < 1_000 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let before = keys(&workspace.path("hookpost.db"));
    let began = sent.load(Ordering::Relaxed);
    let made = tokio::task::block_in_place(|| workspace.json(&["backup", "copy.db", "--json"], b""));
    assert!(sent.load(Ordering::Relaxed) > began, "the server went on");
    stop.store(true, Ordering::Relaxed);
    for sender in senders {
        let slowest = sender.await.unwrap();
        assert!(slowest < Duration::from_secs(2), "an answer took {slowest:?} beside the backup");
    }
    assert_eq!((made["checked"].as_bool(), made["encrypted"].as_bool()), (Some(true), Some(false)), "{made}");
    assert_eq!(made["warnings"], serde_json::json!([]), "{made}");
    let copy = workspace.path("copy.db");
    let copied = keys(&copy);
    assert_eq!(made["deliveries"].as_u64().unwrap() as usize, copied.len());
    assert!(before.iter().all(|key| copied.contains(key)), "everything acknowledged before is in it");
    assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(
        !names(&workspace.path(".")).iter().any(|name| name.contains("partial") || name == "copy.db-wal")
    );
    server.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_copy_is_row_by_row_the_same_and_a_server_takes_it() {
    let (workspace, path) = workspace();
    let server = workspace.serve(&[]);
    let http = hookpost::net::operator_client().unwrap();
    for number in 0..40 {
        let url = format!("{}/in/{path}", server.base_url);
        assert_eq!(deliver(&http, &url, &format!("wh_{number}"), 10).await, 200);
    }
    server.stop();
    workspace.json(&["backup", "copy.db", "--json"], b"");
    fs::create_dir(workspace.path("new")).unwrap();
    let restored = workspace.json(&["restore", "copy.db", "--database", "new/hookpost.db", "--json"], b"");
    assert_eq!(restored["key"].as_str(), Some("needed"), "{restored}");
    let (different, rows) = differing(&workspace.path("hookpost.db"), &workspace.path("new/hookpost.db"));
    assert_eq!(different, [""; 0]);
    assert!(rows > 100, "{rows}");
    assert_eq!(names(&workspace.path("new")), ["hookpost.db"]);
    let args = ["--database", "new/hookpost.db", "--encryption-key-file", "hookpost.db.key"];
    let server = workspace.serve(&args);
    let url = format!("{}/in/{path}", server.base_url);
    assert_eq!(deliver(&http, &url, "wh_1", 10).await, 200);
    assert_eq!(deliver(&http, &url, "wh_new", 10).await, 200);
    server.stop();
    assert_eq!(keys(&workspace.path("new/hookpost.db")).len(), 42);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_encrypted_backup_with_its_key_is_all_that_is_needed() {
    let (workspace, path) = workspace();
    let secret = PASSPHRASE.as_bytes();
    let args = ["backup", "copy.age", "--passphrase-stdin", "--with-key", "--json"];
    let made = workspace.json(&args, secret);
    assert_eq!((made["encrypted"].as_bool(), made["with_key"].as_bool()), (Some(true), Some(true)));
    let bytes = fs::read(workspace.path("copy.age")).unwrap();
    assert!(bytes.starts_with(b"age-encryption.org/v1\n"));
    assert_eq!(
        names(&workspace.path(".")).iter().filter(|name| name.contains("partial")).count(),
        0,
        "none left of the copy before it was encrypted"
    );
    fs::create_dir(workspace.path("new")).unwrap();
    let restore = ["restore", "copy.age", "--database", "new/hookpost.db", "--json"];
    let told = |stdin: &[u8], args: &[&str]| {
        let output = workspace.run(args, stdin);
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, said) = told(b"", &restore);
    assert!(code == Some(2) && said.contains("is encrypted: pass its passphrase"), "{said}");
    let with_passphrase: Vec<&str> = restore.iter().copied().chain(["--passphrase-stdin"]).collect();
    let (code, said) = told(b"another passphrase", &with_passphrase);
    assert!(code == Some(1) && said.contains("wrong passphrase"), "{said}");
    assert_eq!(names(&workspace.path("new")), [""; 0], "none left of a failed one");
    let restored = workspace.json(&with_passphrase, secret);
    assert_eq!(restored["key"].as_str(), Some("placed"), "{restored}");
    assert_eq!(differing(&workspace.path("hookpost.db"), &workspace.path("new/hookpost.db")).0, [""; 0]);
    assert_eq!(names(&workspace.path("new")), ["hookpost.db", "hookpost.db.key"]);
    let key = |name: &str| fs::read(workspace.path(name)).unwrap();
    assert!(key("hookpost.db.key") == key("new/hookpost.db.key"));
    let mode = fs::metadata(workspace.path("new/hookpost.db.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let database = fs::read(workspace.path("new/hookpost.db")).unwrap();
    let text = key("hookpost.db.key");
    let text = text.trim_ascii();
    assert!(
        !database.windows(text.len()).any(|window| window == text),
        "the key is taken out of the database"
    );
    let server = workspace.serve(&["--database", "new/hookpost.db"]);
    let http = hookpost::net::operator_client().unwrap();
    assert_eq!(deliver(&http, &format!("{}/in/{path}", server.base_url), "wh_1", 0).await, 200);
    server.stop();
}

/// With the tool that defines the format, where it is installed: it asks for passphrases on a terminal only.
#[test]
fn the_age_tool_opens_an_encrypted_backup() {
    let terminal = "
import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
    os.execvp('age', ['age', '-d', '-o', 'plain.db', 'copy.age'])
os.read(fd, 1024)
os.write(fd, sys.argv[1].encode() + b'\\n')
while True:
    try:
        if not os.read(fd, 1024): break
    except OSError: break
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))";
    let is_there = Command::new("age").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if is_there.is_err() {
        return;
    }
    let (workspace, _) = workspace();
    workspace.json(&["backup", "copy.age", "--passphrase-stdin", "--json"], PASSPHRASE.as_bytes());
    let done = Command::new("python3")
        .args(["-c", terminal, PASSPHRASE])
        .current_dir(workspace.path("."))
        .status()
        .unwrap();
    assert!(done.success());
    assert!(fs::read(workspace.path("plain.db")).unwrap().starts_with(b"SQLite format 3\0"));
}

#[test]
fn a_backup_overwrites_nothing_and_says_what_is_wrong() {
    let (workspace, _) = workspace();
    let refused = |args: &[&str], stdin: &[u8]| {
        let output = workspace.run(args, stdin);
        assert!(!output.status.success() && output.stdout.is_empty(), "{args:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    workspace.json(&["backup", "copy.db", "--json"], b"");
    let first = fs::read(workspace.path("copy.db")).unwrap();
    assert!(refused(&["backup", "copy.db"], b"").contains("copy.db already exists. Nothing was changed"));
    assert!(first == fs::read(workspace.path("copy.db")).unwrap());
    workspace.json(&["endpoint", "add", "two", "--scheme", "none", "--json"], b"");
    workspace.json(&["backup", "copy.db", "--force", "--json"], b"");
    assert!(first != fs::read(workspace.path("copy.db")).unwrap());
    assert!(refused(&["backup", "x.db", "--database", "no.db"], b"").contains("there is no database no.db"));
    assert!(!workspace.path("no.db").exists() && !workspace.path("no.db.key").exists());
    std::os::unix::fs::symlink("hookpost.db", workspace.path("link.db")).unwrap();
    fs::hard_link(workspace.path("hookpost.db"), workspace.path("hard.db")).unwrap();
    fs::write(workspace.path("notes.txt"), "of somebody").unwrap();
    let database = fs::read(workspace.path("hookpost.db")).unwrap();
    for name in ["hookpost.db", "./hookpost.db", "link.db", "hard.db"] {
        assert!(refused(&["backup", name, "--force"], b"").contains("It is the database itself"), "{name}");
    }
    fs::create_dir(workspace.path("other")).unwrap();
    workspace.json(&["endpoint", "list", "--json", "--database", "other/hookpost.db"], b"");
    for name in ["hookpost.db.key", "notes.txt"] {
        let said = refused(&["backup", name, "--force"], b"");
        assert!(said.contains("It was not made by"), "{said}");
    }
    // Its log may lie beside it still, which is told of first.
    let other = fs::read(workspace.path("other/hookpost.db")).unwrap();
    let said = refused(&["backup", "other/hookpost.db", "--force"], b"");
    assert!(said.contains("Nothing was changed. It "), "{said}");
    assert!(other == fs::read(workspace.path("other/hookpost.db")).unwrap());
    assert!(database == fs::read(workspace.path("hookpost.db")).unwrap());
    assert!(refused(&["backup", "no/folder/x.db"], b"").contains("no/folder"));
    assert!(
        refused(&["backup", "x.db", "--with-key"], b"").contains("--with-key requires --passphrase-stdin")
    );
    assert!(
        refused(&["backup", "x.db", "--passphrase-stdin"], b"short").contains("the passphrase is too short")
    );
    fs::write(workspace.path("x.db-wal"), "of another one").unwrap();
    assert!(refused(&["backup", "x.db"], b"").contains("It would be mistaken for part of the new file"));
    assert!(!workspace.path("x.db").exists());
    let left = names(&workspace.path("."));
    assert!(!left.iter().any(|name| name.contains("partial")), "{left:?}");
    let plain = workspace.json(&["backup", "key.db", "--with-key", "--allow-unencrypted-key", "--json"], b"");
    assert_eq!((plain["with_key"].as_bool(), plain["encrypted"].as_bool()), (Some(true), Some(false)));
}

#[test]
fn a_restore_overwrites_nothing_and_takes_no_damaged_or_foreign_file() {
    let (workspace, _) = workspace();
    workspace.json(&["backup", "copy.db", "--json"], b"");
    fs::create_dir(workspace.path("new")).unwrap();
    let target = ["--database", "new/hookpost.db"];
    let refused = |file: &str, target: &[&str]| {
        let args: Vec<&str> = ["restore", file].iter().chain(target).copied().collect();
        let output = workspace.run(&args, b"");
        assert!(!output.status.success(), "{args:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(refused("copy.db", &["--database", "hookpost.db"]).contains("hookpost.db already exists"));
    for suffix in ["-wal", "-shm", "-journal"] {
        let beside = workspace.path(&format!("new/hookpost.db{suffix}"));
        fs::write(&beside, "x").unwrap();
        assert!(refused("copy.db", &target).contains("It would be mistaken for part of the new file"));
        fs::remove_file(beside).unwrap();
    }
    let other = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n";
    fs::write(workspace.path("new/hookpost.db.key"), other).unwrap();
    assert!(refused("copy.db", &target).contains("does not match this backup. Nothing was changed"));
    assert_eq!(fs::read_to_string(workspace.path("new/hookpost.db.key")).unwrap(), other);
    fs::copy(workspace.path("hookpost.db.key"), workspace.path("new/hookpost.db.key")).unwrap();
    assert!(refused("no.db", &target).contains("no such file: no.db"));
    fs::write(workspace.path("text.db"), "not a database").unwrap();
    assert!(refused("text.db", &target).contains("neither a database nor an encrypted backup"));
    fs::copy(workspace.path("copy.db"), workspace.path("cut.db")).unwrap();
    spoil(&workspace.path("cut.db"));
    let said = refused("cut.db", &target);
    assert!(said.contains("it is damaged"), "{said}");
    let newer = "import sqlite3; c = sqlite3.connect('newer.db'); \
                 c.execute(\"INSERT INTO _sqlx_migrations VALUES (9999, 'future', '2030-01-01', 1, x'00', 1)\"); c.commit()";
    fs::copy(workspace.path("copy.db"), workspace.path("newer.db")).unwrap();
    let done = Command::new("python3").args(["-c", newer]).current_dir(workspace.path(".")).status().unwrap();
    assert!(done.success());
    assert!(refused("newer.db", &target).contains("written by a newer version of Hookpost (migration 9999)"));
    assert_eq!(names(&workspace.path("new")), ["hookpost.db.key"], "none left of a failed one");
    let args = ["restore", "copy.db", "--database", "new/hookpost.db", "--json"];
    assert_eq!(workspace.json(&args, b"")["key"].as_str(), Some("there"));
}

/// Writes nonsense over pages in the middle.
fn spoil(database: &Path) {
    let file = OpenOptions::new().write(true).open(database).unwrap();
    let pages = file.metadata().unwrap().len() / 4_096;
    for page in pages / 3..pages * 2 / 3 {
        file.write_all_at(&[0xa5; 4_096], page * 4_096).unwrap();
    }
}

fn doctor(workspace: &Workspace, args: &[&str]) -> (bool, Vec<(String, String)>) {
    let args: Vec<&str> = ["doctor", "--json"].iter().chain(args).copied().collect();
    let output = workspace.run(&args, b"");
    let told: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!(
            "{error}: {} {}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        )
    });
    let ok = told["ok"].as_bool().unwrap();
    assert_eq!(output.status.code(), Some(i32::from(!ok)), "{told}");
    let findings = told["findings"].as_array().unwrap().iter().map(|finding| {
        let text = |name: &str| finding[name].as_str().unwrap().to_owned();
        assert!(!text("message").is_empty() && !text("what_to_do").is_empty(), "{finding}");
        (text("check"), text("severity"))
    });
    (ok, findings.collect())
}

fn errors(found: &[(String, String)]) -> Vec<&str> {
    found.iter().filter(|(_, severity)| severity == "error").map(|(check, _)| check.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_finds_nothing_wrong_beside_a_server_and_after_it_and_makes_nothing() {
    let (workspace, path) = workspace();
    // The disk of the machine may be nearly full.
    let floor = ["--disk-floor", "0", "--full"];
    let server = workspace.serve(&[]);
    let http = hookpost::net::operator_client().unwrap();
    assert_eq!(deliver(&http, &format!("{}/in/{path}", server.base_url), "wh_1", 0).await, 200);
    let (ok, found) = doctor(&workspace, &floor);
    assert!(ok, "{found:?}");
    server.stop();
    let before: Vec<_> = names(&workspace.path("."));
    let bytes = fs::read(workspace.path("hookpost.db")).unwrap();
    let (ok, found) = doctor(&workspace, &floor);
    assert!(ok, "{found:?}");
    assert_eq!(names(&workspace.path(".")), before);
    assert!(fs::read(workspace.path("hookpost.db")).unwrap() == bytes);
    let empty = Workspace::new();
    assert_eq!(errors(&doctor(&empty, &floor).1), ["database"]);
    assert_eq!(names(&empty.path(".")), [""; 0], "it makes neither a database nor a key");
}

#[test]
fn the_doctor_names_a_wrong_a_missing_and_an_open_key_and_a_damaged_page() {
    let (workspace, _) = workspace();
    let floor = ["--disk-floor", "0"];
    let key = workspace.path("hookpost.db.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(errors(&doctor(&workspace, &floor).1), ["key-mode"]);
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    let text = fs::read_to_string(&key).unwrap();
    fs::write(&key, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n").unwrap();
    assert_eq!(errors(&doctor(&workspace, &floor).1), ["key"]);
    fs::remove_file(&key).unwrap();
    assert_eq!(errors(&doctor(&workspace, &floor).1), ["key"]);
    assert!(!key.exists());
    fs::write(&key, text).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(errors(&doctor(&workspace, &floor).1), [""; 0]);
    let unsealed = "import sqlite3; c = sqlite3.connect('hookpost.db'); \
                    c.execute(\"UPDATE secrets SET sealed = zeroblob(60)\"); c.commit()";
    let run = |script| Command::new("python3").args(["-c", script]).current_dir(workspace.path(".")).status();
    assert!(run(unsealed).unwrap().success());
    assert_eq!(errors(&doctor(&workspace, &floor).1), ["sealed"]);
    spoil(&workspace.path("hookpost.db"));
    let found = doctor(&workspace, &floor).1;
    assert!(errors(&found).contains(&"integrity"), "{found:?}");
}

/// Files of copies in a folder, oldest first.
fn copies(folder: &Path) -> Vec<String> {
    names(folder).into_iter().filter(|name| name.starts_with("hookpost-")).collect()
}

const PLAN: [(&str, &str); 9] = [
    ("enabled", "true"),
    ("rhythm", "hours"),
    ("hours", "6"),
    ("time", "03:00"),
    ("folder", "daily"),
    ("keep_last", "2"),
    ("keep_days", "0"),
    ("keep_weeks", "0"),
    ("passphrase", ""),
];

fn changed<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let unchanged = PLAN.into_iter().filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    unchanged.chain(changes.iter().copied()).collect()
}

async fn newest(app: &TestApp) -> Option<Backup> {
    backups::list(&mut app.state.db.read().await.unwrap(), LISTED).await.unwrap().into_iter().next()
}

/// Waits until the newest copy that began at or after `since` came to its end.
async fn ended(app: &TestApp, since: i64) -> Backup {
    let begun = Instant::now();
    loop {
        app.state.wake.backups.notify_one();
        if let Some(copy) = newest(app).await
            && copy.started_at >= since
            && copy.state != BackupState::Running
        {
            return copy;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "no backup came to its end");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

async fn metric(app: &TestApp, name: &str) -> Option<f64> {
    let text = app.http.get(format!("{}/metrics", app.base_url)).send().await.unwrap().text().await.unwrap();
    text.lines().find_map(|line| line.strip_prefix(&format!("{name} "))).map(|value| value.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn regular_backups_are_made_by_the_plan_and_old_ones_make_room() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("daily");
    let app = TestApp::spawn_with(&["--backup-dir", dir.path().to_str().unwrap()]).await;
    let admin = app.browser(Role::Admin).await;
    let page = admin.get("/settings/backups").await;
    assert!(page.text.contains("No backup yet") && page.text.contains("Back up now"), "{}", page.text);
    assert_eq!(metric(&app, "hookpost_backup_last_success_timestamp_seconds").await, Some(0.0));
    assert_eq!(admin.post("/do/change_backups", &PLAN).await.location, "/settings/backups");
    let first = ended(&app, app.now_ms()).await;
    assert_eq!((first.state, first.problem.as_deref()), (BackupState::Good, None));
    fs::write(folder.join("hookpost-notes.db"), "of somebody else").unwrap();
    assert!(metric(&app, "hookpost_backup_last_success_timestamp_seconds").await.unwrap() > 1.0);
    for _ in 0..3 {
        app.set_clock(app.now_ms() + 6 * HOUR_MS - 1);
        app.state.wake.backups.notify_one();
        schedule_looked(&app).await;
        app.set_clock(app.now_ms() + 1);
        assert_eq!(ended(&app, app.now_ms()).await.state, BackupState::Good);
    }
    use BackupState::{Good, Removed};
    let begun = Instant::now();
    loop {
        let list = backups::list(&mut app.state.db.read().await.unwrap(), LISTED).await.unwrap();
        let states: Vec<_> = list.iter().map(|copy| copy.state).collect();
        if states == [Good, Good, Removed, Removed] {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "{states:?}");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    let left = copies(&folder);
    assert_eq!(left.len(), 3, "{left:?}");
    assert_eq!(left[2], "hookpost-notes.db", "what was not made here stays");
    // The session of the beginning has expired since.
    let page = app.browser(Role::Admin).await.get("/settings/backups").await.text;
    assert!(page.contains("Checked") && page.contains("Rotated out"), "{page}");
    let viewer = app.browser(Role::Viewer).await;
    assert_eq!(viewer.get("/settings/backups").await.status, 403);
    app.stop().await;
}

/// Lets the task look once: nothing was due.
async fn schedule_looked(app: &TestApp) {
    let before = newest(app).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(newest(app).await, before, "one was made before its time");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_fails_is_told_of_and_one_that_is_asked_for_is_made_encrypted() {
    let dir = tempfile::tempdir().unwrap();
    let app = TestApp::spawn_with(&["--backup-dir", dir.path().to_str().unwrap()]).await;
    app.endpoint("x", Scheme::OPENAI, SecretFormat::Prefixed, Some(SECRET)).await;
    let admin = app.browser(Role::Admin).await;
    // A file where the folder should be.
    fs::write(dir.path().join("daily"), "").unwrap();
    admin.post("/do/change_backups", &PLAN).await;
    let failed = ended(&app, app.now_ms()).await;
    assert_eq!(failed.state, BackupState::Failed);
    assert!(failed.problem.as_deref().unwrap().contains("daily"), "{failed:?}");
    assert_eq!(metric(&app, "hookpost_backup_failures_total").await, Some(1.0));
    let page = admin.get("/settings/backups").await.text;
    assert!(page.contains("Failed") && page.contains("daily"), "{page}");
    let wanting = backups::wanting(&mut app.state.db.read().await.unwrap(), LISTED).await.unwrap();
    assert!(wanting.iter().any(|(from, to)| *from <= app.now_ms() && *to == i64::MAX), "{wanting:?}");
    let rules = admin.get("/alerts/rules").await.text;
    assert_eq!(rules.matches("Backups failing").count(), 1, "{rules}");

    let plan = changed(&[("folder", ""), ("passphrase", PASSPHRASE)]);
    assert_eq!(admin.post("/do/change_backups", &plan).await.location, "/settings/backups");
    app.set_clock(app.now_ms() + 60_000);
    admin.post("/do/back_up_now", &[("x", "y")]).await;
    let made = ended(&app, app.now_ms()).await;
    assert_eq!(
        (made.state, made.encrypted, made.actor.as_deref()),
        (BackupState::Good, true, Some("admin@example.com"))
    );
    assert!(fs::read(dir.path().join(&made.file)).unwrap().starts_with(b"age-encryption.org/"));
    let page = admin.get("/settings/backups").await.text;
    assert!(!page.contains(PASSPHRASE) && page.contains("Leave empty to keep the current one."), "{page}");
    let wanting = backups::wanting(&mut app.state.db.read().await.unwrap(), LISTED).await.unwrap();
    assert!(wanting.iter().all(|(from, to)| app.now_ms() < *from || *to <= app.now_ms()), "{wanting:?}");
    let audit = admin.get("/settings/audit").await.text;
    assert!(audit.contains("changed the backup schedule") && audit.contains("requested a backup"), "{audit}");
    assert!(!audit.contains(PASSPHRASE));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_write_only_where_the_operator_allows_it() {
    let app = TestApp::spawn().await;
    let admin = app.browser(Role::Admin).await;
    assert!(admin.get("/settings/backups").await.text.contains("No backup folder is set"));
    let said = |browser: &Browser, text: String| (browser.cookie("hookpost-flash").is_some(), text);
    let refused = admin.post("/do/change_backups", &PLAN).await;
    assert_eq!(refused.location, "/settings/backups");
    assert!(said(&admin, refused.text).0);
    assert!(!backups::plan(&mut app.state.db.read().await.unwrap()).await.unwrap().enabled);
    app.stop().await;
    let dir = tempfile::tempdir().unwrap();
    let app = TestApp::spawn_with(&["--backup-dir", dir.path().join("in").to_str().unwrap()]).await;
    fs::create_dir(dir.path().join("in")).unwrap();
    let admin = app.browser(Role::Admin).await;
    for folder in ["../out", "/etc", "a/../../out", "..", ".ssh"] {
        admin.post("/do/change_backups", &changed(&[("folder", folder)])).await;
        let plan = backups::plan(&mut app.state.db.read().await.unwrap()).await.unwrap();
        assert!(!plan.enabled && plan.folder.is_empty(), "{folder}");
    }
    for (field, value) in [("hours", "0"), ("keep_last", "0"), ("keep_days", "x"), ("passphrase", "short")] {
        admin.post("/do/change_backups", &changed(&[(field, value)])).await;
        let page = admin.get("/settings/backups").await.text;
        assert!(page.contains(&format!("{field}-error")), "{field}");
    }
    let daily = changed(&[("rhythm", "daily"), ("time", "23:15"), ("enabled", "")]);
    admin.post("/do/change_backups", &daily).await;
    let plan = backups::plan(&mut app.state.db.read().await.unwrap()).await.unwrap();
    assert_eq!((plan.enabled, plan.rhythm), (false, Rhythm::Daily(23 * 60 + 15)));
    assert_eq!(names(dir.path()), ["in"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_crash_left_of_a_backup_is_removed_and_never_looks_whole() {
    let dir = tempfile::tempdir().unwrap();
    let app = TestApp::spawn_with(&["--backup-dir", dir.path().to_str().unwrap()]).await;
    let left = Backup {
        id: BackupId::new(),
        file: "hookpost-20261123-110000Z-00000000.db".into(),
        state: BackupState::Running,
        encrypted: false,
        actor: None,
        started_at: app.now_ms() - HOUR_MS,
        ended_at: None,
        bytes: None,
        row_count: None,
        problem: None,
    };

    fs::write(dir.path().join(format!("{}.partial", left.file)), "half of it").unwrap();
    let mut tx = app.state.db.begin().await.unwrap();
    backups::begin(&mut tx, &left).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(schedule::look(&app.state).await.unwrap(), None, "nothing is due");
    assert_eq!(names(dir.path()), [""; 0]);
    let told = newest(&app).await.unwrap();
    assert_eq!(told.state, BackupState::Failed);
    assert_eq!(told.problem.as_deref(), Some("the server stopped before it finished"));
    app.stop().await;
}
