//! Copies that the server makes by itself. They are counted in the database, so that a start sets nothing back.

use crate::{
    db::backups,
    model::{backup::BackupPlan, error::AppError},
    state::AppState,
    telemetry::metrics::Families,
};

pub(super) async fn tell(state: &AppState, now: &Families) -> Result<(), AppError> {
    let mut connection = state.db.read().await?;
    let plan = backups::plan(&mut connection).await?;
    let good = backups::last_good(&mut connection).await?;
    drop(connection);
    show(&plan, good.map(|(_, ended_at)| ended_at), now).map_err(|error| {
        tracing::error!(%error, "backup metrics could not be read: {error}");
        AppError::Internal
    })
}

fn show(plan: &BackupPlan, good: Option<i64>, now: &Families) -> prometheus::Result<()> {
    now.gauge(
        "hookpost_backup_last_success_timestamp_seconds",
        "Time of the last good regular backup, in unix seconds; 0: none yet.",
        good.unwrap_or(0) as f64 / 1_000.0,
    )?;
    now.counter(
        "hookpost_backup_failures_total",
        "Failed regular backups.",
        u64::try_from(plan.failures).unwrap_or(0),
    )?;
    Ok(())
}
