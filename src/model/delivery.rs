//! A delivery as lists and live views show it, and as its own page does.

use super::{
    destination::ForwardMark,
    endpoint::EndpointRef,
    ids::{DeliveryId, SecretId},
    time,
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(rename_all = "lowercase"))]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Verified, and the first accepted one with its event key: it made the event.
    Accepted,
    /// Verified, but its event was there already.
    Duplicate,
    /// Not verified. Its event key is only a claim.
    Rejected,
}

impl Outcome {
    /// The word used in the database, in URLs and in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Duplicate => "duplicate",
            Self::Rejected => "rejected",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Outcome {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Accepted, Self::Duplicate, Self::Rejected]
            .into_iter()
            .find(|o| o.as_str() == text)
            .ok_or_else(|| format!("`{text}` is not an outcome: accepted, duplicate or rejected"))
    }
}

/// One row of the events table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliverySummary {
    /// Its id, also the cursor of pages and streams.
    pub id: DeliveryId,
    /// The endpoint it reached.
    pub endpoint: EndpointRef,
    /// When its head arrived, unix ms.
    pub received_at: i64,
    /// What became of it.
    pub outcome: Outcome,
    /// Reason code, when rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// It was verified with a secret that is expiring.
    #[serde(default)]
    pub old_secret: bool,
    /// The n-th delivery that bears its event key.
    pub try_number: i64,
    /// The event's type, as the body says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_type: Option<String>,
    /// The resource the event speaks of (`data.id`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// When the sender made the event, unix ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<i64>,
    /// Body size in bytes.
    pub body_size: i64,
    /// Our answer's HTTP status.
    pub answer_status: u16,
    /// How its forwards stand, where that was looked up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forward: Option<ForwardMark>,
}

impl DeliverySummary {
    /// Received minus created, ms: how late the event came. Clocks differ, so it can be negative.
    pub fn lag_ms(&self) -> Option<i64> {
        self.created_at.map(|created| self.received_at.saturating_sub(created))
    }
}

/// What is known of a body that was not kept whole: only its first bytes are there. Large ones of rejected and duplicate
/// deliveries are cut, so that strangers cannot fill the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CutBody {
    /// Bytes that are kept.
    pub kept: i64,
    /// Bytes that were received.
    pub size: i64,
    /// SHA-256 of all of it.
    pub sha256: [u8; 32],
}

impl CutBody {
    /// The hash in hexadecimal.
    pub fn hash(&self) -> String {
        self.sha256.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// What is kept of it, as a sentence.
    pub fn sentence(&self) -> String {
        let (kept, size, hash) = (time::size(self.kept), time::size(self.size), self.hash());
        match self.kept {
            0 => format!("Nothing of the body of {size} is kept but its SHA-256, {hash}."),
            _ => format!("The first {kept} of {size} are kept; the SHA-256 of all of it is {hash}."),
        }
    }

    /// Why something that needs all of it cannot be done: `what` such as "it cannot be sent again".
    pub fn refusal(&self, what: &str) -> String {
        let (kept, size) = (time::size(self.kept), time::size(self.size));
        format!("only {kept} of its body of {size} are kept, so {what}; ask the sender to send it again")
    }
}

/// Everything about one delivery but its payload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// What lists show.
    #[serde(flatten)]
    pub summary: DeliverySummary,
    /// `webhook-id` or the scheme's own key; only claimed, when rejected.
    pub event_key: Option<String>,
    /// Body `id` (`evt_…`).
    pub event_id: Option<String>,
    /// The secret that matched.
    pub secret_id: Option<SecretId>,
    /// The sender's address.
    pub client: String,
    /// From the head of the request to the start of its commit, microseconds.
    pub answer_us: i64,
    /// When a person had it verified again with success, unix ms.
    #[serde(default)]
    pub reverified_at: Option<i64>,
}
