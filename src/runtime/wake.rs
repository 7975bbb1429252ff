//! Wakes the tasks that work on what is queued.

use tokio::sync::Notify;

/// A bell for each of them.
#[derive(Debug, Default)]
pub struct Wake {
    /// Something is to be sent to a destination.
    pub forwards: Notify,
    /// A job was started.
    pub jobs: Notify,
    /// A message about an incident is to be sent.
    pub notices: Notify,
    /// A person wants a copy of the database now.
    pub backups: Notify,
}
