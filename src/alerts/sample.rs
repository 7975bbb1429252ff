//! What is looked at once a minute: the age of queues, the room on the disk.

use super::Alerts;
use crate::{
    db::{
        disk::{self, Room},
        forwards,
        samples::{self, Gauge, Sample},
    },
    model::{error::AppError, time::MINUTE_MS},
};

/// Looks, and records what it sees.
///
/// # Errors
/// When the database fails.
pub(super) async fn take(alerts: &Alerts, now: i64) -> Result<(), AppError> {
    // Where the system does not tell, the minute still says that the server ran. Below its floor a disk is full for us,
    // however little of it that is.
    let used = match alerts.disk.told() {
        Room::Ample => {
            disk::space(disk::folder_of(&alerts.settings.database)).map_or(0.0, |s| s.used_percent())
        }
        Room::Low | Room::Full | Room::Gone => 100.0,
    };
    let mut samples = vec![Sample { gauge: Gauge::DiskUsed, of: None, value: used }];
    // An empty queue leaves no mark.
    for (destination, depth) in forwards::depths(&mut alerts.db.read().await?).await? {
        let Some(oldest) = depth.oldest else { continue };
        let value = now.saturating_sub(oldest).max(0) as f64;
        samples.push(Sample { gauge: Gauge::QueueAge, of: Some(destination), value });
    }
    let mut tx = alerts.db.begin().await?;
    samples::write(&mut tx, now.div_euclid(MINUTE_MS), &samples).await?;
    Ok(tx.commit().await?)
}
