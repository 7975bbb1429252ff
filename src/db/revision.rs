//! A number that grows with every change of what running servers keep in memory, so that they see that another process
//! made one.

use super::{Connection, DbError};
use std::time::Duration;
use tokio::time::MissedTickBehavior;

/// A change made beside the server (`hookpost endpoint add`) takes effect within this time.
const POLL_EVERY: Duration = Duration::from_millis(300);
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(10);

/// Tells running servers of a change, in its transaction.
pub(crate) async fn bump(connection: &mut Connection) -> Result<(), DbError> {
    connection.sql("UPDATE config_revision SET revision = revision + 1").run().await?;
    Ok(())
}

/// The number by now.
pub async fn read(connection: &mut Connection) -> Result<i64, DbError> {
    connection.sql("SELECT revision FROM config_revision").scalar().await
}

/// Looks for changes that other processes make, forever; `what` is kept in memory and named in the log.
pub(crate) async fn follow<F>(what: &'static str, look: impl Fn() -> F)
where
    F: Future<Output = Result<(), DbError>>,
{
    let mut tick = tokio::time::interval(POLL_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        tick.tick().await;
        if let Err(error) = look().await {
            tracing::warn!(%error, "{what} could not be reloaded: {error}");
            // The cause may last, such as a master key that was changed for one we were not given.
            tokio::time::sleep(PAUSE_AFTER_FAILURE).await;
        }
    }
}
