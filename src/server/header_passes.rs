//! Seals credentials in the headers of requests that were stored before, in slices, so that deliveries go first.

use crate::{
    db::{DbError, header_passes},
    state::AppState,
};
use std::time::Duration;

/// Between two slices.
const SLICE_PAUSE: Duration = Duration::from_millis(20);
/// How soon a name that was added is acted upon.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The cause may last, such as a full disk.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(30);

/// Runs forever.
pub(super) async fn run(state: AppState) {
    loop {
        let pause = match slice(&state).await {
            Ok(true) => SLICE_PAUSE,
            Ok(false) => LOOK_EVERY,
            // A question that took too long, or a writer that is busy: the next one may not be.
            Err(DbError::Busy | DbError::TooSlow) => LOOK_EVERY,
            Err(error) => {
                tracing::warn!(%error, "credentials in stored headers could not be encrypted: {error}");
                PAUSE_AFTER_FAILURE
            }
        };
        tokio::time::sleep(pause).await;
    }
}

/// Says whether there may be more to do right now.
async fn slice(state: &AppState) -> Result<bool, DbError> {
    let mut connection = state.db.read().await?;
    let Some(pass) = header_passes::next(&mut connection).await? else { return Ok(false) };
    let slice = header_passes::look(&mut connection, pass, state.db.header_key()).await?;
    drop(connection);
    let (now, has_more) = (state.clock.now_ms(), slice.has_more);
    if slice.has_news(now) {
        let mut tx = state.db.begin().await?;
        header_passes::store(&mut tx, &slice, now).await?;
        tx.commit().await?;
    }
    Ok(has_more)
}
