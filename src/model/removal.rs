//! What is left to delete of an endpoint or destination that was removed.

use super::words::words;
use serde::{Deserialize, Serialize};

words! {
    /// What was removed.
    pub enum RemovalKind("kind") {
        /// An endpoint, with its deliveries and counts.
        Endpoint = "endpoint";
        /// A destination, with its forwards and attempts.
        Destination = "destination";
    }
}

/// A removal whose rows are still being deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct Removal {
    /// What was removed.
    pub kind: RemovalKind,
    /// Its name at the time.
    pub name: String,
    /// Deliveries or forwards that were deleted so far.
    pub deleted: i64,
    /// When it was removed, unix ms.
    pub created_at: i64,
}
