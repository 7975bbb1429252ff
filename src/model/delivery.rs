//! A delivery as lists and live views show it, and as its own page does.

use super::words::words;
use super::{
    destination::ForwardMark,
    endpoint::EndpointRef,
    ids::{DeliveryId, SecretId},
    time,
};
use serde::{Deserialize, Serialize};

words! {
    /// What became of a delivery.
    pub enum Outcome("outcome") {
        /// Verified, and the first accepted one with its event key: it made the event.
        Accepted = "accepted";
        /// Verified, but its event was there already.
        Duplicate = "duplicate";
        /// Not verified. Its event key is only a claim.
        Rejected = "rejected";
    }
}

/// One row of the events table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct DeliverySummary {
    /// Its id, also the cursor of pages and streams.
    pub id: DeliveryId,
    /// The endpoint it reached.
    #[cfg_attr(feature = "ssr", sqlx(flatten))]
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
    /// The n-th delivery with its event key.
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
    #[cfg_attr(feature = "ssr", sqlx(try_from = "i32"))]
    pub answer_status: u16,
    /// How its forwards stand, where that was looked up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", sqlx(skip))]
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
            0 => format!("The body of {size} was not stored, only its SHA-256, {hash}."),
            _ => format!("The first {kept} of {size} are stored. The SHA-256 of the whole body is {hash}."),
        }
    }

    /// Why something that needs all of it cannot be done: `what` such as "it cannot be sent again".
    pub fn refusal(&self, what: &str) -> String {
        let (kept, size) = (time::size(self.kept), time::size(self.size));
        format!("only {kept} of its {size} body are stored, so {what}; ask the sender to send it again")
    }
}

/// Everything about one delivery but its payload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct Delivery {
    /// What lists show.
    #[serde(flatten)]
    #[cfg_attr(feature = "ssr", sqlx(flatten))]
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
