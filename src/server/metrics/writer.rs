//! The writer: what it did, and what waits for it.

use crate::{state::AppState, telemetry::metrics::Families};
use std::sync::atomic::{AtomicU64, Ordering};

pub(super) fn tell(state: &AppState, now: &Families) -> prometheus::Result<()> {
    let (counts, stands) = (state.db.writer.counts(), state.db.writer.state());
    let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
    let seconds = |us: &AtomicU64| read(us) as f64 / 1_000_000.0;
    now.gauge("hookpost_writer_up", "Whether the writer runs.", f64::from(stands.is_up))?;
    now.counter(
        "hookpost_writer_commits_total",
        "Batches of webhooks that were committed.",
        read(&counts.commits),
    )?;
    now.counter("hookpost_writer_rows_total", "Webhooks that were committed.", read(&counts.rows))?;
    now.counter(
        "hookpost_writer_failed_rows_total",
        "Webhooks that the database did not take; their senders were told to try again.",
        read(&counts.failed),
    )?;
    now.sum(
        "hookpost_writer_commit_seconds_total",
        "Time that batches took, from their first statement to the sync.",
        seconds(&counts.commit_us),
    )?;
    now.gauge(
        "hookpost_writer_last_commit_seconds",
        "How long the last batch took.",
        seconds(&counts.last_commit_us),
    )?;
    now.gauge(
        "hookpost_writer_last_batch_rows",
        "Webhooks of the last batch.",
        read(&counts.last_rows) as f64,
    )?;
    now.gauge("hookpost_writer_queue_rows", "Webhooks that wait for their batch.", stands.queued as f64)?;
    now.gauge(
        "hookpost_writer_queue_bytes",
        "Bytes of those that wait or are under way.",
        stands.queued_bytes as f64,
    )?;
    now.gauge("hookpost_writer_queue_commands", "Other writes that wait.", stands.commands as f64)?;
    Ok(())
}
