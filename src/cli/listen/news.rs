//! What happened, for whoever shows it.

use super::server::Row;
use serde_json::{Value, json};

/// What came of one request to the handler.
#[derive(Clone, Debug)]
pub(super) enum LocalResult {
    /// It answered.
    Answered {
        /// Such as 200.
        status: u16,
        /// Milliseconds.
        ms: i64,
    },
    /// It did not.
    Failed {
        /// Such as `refused`.
        code: &'static str,
        /// The sentence.
        text: String,
        /// Milliseconds.
        ms: i64,
    },
}

impl LocalResult {
    /// Whether the handler took it, as a sender would see it.
    pub(super) fn is_taken(&self) -> bool {
        matches!(self, Self::Answered { status: 200..=299, .. })
    }

    /// As the API takes it, and as JSON lines show it.
    pub(super) fn to_json(&self) -> Value {
        match self {
            Self::Answered { status, ms } => json!({ "status": status, "ms": ms }),
            Self::Failed { code, ms, .. } => json!({ "error": code, "ms": ms }),
        }
    }
}

/// One request to the handler.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    /// The delivery.
    pub(super) row: Row,
    /// Its `webhook-id`.
    pub(super) webhook_id: Option<String>,
    /// The n-th request with it.
    pub(super) attempt: i64,
    /// What came of it.
    pub(super) outcome: LocalResult,
}

/// A happening.
#[derive(Clone, Debug)]
pub(super) enum News {
    /// A delivery is there, and waits to be sent.
    Arrived(Row),
    /// The handler has it.
    Sending(i64),
    /// The handler is done with it.
    Sent(Sent),
    /// The server does not have it any more.
    Gone(i64),
    /// The connection is there.
    Connected,
    /// It is not, for this reason; it is tried again.
    Lost(String),
    /// Something to know.
    Note(String),
}
