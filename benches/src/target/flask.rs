//! The peer: what a user would write who follows OpenAI's guide, and wants to keep the events.

use super::{Store, Target};
use crate::{message, process::Process};
use anyhow::{Context, Result};
use std::{
    path::Path,
    process::{Command, Stdio},
};

const PACKAGES: [&str; 3] = ["flask", "gunicorn", "openai"];
const PATH: &str = "/in/flask";

/// Which packages this Python lacks, as a sentence.
pub(super) fn missing(python: &Path) -> Option<String> {
    let has = |package: &str| {
        let mut command = Command::new(python);
        command.args(["-c", &format!("import {package}")]).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    let missing: Vec<_> = PACKAGES.into_iter().filter(|package| !has(package)).collect();
    let python = python.display();
    (!missing.is_empty()).then(|| {
        format!("{python} has no {}: name one that has, with HOOKPOST_TEST_PYTHON", missing.join(", "))
    })
}

pub(super) fn start(python: &Path, peer: &Path, folder: &Path) -> Result<Target> {
    let scripts = peer.parent().context("the peer has no folder")?;
    let module = peer.file_stem().and_then(|stem| stem.to_str()).context("the peer has no name")?;
    let database = folder.join("peer.db");
    let mut command = Command::new(python);
    // Threads, because a sync worker would close the connection after each request, and the peer is to have its best.
    command
        .args(["-m", "gunicorn", "--workers", "2", "--threads", "4", "--bind", "127.0.0.1:0", "--chdir"])
        .arg(scripts)
        .args(["--keep-alive", "60", "--no-control-socket", &format!("{module}:app")])
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PEER_DATABASE", &database)
        .env("PEER_SECRET", message::secret());
    let mut process = Process::start("the Flask receiver", command)?;
    let address = process.wait_for("where it listens", |line| {
        let (_, url) = line.split_once("Listening at: http://")?;
        url.split_whitespace().next()?.parse().ok()
    })?;
    for _ in 0..2 {
        process.wait_for("that a worker is ready", |line| line.contains("peer ready").then_some(()))?;
    }
    let store = Store { database, count: "SELECT count(*) FROM events", tells_commits: false };
    Ok(Target { process, address, path: PATH.to_owned(), store: Some(store) })
}
