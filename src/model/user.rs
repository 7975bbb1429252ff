//! People and what they may do.

use super::ids::UserId;
use super::words::words;
use serde::{Deserialize, Serialize};

words! {
    /// What a user may do. Each role includes the ones before it.
    #[derive(PartialOrd, Ord)]
    pub enum Role("role") {
        /// Reads.
        Viewer = "viewer";
        /// Also sees ingest URLs and sends test events.
        Member = "member";
        /// Also changes endpoints, secrets and users.
        Admin = "admin";
    }
}

/// A user, without the password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// Trimmed and lower case.
    pub email: String,
    /// What it may do.
    pub role: Role,
    /// Unix ms; a disabled user cannot log in.
    pub disabled_at: Option<i64>,
    /// Unix ms.
    pub created_at: i64,
    /// Unix ms.
    pub last_login_at: Option<i64>,
}

impl User {
    /// Whether it is an admin who can log in.
    pub fn is_admin_now(&self) -> bool {
        self.role == Role::Admin && self.disabled_at.is_none()
    }
}
