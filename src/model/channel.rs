//! Channels: ways by which news of incidents reaches people and programs. What kinds there are says `alerts::channels::ALL`.

use super::{ids::ChannelId, severity::Severity};
use std::collections::BTreeMap;

/// Settings of a channel by the name of their field, and what Hookpost notes beside them. Kept as a JSON object.
pub type Values = BTreeMap<String, String>;

/// A way by which news of incidents goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct Channel {
    /// Its id.
    pub id: ChannelId,
    /// Unique.
    pub name: String,
    /// The word of its kind; a later version may have written one that this one does not know.
    pub kind: String,
    /// What may be seen of its settings. What is secret is sealed and never leaves the server.
    #[cfg_attr(feature = "ssr", sqlx(json))]
    pub settings: Values,
    /// What is milder is not sent.
    #[cfg_attr(feature = "ssr", sqlx(try_from = "i64"))]
    pub min_severity: Severity,
    /// Unix ms; set while it is paused.
    pub paused_at: Option<i64>,
    /// Tries in a row that it did not take.
    pub failures: i64,
    /// Why the last of them failed.
    pub error: Option<String>,
    /// Unix ms.
    pub created_at: i64,
    /// Name of the person or program.
    pub created_by: String,
    /// Grows with each change of what a person sets, so that no change overwrites another.
    pub version: i64,
}
