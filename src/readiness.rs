//! Whether the server can do its work: what `/readyz`, the heartbeat and `/metrics` ask.

use crate::{
    db::{DbError, endpoints, open},
    disk::{Space, folder_of, space},
    state::AppState,
};
use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{sync::Mutex, time::timeout};

/// Below this, SQLite may find no room for its next transaction, bytes.
const LEAST_FREE: u64 = 64 * 1024 * 1024;
/// The writer answers between two batches, readers within their deadline.
const PATIENCE: Duration = Duration::from_secs(4);
/// Anyone may ask: what was found is told again for this long.
const FRESH: Duration = Duration::from_secs(1);

/// What was found, by check: nothing, or what is wrong in a few words for anyone to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report(pub [(&'static str, Result<(), &'static str>); 4]);

impl Report {
    /// Whether every check passed.
    pub fn is_ready(&self) -> bool {
        self.0.iter().all(|(_, found)| found.is_ok())
    }
}

/// The checks; cheap to clone. Of many who ask at once one looks.
#[derive(Clone, Debug, Default)]
pub struct Readiness(Arc<Mutex<Option<(Instant, Report)>>>);

impl Readiness {
    /// Looks whether the writer takes a transaction, readers answer, the migrations are those of this version and the
    /// disk has room.
    pub async fn check(&self, state: &AppState) -> Report {
        let mut last = self.0.lock().await;
        if let Some((at, report)) = &*last
            && at.elapsed() < FRESH
        {
            return *report;
        }
        let (writer, (readers, migrations)) = tokio::join!(writer(state), readers(state));
        let disk = disk(folder_of(&state.settings.database));
        let report =
            Report([("writer", writer), ("readers", readers), ("migrations", migrations), ("disk", disk)]);
        *last = Some((Instant::now(), report));
        report
    }
}

type Found = Result<(), &'static str>;

/// A transaction that changes nothing: it waits its turn behind at most one batch.
async fn writer(state: &AppState) -> Found {
    let asked = state.db.write(|c| Box::pin(async move { endpoints::revision(c).await }));
    answered("writer", timeout(PATIENCE, asked).await).map(|_| ())
}

async fn readers(state: &AppState) -> (Found, Found) {
    let asked = async { open::is_migrated(&mut *state.db.read().await?).await };
    match answered("readers", timeout(PATIENCE, asked).await) {
        Ok(true) => (Ok(()), Ok(())),
        Ok(false) => (Ok(()), Err("not those of this version")),
        Err(found) => (Err(found), Err("unknown")),
    }
}

fn answered<T>(
    who: &str,
    answer: Result<Result<T, DbError>, tokio::time::error::Elapsed>,
) -> Result<T, &'static str> {
    match answer {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready: {who}: {error}");
            Err("failed")
        }
        Err(_) => {
            tracing::warn!("not ready: {who}: no answer within {} s", PATIENCE.as_secs());
            Err("no answer")
        }
    }
}

fn disk(folder: &Path) -> Found {
    match space(folder) {
        Ok(Space { free, .. }) if free >= LEAST_FREE => Ok(()),
        Ok(Space { free, .. }) => {
            tracing::warn!(free, "not ready: the disk has {free} bytes left");
            Err("less than 64 MiB free")
        }
        Err(error) => {
            tracing::warn!(%error, "not ready: the disk's room cannot be told: {error}");
            Err("unknown")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_failed_check_is_enough() {
        let report =
            |disk| Report([("writer", Ok(())), ("readers", Ok(())), ("migrations", Ok(())), ("disk", disk)]);
        assert!(report(Ok(())).is_ready());
        assert!(!report(Err("less than 64 MiB free")).is_ready());
        assert_eq!(disk(Path::new("/no/such/folder")), Err("unknown"));
    }
}
