//! One-time links.

use super::words::words;
use super::{ids::InviteId, user::Role};
use serde::{Deserialize, Serialize};

words! {
    pub enum InviteKind("kind") {
        /// Makes the first admin.
        Setup = "setup";
        /// Makes a user whom an admin invited.
        Invite = "invite";
    }
}

/// A link, without its token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct Invite {
    pub id: InviteId,
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
