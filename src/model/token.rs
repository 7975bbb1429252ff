//! API tokens: what programs prove themselves with.

use super::{ids::TokenId, user::Role};

/// An API token, without the token itself: only its hash is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct ApiToken {
    /// Its id.
    pub id: TokenId,
    /// Its name, unique; the audit log shows it.
    pub name: String,
    /// Its last four characters.
    pub hint: String,
    /// What it may do.
    pub role: Role,
    /// Unix ms.
    pub created_at: i64,
    /// Who made it.
    pub created_by: String,
    /// Unix ms; none: it does not expire.
    pub expires_at: Option<i64>,
    /// Unix ms, to the minute.
    pub last_used_at: Option<i64>,
    /// Unix ms.
    pub revoked_at: Option<i64>,
}

impl ApiToken {
    /// Whether it opens anything at `now` (unix ms).
    pub fn is_usable(&self, now: i64) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|at| now < at)
    }
}
