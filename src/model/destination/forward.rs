//! What is sent to destinations: forwards, replays and their attempts.

use crate::model::{
    ids::{DeliveryId, DestinationId, ForwardId, JobId},
    words::words,
};

words! {
    /// Why something is sent.
    #[derive(Default)]
    pub enum ForwardKind("kind") {
        /// By itself, when its event was accepted.
        #[default]
        Forward = "forward";
        /// Because a person asked.
        Replay = "replay";
    }
}

words! {
    /// How a delivery is sent again.
    #[derive(Default)]
    pub enum ReplayMode("mode") {
        /// With a new timestamp and the destination's own signature.
        #[default]
        Fresh = "fresh";
        /// With the sender's own headers; a strict receiver takes it for old.
        Verbatim = "verbatim";
        /// With headers or a body that a person changed, signed by us and marked.
        Edited = "edited";
    }
}

words! {
    /// How a forward stands.
    #[derive(Default)]
    pub enum ForwardState("state") {
        /// It will be tried (again).
        #[default]
        Queued = "queued";
        /// The destination took it.
        Delivered = "delivered";
        /// No try is left.
        Dead = "dead";
        /// The destination's condition did not hold: it was never sent.
        Skipped = "skipped";
    }
}

words! {
    /// How all forwards of a delivery stand, as one word: by the newest to each destination.
    pub enum ForwardMark("forward") {
        /// Every destination took it.
        Delivered = "delivered";
        /// It waits for its first try.
        Queued = "queued";
        /// A destination did not take it: it is tried again, or dead.
        Failing = "failing";
    }
}

/// What an attempt says against the one before to the same destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It failed, and is taken now.
    Fixed,
    /// It failed, and does.
    StillFailing,
    /// It was taken, and is not any more.
    Regressed,
    /// It was taken, and is.
    StillFine,
}

impl Change {
    /// Compares two attempts.
    pub fn between(before: &Attempt, now: &Attempt) -> Self {
        match (before.succeeded(), now.succeeded()) {
            (false, true) => Self::Fixed,
            (false, false) => Self::StillFailing,
            (true, false) => Self::Regressed,
            (true, true) => Self::StillFine,
        }
    }

    /// For people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::StillFailing => "still failing",
            Self::Regressed => "regressed",
            Self::StillFine => "still fine",
        }
    }
}

/// One delivery on its way to one destination.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct Forward {
    /// Its id.
    pub id: ForwardId,
    /// What is sent.
    pub delivery_id: DeliveryId,
    /// Its destination.
    pub destination_id: DestinationId,
    /// Name of the destination.
    pub destination: String,
    /// Forward or replay.
    pub kind: ForwardKind,
    /// As received, or with another body.
    pub mode: ReplayMode,
    /// How far it has come.
    pub state: ForwardState,
    /// Attempts made.
    pub attempts: i64,
    /// When the next one is due, unix ms.
    pub next_at: i64,
    /// Who asked for the replay.
    pub actor: Option<String>,
    /// Unix ms.
    pub created_at: i64,
    /// Sent instead of the event's own `webhook-id`.
    pub webhook_id: Option<String>,
    /// Why it was skipped.
    pub note: Option<String>,
    /// The job that queued it.
    pub job_id: Option<JobId>,
}

/// What a person changed before a delivery was sent again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct Edit {
    /// All headers of the sender that go with it, one `Name: value` a line.
    pub headers: String,
    /// What is sent instead of the body as received.
    pub body: Vec<u8>,
}

/// What is asked of a replay.
#[derive(Clone, Debug, Default)]
pub struct ReplayAsk {
    /// How it is sent.
    pub mode: ReplayMode,
    /// A new `webhook-id` for each, as if they were other events.
    pub new_id: bool,
    /// How many times, at least 1: to see that a receiver tells repetitions apart.
    pub times: u8,
    /// Mode `edited`: what is sent.
    pub edit: Option<Edit>,
}

/// A status of HTTP as a column has it: no database has a type for `u16`.
#[cfg(feature = "ssr")]
#[derive(sqlx::Type)]
#[sqlx(transparent)]
pub struct StatusColumn(Option<i32>);

#[cfg(feature = "ssr")]
impl From<StatusColumn> for Option<u16> {
    fn from(column: StatusColumn) -> Self {
        column.0.and_then(|status| u16::try_from(status).ok())
    }
}

/// One outbound request.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct Attempt {
    /// The forward it belongs to.
    pub forward_id: ForwardId,
    /// Unix ms.
    pub at: i64,
    /// Status of the answer.
    #[cfg_attr(feature = "ssr", sqlx(try_from = "StatusColumn"))]
    pub status: Option<u16>,
    /// Code of why there was none.
    pub error: Option<String>,
    /// The same for people.
    pub message: Option<String>,
    /// Milliseconds.
    pub ms: i64,
    /// Headers that were sent, one a line.
    pub request: String,
    /// Headers of the answer, one a line.
    pub headers: String,
    /// Its first bytes.
    pub body: Vec<u8>,
}

/// What became of a delivery on a laptop, as `hookpost listen` reported it.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct LocalResult {
    /// Name of the token that the laptop used.
    pub listener: String,
    /// Unix ms.
    pub at: i64,
    /// Status of the local answer.
    #[cfg_attr(feature = "ssr", sqlx(try_from = "StatusColumn"))]
    pub status: Option<u16>,
    /// Code of why there was none.
    pub error: Option<String>,
    /// Milliseconds.
    pub ms: i64,
}

impl LocalResult {
    /// Whether the local handler took it.
    pub fn succeeded(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

impl Attempt {
    /// `2xx` to `5xx`, or the code of an error.
    pub fn class(&self) -> String {
        match (self.status, &self.error) {
            (Some(status), _) => format!("{}xx", status / 100),
            (None, Some(code)) => code.clone(),
            (None, None) => "other".to_owned(),
        }
    }

    /// Whether the destination took it.
    pub fn succeeded(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}
