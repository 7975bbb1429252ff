//! What is looked at once a minute: the age of queues, the room on the disk.

use crate::{
    db::{
        destinations,
        disk::{self, Room},
        forwards,
        gauges::{self, Gauge, Sample},
    },
    model::error::AppError,
    state::AppState,
};

/// Looks, and writes down what it sees.
pub(super) async fn take(state: &AppState, now: i64) -> Result<(), AppError> {
    // Where the system does not tell, the minute still says that the server ran. Below its floor a disk is full for us,
    // however little of it that is.
    let used = match state.disk.told() {
        Room::Ample => {
            disk::space(disk::folder_of(&state.settings.database)).map_or(0.0, |s| s.used_percent())
        }
        Room::Low | Room::Full | Room::Gone => 100.0,
    };
    let mut samples = vec![Sample { gauge: Gauge::DiskUsed, of: None, value: used }];
    let mut connection = state.db.read().await?;
    for destination in destinations::list(&mut connection).await? {
        let depth = forwards::depth(&mut connection, destination.id).await?;
        // An empty queue leaves no mark.
        if let Some(oldest) = depth.oldest {
            let value = now.saturating_sub(oldest).max(0) as f64;
            samples.push(Sample { gauge: Gauge::QueueAge, of: Some(destination.id), value });
        }
    }
    drop(connection);
    let minute = now.div_euclid(60_000);
    state.db.write(move |c| Box::pin(async move { gauges::write(c, minute, &samples).await })).await?;
    Ok(())
}
