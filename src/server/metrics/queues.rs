//! What waits in the database: forwards by destination, and jobs.

use crate::{
    db::{
        forwards::{self, Depth},
        jobs,
    },
    model::{destination::Destination, error::AppError},
    state::AppState,
    telemetry::metrics::Families,
};
use prometheus::GaugeVec;

/// Tells of them, once all is read: of what cannot be read nothing is told.
pub(super) async fn tell(state: &AppState, now: &Families) -> Result<(), AppError> {
    let mut connection = state.db.read().await?;
    let found = forwards::queues(&mut connection).await?;
    let jobs = jobs::count_running(&mut connection).await?;
    drop(connection);
    show(&found, jobs, state.clock.now_ms(), now).map_err(|error| {
        tracing::error!(%error, "queue metrics could not be read: {error}");
        AppError::Internal
    })
}

fn show(found: &[(Destination, Depth)], jobs: i64, now_ms: i64, now: &Families) -> prometheus::Result<()> {
    let gauges = |name, help| now.gauges(name, help, &["destination"]);
    let queued = gauges("hookpost_forwards_queued", "Forwards waiting or in progress, counted up to 10000.")?;
    let retrying = gauges("hookpost_forwards_retrying", "Queued forwards that failed at least once.")?;
    let dead = gauges("hookpost_forwards_dead", "Forwards that ran out of attempts, counted up to 10000.")?;
    let oldest =
        gauges("hookpost_forwards_oldest_seconds", "Age of the oldest waiting forward; 0: none waiting.")?;
    let open = gauges(
        "hookpost_destination_circuit_open",
        "Whether sending is on hold after too many failures in a row.",
    )?;
    let paused = gauges("hookpost_destination_paused", "Whether the destination is paused.")?;
    for (destination, depth) in found {
        let set =
            |series: &GaugeVec, value: f64| series.with_label_values(&[destination.name.as_str()]).set(value);
        set(&queued, depth.queued as f64);
        set(&retrying, depth.retrying as f64);
        set(&dead, depth.dead as f64);
        set(&oldest, depth.oldest.map_or(0, |at| now_ms.saturating_sub(at).max(0)) as f64 / 1_000.0);
        set(&open, f64::from(destination.open_until.is_some_and(|until| until > now_ms)));
        set(&paused, f64::from(destination.paused_at.is_some()));
    }
    now.gauge("hookpost_jobs_running", "Bulk jobs running or stopping.", jobs as f64)?;
    Ok(())
}
