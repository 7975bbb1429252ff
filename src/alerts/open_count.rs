//! How many incidents are open, in memory: every page shows it.

use crate::{
    db::{Db, DbError, incidents},
    model::{incident::IncidentState, severity::Severity},
};
use tokio::sync::watch;

/// What is open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Open {
    /// Incidents that are open.
    pub count: usize,
    /// Those that nobody has acknowledged.
    pub unacknowledged: usize,
    /// All of them, by severity, in the order of [`Severity::ALL`].
    pub by_severity: [usize; Severity::ALL.len()],
}

/// It is counted again after every change; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct OpenCount(watch::Sender<Open>);

impl OpenCount {
    /// What is open.
    pub fn now(&self) -> Open {
        self.0.borrow().clone()
    }

    /// Counts again. Call it after every change.
    pub async fn refresh(&self, db: &Db) -> Result<(), DbError> {
        let all = incidents::all_open(&mut db.read().await?).await?;
        let unacknowledged = all.iter().filter(|one| one.state() == IncidentState::Open).count();
        let of = |severity: Severity| all.iter().filter(|one| one.severity == severity).count();
        let by_severity = Severity::ALL.map(of);
        self.0.send_replace(Open { count: all.len(), unacknowledged, by_severity });
        Ok(())
    }
}
