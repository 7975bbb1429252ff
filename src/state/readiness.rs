//! Whether the server can do its work: what `/readyz`, the heartbeat and `/metrics` ask.

use crate::{
    db::{DbError, disk::Room, open, revision},
    state::AppState,
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{sync::Mutex, time::timeout};

/// The writer answers between two batches, readers within their deadline.
const PATIENCE: Duration = Duration::from_secs(4);
/// Anyone may ask: what was found is told again for this long.
const FRESH: Duration = Duration::from_secs(1);

/// What was found, by check: nothing, or what is wrong in a few words for anyone to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report(pub [(&'static str, Found); 5]);

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
    /// Looks whether the writer takes a transaction, readers answer, the migrations are those of this version, the
    /// disk has room and the background tasks run.
    pub async fn check(&self, state: &AppState) -> Report {
        let mut last = self.0.lock().await;
        if let Some((at, report)) = &*last
            && at.elapsed() < FRESH
        {
            return report.clone();
        }
        let (writer, (readers, migrations)) = tokio::join!(writer(state), readers(state));
        let report = Report([
            ("writer", writer),
            ("readers", readers),
            ("migrations", migrations),
            ("disk", disk(state)),
            ("tasks", tasks(state)),
        ]);
        *last = Some((Instant::now(), report.clone()));
        report
    }
}

/// What a check found: nothing, or what is wrong.
pub type Found = Result<(), String>;

/// A transaction that changes nothing: it waits its turn behind at most one batch.
async fn writer(state: &AppState) -> Found {
    let asked = async {
        let mut tx = state.db.begin().await?;
        revision::read(&mut tx).await?;
        tx.commit().await
    };
    answered("writer", timeout(PATIENCE, asked).await)
}

async fn readers(state: &AppState) -> (Found, Found) {
    let asked = async { open::is_migrated(&mut state.db.read().await?).await };
    match answered("readers", timeout(PATIENCE, asked).await) {
        Ok(true) => (Ok(()), Ok(())),
        Ok(false) => (Ok(()), Err("not those of this version".to_owned())),
        Err(found) => (Err(found), Err("unknown".to_owned())),
    }
}

fn answered<T>(
    who: &str,
    answer: Result<Result<T, DbError>, tokio::time::error::Elapsed>,
) -> Result<T, String> {
    match answer {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready: {who}: {error}");
            Err("failed".to_owned())
        }
        Err(_) => {
            tracing::warn!("not ready: {who}: no answer within {} s", PATIENCE.as_secs());
            Err("no answer".to_owned())
        }
    }
}

/// Looked at again: who asks wants to know how it is now.
fn disk(state: &AppState) -> Found {
    state.disk.look();
    match state.disk.told() {
        Room::Ample | Room::Low => Ok(()),
        Room::Gone => Err("the database file was removed or replaced".to_owned()),
        Room::Full => Err(format!("full: {} bytes free", state.disk.free())),
    }
}

fn tasks(state: &AppState) -> Found {
    let down: Vec<_> =
        state.tasks.states().into_iter().filter(|(_, task)| !task.is_up).map(|(name, _)| name).collect();
    if down.is_empty() { Ok(()) } else { Err(format!("restarting: {}", down.join(", "))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_failed_check_is_enough() {
        let report = |disk| {
            Report([
                ("writer", Ok(())),
                ("readers", Ok(())),
                ("migrations", Ok(())),
                ("disk", disk),
                ("tasks", Ok(())),
            ])
        };
        assert!(report(Ok(())).is_ready());
        assert!(!report(Err("full: 12 bytes free".to_owned())).is_ready());
    }
}
