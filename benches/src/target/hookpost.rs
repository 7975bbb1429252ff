//! Hookpost itself, as a user starts it: an endpoint with OpenAI's preset in a new database.

use super::{Store, Target};
use crate::{message, process::Process};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

pub(super) fn start(binary: &Path, folder: &Path) -> Result<Target> {
    let binary = binary.canonicalize().with_context(|| format!("{} is missing", binary.display()))?;
    let endpoint = add_endpoint(&binary, folder)?;
    let mut command = command(&binary, folder);
    command.args(["serve", "--listen", "127.0.0.1:0", "--log-format", "json"]);
    let mut process = Process::start("hookpost serve", command)?;
    let address = process.wait_for("where it listens", |line| {
        let line = message(line, "listening")?;
        line["fields"]["address"].as_str()?.parse().ok()
    })?;
    let ingest_url = endpoint["ingest_url"].as_str().context("`endpoint add` told no ingest URL")?;
    let (_, key) = ingest_url.rsplit_once("/in/").context("the ingest URL has another form")?;
    let store = Store {
        database: folder.join("hookpost.db"),
        count: "SELECT count(DISTINCT event_key) FROM deliveries WHERE outcome = 'accepted'",
        tells_commits: true,
    };
    Ok(Target { process, address, path: format!("/in/{key}"), store: Some(store) })
}

/// Deliveries per commit, as the server's last line tells it.
pub(super) fn batch(process: &mut Process) -> Result<f64> {
    process.wait_for("how many deliveries it stored", |line| {
        let line: Value = serde_json::from_str(line).ok()?;
        let count = |name| line["fields"][name].as_u64();
        Some(count("rows")? as f64 / count("commits")?.max(1) as f64)
    })
}

fn message(line: &str, text: &str) -> Option<Value> {
    let line: Value = serde_json::from_str(line).ok()?;
    (line["fields"]["message"] == text).then_some(line)
}

/// With no setting of the caller's environment.
fn command(binary: &Path, folder: &Path) -> Command {
    let mut command = Command::new(binary);
    command.current_dir(folder);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("HOOKPOST_")) {
        command.env_remove(name);
    }
    command
}

fn add_endpoint(binary: &Path, folder: &Path) -> Result<Value> {
    let mut child = command(binary, folder)
        .args(["endpoint", "add", "bench", "--scheme", "openai", "--secret-stdin", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("{} cannot be started", binary.display()))?;
    child.stdin.take().context("standard input is not piped")?.write_all(message::secret().as_bytes())?;
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("`endpoint add` failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}
