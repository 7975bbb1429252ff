//! What is left to delete of an endpoint or destination that was removed.

use serde::{Deserialize, Serialize};

/// What was removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(rename_all = "kebab-case"))]
#[serde(rename_all = "kebab-case")]
pub enum RemovalKind {
    /// An endpoint, with its deliveries and counts.
    Endpoint,
    /// A destination, with its forwards and attempts.
    Destination,
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
