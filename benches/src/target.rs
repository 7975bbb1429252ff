//! What is measured: each target is a process of its own on a free port of 127.0.0.1.

pub mod bare;
mod flask;
mod hookpost;

use crate::{Options, process::Process};
use anyhow::{Context, Result, bail};
use serde::Serialize;
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
};

/// The receivers that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A route of axum that reads the body and answers.
    Bare,
    /// `hookpost serve`: verified, and on disk before the answer.
    Hookpost,
    /// The same of an earlier build, to see what a change costs.
    Before,
    /// Flask with OpenAI's SDK and SQLite.
    Flask,
}

impl Kind {
    /// As the report calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare route",
            Self::Hookpost => "Hookpost",
            Self::Before => "before",
            Self::Flask => "Flask",
        }
    }

    /// Whether its answers mean that the event is on disk.
    pub fn is_durable(self) -> bool {
        self != Self::Bare
    }

    /// Starts it with an empty database in this folder.
    pub fn start(self, options: &Options, folder: &Path) -> Result<Target> {
        match self {
            Self::Bare => bare::start(),
            Self::Hookpost => hookpost::start(&options.hookpost, folder),
            Self::Before => {
                hookpost::start(options.before.as_deref().context("--before names no program")?, folder)
            }
            Self::Flask => flask::start(&options.python, &options.peer, folder),
        }
    }

    /// Why it cannot be measured here, if so.
    pub fn missing(self, options: &Options) -> Option<String> {
        match self {
            Self::Bare => None,
            Self::Hookpost if options.hookpost.is_file() => None,
            Self::Hookpost => Some(format!("{} is missing: run `make build`", options.hookpost.display())),
            Self::Before => match &options.before {
                Some(file) if !file.is_file() => Some(format!("{} is missing", file.display())),
                _ => None,
            },
            Self::Flask => flask::missing(&options.python),
        }
    }
}

/// A running target.
#[derive(Debug)]
pub struct Target {
    /// The process.
    pub process: Process,
    /// Where it listens.
    pub address: SocketAddr,
    /// The path to post to.
    pub path: String,
    store: Option<Store>,
}

/// Where a target keeps what it acknowledged.
#[derive(Debug)]
struct Store {
    database: PathBuf,
    /// Counts the events, each once.
    count: &'static str,
    /// Whether its log tells, at its end, how its deliveries were committed.
    tells_commits: bool,
}

/// What a target left behind.
#[derive(Clone, Copy, Debug, Default)]
pub struct Left {
    /// Deliveries per commit, where the target tells.
    pub batch: Option<f64>,
    /// Events in its database, where it has one.
    pub stored: Option<u64>,
}

impl Target {
    /// Stops it and looks into its database.
    pub fn stop(self, python: &Path) -> Result<Left> {
        let Self { mut process, store, .. } = self;
        let Some(store) = store else { return Ok(Left::default()) };
        process.ask_to_stop()?;
        let batch = if store.tells_commits { Some(hookpost::batch(&mut process)?) } else { None };
        process.wait()?;
        Ok(Left { batch, stored: Some(store.count_events(python)?) })
    }
}

impl Store {
    fn count_events(&self, python: &Path) -> Result<u64> {
        let script =
            "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchone()[0])";
        let output = Command::new(python)
            .args(["-c", script])
            .arg(&self.database)
            .arg(self.count)
            .output()
            .with_context(|| format!("{} cannot be started", python.display()))?;
        if !output.status.success() {
            bail!("{} cannot be read: {}", self.database.display(), String::from_utf8_lossy(&output.stderr));
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().parse()?)
    }
}
