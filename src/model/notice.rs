//! Messages about incidents: what is told, apart from the channel that carries it.

use super::{
    ids::{ChannelId, IncidentId},
    severity::Severity,
};
use serde::{Deserialize, Serialize};

/// Why a message is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(rename_all = "lowercase"))]
#[serde(rename_all = "lowercase")]
pub enum NoticeKind {
    /// An incident began.
    Opened,
    /// It is still open and nobody has acknowledged it.
    Reminder,
    /// Its condition does not hold any more.
    Recovered,
    /// A person closed it.
    Resolved,
    /// Someone tries the channel.
    Test,
}

impl NoticeKind {
    /// The word in messages to machines.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Reminder => "reminder",
            Self::Recovered => "recovered",
            Self::Resolved => "resolved",
            Self::Test => "test",
        }
    }

    /// Whether the incident is over.
    pub fn is_end(self) -> bool {
        matches!(self, Self::Recovered | Self::Resolved)
    }
}

/// What a message says. It is written down when it is queued, so that it tells of that time whenever it is sent.
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

/// How a message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(rename_all = "lowercase"))]
pub enum NoticeState {
    /// It waits, at first or for another try.
    Queued,
    /// The channel took it.
    Sent,
    /// No try is left.
    Failed,
}

/// A message on its way over one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Given once: the same for each try, so that receivers can tell repeats.
    pub id: i64,
    /// The channel.
    pub channel_id: ChannelId,
    /// The channel's name.
    pub channel: String,
    /// Why.
    pub kind: NoticeKind,
    /// What it says.
    pub content: NoticeContent,
    /// How it stands.
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
