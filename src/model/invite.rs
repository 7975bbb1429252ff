//! One-time links.

use super::{ids::InviteId, user::Role};
use serde::{Deserialize, Serialize};

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(rename_all = "lowercase"))]
#[serde(rename_all = "lowercase")]
pub enum InviteKind {
    /// Makes the first admin.
    Setup,
    /// Makes a user whom an admin invited.
    Invite,
}

/// A link, without its token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct Invite {
    pub id: InviteId,
    /// What it is for.
    pub kind: InviteKind,
    /// Whom it is for; none for the first admin.
    pub email: Option<String>,
    /// The role it gives.
    pub role: Role,
    /// Unix ms.
    pub created_at: i64,
    /// Unix ms.
    pub expires_at: i64,
}
