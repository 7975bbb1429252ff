//! Messages about incidents: what is told, apart from the channel that carries it.

use super::words::words;
use super::{
    ids::{ChannelId, IncidentId},
    severity::Severity,
};
use serde::{Deserialize, Serialize};

words! {
    /// Why a message is sent.
    pub enum NoticeKind("kind") {
        /// An incident began.
        Opened = "opened";
        /// It is still open and nobody has acknowledged it.
        Reminder = "reminder";
        /// Its condition does not hold any more.
        Recovered = "recovered";
        /// A person closed it.
        Resolved = "resolved";
        /// Someone tries the channel.
        Test = "test";
    }
}

impl NoticeKind {
    /// Whether the incident is over.
    pub fn is_end(self) -> bool {
        matches!(self, Self::Recovered | Self::Resolved)
    }
}

/// What a message says. It is recorded when it is queued, so that it tells of that time whenever it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeContent {
    /// The incident; none: a test.
    pub incident: Option<IncidentId>,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong where, such as `No events on prod-openai`.
    pub title: String,
    /// A sentence with the figures.
    pub text: String,
    /// Code of the rule's kind, such as `silence`; `test` for tests.
    pub rule: String,
    /// Name of the endpoint or destination; none: the server itself.
    pub object: Option<String>,
    /// The incident's page.
    pub url: String,
    /// When the incident began, unix ms.
    pub opened_at: i64,
    /// When what is told happened, unix ms.
    pub at: i64,
}

words! {
    /// How a message stands.
    pub enum NoticeState("state") {
        /// It waits, at first or for another try.
        Queued = "queued";
        /// The channel took it.
        Sent = "sent";
        /// No try is left.
        Failed = "failed";
    }
}

/// A message on its way over one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct Notice {
    /// Given once: the same for each try, so that receivers can tell repeats.
    pub id: i64,
    /// The channel.
    pub channel_id: ChannelId,
    /// The channel's name.
    pub channel: String,
    /// Opening, reminder, end or test.
    pub kind: NoticeKind,
    /// What it says.
    #[cfg_attr(feature = "ssr", sqlx(json))]
    pub content: NoticeContent,
    /// Queued, sent or given up.
    pub state: NoticeState,
    /// Tries so far.
    pub attempts: i64,
    /// When it is tried, or was to be, unix ms.
    pub next_at: i64,
    /// Why the last try failed.
    pub error: Option<String>,
    /// Unix ms.
    pub created_at: i64,
    /// Unix ms.
    pub sent_at: Option<i64>,
}
