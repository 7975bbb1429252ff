//! The writer: what it did, and what waits for it.

use crate::{state::AppState, telemetry::metrics::Families};
use std::sync::atomic::{AtomicU64, Ordering};

pub(super) fn tell(state: &AppState, now: &Families) -> prometheus::Result<()> {
    let (counts, stands) = (state.db.writer.counts(), state.db.writer.state());
    let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
    let seconds = |us: &AtomicU64| read(us) as f64 / 1_000_000.0;
    now.gauge("hookpost_writer_up", "Whether the writer is running.", f64::from(stands.is_up))?;
    now.counter("hookpost_writer_commits_total", "Committed batches of webhooks.", read(&counts.commits))?;
    now.counter("hookpost_writer_rows_total", "Committed webhooks.", read(&counts.rows))?;
    now.counter(
        "hookpost_writer_failed_rows_total",
        "Webhooks the database did not store; their senders were asked to retry.",
        read(&counts.failed),
    )?;
    now.sum(
        "hookpost_writer_commit_seconds_total",
        "Time spent on batches, from the first statement to the sync.",
        seconds(&counts.commit_us),
    )?;
    now.gauge(
        "hookpost_writer_last_commit_seconds",
        "Duration of the last batch.",
        seconds(&counts.last_commit_us),
    )?;
    now.gauge(
        "hookpost_writer_last_batch_rows",
        "Webhooks in the last batch.",
        read(&counts.last_rows) as f64,
    )?;
    now.gauge("hookpost_writer_queue_rows", "Webhooks waiting for their batch.", stands.queued as f64)?;
    now.gauge(
        "hookpost_writer_queue_bytes",
        "Bytes of webhooks waiting or in progress.",
        stands.queued_bytes as f64,
    )?;
    now.gauge("hookpost_writer_queue_commands", "Other waiting writes.", stands.commands as f64)?;
    Ok(())
}
