//! What was acknowledged is there, whatever happens to the process.
//!
//! This tests the order of commit and answer, and recovery. It does not test the disk: what a killed process has
//! written stays in the system's cache. `docs/architecture.md` says how the sync itself is checked.

use crate::{
    app::{SECRET, event, sign},
    process::Workspace,
};
use futures::future::join_all;
use hookpost::outbound::operator_client;
use std::{
    collections::HashSet,
    process::Command,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

const SENDERS: usize = 16;

/// Rounds: 20, or what `HOOKPOST_TEST_KILL_ROUNDS` says.
fn rounds() -> usize {
    std::env::var("HOOKPOST_TEST_KILL_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(20)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_9_under_load_loses_no_acknowledged_delivery() {
    let workspace = Workspace::new();
    let made = workspace.json(&["endpoint", "add", "load", "--secret-stdin", "--json"], SECRET.as_bytes());
    let key = made["ingest_url"].as_str().unwrap().rsplit_once('/').unwrap().1.to_owned();
    let acknowledged = Arc::new(Mutex::new(HashSet::new()));
    for round in 0..rounds() {
        let server = workspace.serve(&[]);
        let url = format!("{}/in/{key}", server.base_url);
        let senders: Vec<_> = (0..SENDERS)
            .map(|sender| tokio::spawn(send_until_it_dies(url.clone(), round, sender, acknowledged.clone())))
            .collect();
        tokio::time::sleep(Duration::from_millis(150 + 37 * (round as u64 % 7))).await;
        server.signal("KILL");
        join_all(senders).await;
        drop(server);
    }
    let acknowledged = acknowledged.lock().unwrap().clone();
    assert!(acknowledged.len() > rounds() * SENDERS, "too little load: {}", acknowledged.len());
    // The next start recovers; then an independent program reads the file.
    workspace.serve(&[]).stop();
    let (stored, counted, integrity) = read_back(&workspace);
    let lost: Vec<_> = acknowledged.difference(&stored).take(5).collect();
    assert!(lost.is_empty(), "{} acknowledged, lost {lost:?}", acknowledged.len());
    assert_eq!(counted, stored.len() as u64, "rollups equal rows");
    assert_eq!(integrity, "ok");
}

async fn send_until_it_dies(
    url: String,
    round: usize,
    sender: usize,
    acknowledged: Arc<Mutex<HashSet<String>>>,
) {
    let http = operator_client().unwrap();
    for n in 0.. {
        let id = format!("wh_{round}_{sender}_{n}");
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64;
        let body = event("batch.completed", &id);
        let answer = http
            .post(&url)
            .header("webhook-id", &id)
            .header("webhook-timestamp", now)
            .header("webhook-signature", sign(SECRET, &id, now, &body))
            .body(body)
            .send()
            .await;
        match answer {
            Ok(answer) if answer.status() == 200 => {
                acknowledged.lock().unwrap().insert(id);
            }
            Ok(answer) => assert_eq!(answer.status(), 503),
            Err(_) => return,
        }
    }
}

fn read_back(workspace: &Workspace) -> (HashSet<String>, u64, String) {
    let script = "
import json, sqlite3
c = sqlite3.connect('file:hookpost.db?mode=ro', uri=True)
print(json.dumps([
    [row[0] for row in c.execute('SELECT event_key FROM deliveries')],
    c.execute('SELECT sum(count) FROM measure_minutes WHERE measure = ?', ['answer']).fetchone()[0],
    c.execute('PRAGMA integrity_check').fetchone()[0],
]))";
    let output =
        Command::new("python3").args(["-c", script]).current_dir(workspace.path(".")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}
