//! What the disk can do at this moment: it differs by a factor of ten within minutes on shared machines, and a figure for
//! durable writes means little without it.

use anyhow::{Context, Result};
use serde::Serialize;
use std::{
    fs::OpenOptions,
    io::Write,
    path::Path,
    time::{Duration, Instant},
};

use crate::latency::Latencies;

const TIME: Duration = Duration::from_millis(700);
/// A page of the database.
const PAGE: [u8; 4096] = [0x5a; 4096];

/// Appending a page and waiting until it is on disk, over and over.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct DiskProbe {
    /// Such writes per second.
    pub syncs_per_second: f64,
    /// What one takes.
    pub p50_us: u32,
}

impl DiskProbe {
    /// Probes the disk that this folder is on.
    pub fn take(folder: &Path) -> Result<Self> {
        let path = folder.join("probe");
        let opened = OpenOptions::new().create(true).truncate(true).write(true).open(&path);
        let mut file = opened.with_context(|| format!("{} cannot be written", path.display()))?;
        let mut latencies = Latencies::default();
        let start = Instant::now();
        while start.elapsed() < TIME {
            let before = Instant::now();
            file.write_all(&PAGE)?;
            file.sync_data()?;
            latencies.add(before.elapsed());
        }
        let syncs_per_second = latencies.count() as f64 / start.elapsed().as_secs_f64();
        drop(file);
        std::fs::remove_file(&path)?;
        Ok(Self { syncs_per_second, p50_us: latencies.summary().p50_us })
    }
}
