//! Where someone is logged in.

/// One of a user's own sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnSession {
    /// Names it in forms. It opens nothing: the server knows sessions by the hash of their token, and this is the hash.
    pub id: String,
    /// When it began, unix ms.
    pub since: i64,
    /// When it was last used, unix ms, to within a few minutes.
    pub seen: i64,
    /// The client's address at the login.
    pub from: String,
    /// Whether it is the one that asks.
    pub is_current: bool,
}
