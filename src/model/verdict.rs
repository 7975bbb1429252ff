//! The verdict on a delivery: the facts found while verifying it, stored as short JSON, told as steps.

mod cause;
mod reason;
mod steps;

pub use cause::{BodyChange, Cause, Mangling, Owner, Reading};
pub use reason::Reason;
pub use steps::{StepResult, StepView};

use serde::{Deserialize, Serialize};

/// What verifying a request found. Facts only: the sentences are made when they are read, and can be bettered later.
///
/// It goes to the database with every delivery, hence the short names and left-out defaults.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Verdict {
    /// Why it was rejected; none: accepted.
    #[serde(rename = "r", skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The scheme checks nothing.
    #[serde(rename = "u", skip_serializing_if = "is_false")]
    pub unverified: bool,
    /// The header that is at fault.
    #[serde(rename = "h", skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// The timestamp, when the scheme has one and it could be read; unix seconds.
    #[serde(rename = "t", skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<i64>,
    /// Our clock minus the timestamp, seconds.
    #[serde(rename = "k", skip_serializing_if = "Option::is_none")]
    pub skew: Option<i64>,
    /// Seconds by which they may differ; none: the age was not checked.
    #[serde(rename = "l", skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<i64>,
    /// Signatures of a version that could be checked.
    #[serde(rename = "c", skip_serializing_if = "is_zero")]
    pub candidates: u32,
    /// Signatures of other versions, which are skipped.
    #[serde(rename = "x", skip_serializing_if = "is_zero")]
    pub unknown_versions: u32,
    /// Ids of the secrets that were tried and did not match.
    #[serde(rename = "s", skip_serializing_if = "Vec::is_empty")]
    pub tried: Vec<String>,
    /// Id of the secret that matched; also when the time alone stood in the way.
    #[serde(rename = "m", skip_serializing_if = "Option::is_none")]
    pub matched: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_false(value: &bool) -> bool {
    !*value
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_zero(value: &u32) -> bool {
    *value == 0
}

impl Verdict {
    /// Whether the delivery is accepted.
    pub fn is_accepted(&self) -> bool {
        self.reason.is_none()
    }

    /// Whether the time alone stood in the way: the signature is genuine.
    pub fn fails_only_on_time(&self) -> bool {
        matches!(self.reason, Some(Reason::TimestampTooOld | Reason::TimestampTooNew))
            && self.matched.is_some()
    }

    /// Our clock minus the timestamp in seconds, when that alone stood in the way. Within a billion: a timestamp may be as far
    /// off as a number can be, and these are summed up.
    pub fn off_by(&self) -> Option<i64> {
        self.skew.filter(|_| self.fails_only_on_time()).map(|skew| skew.clamp(-1_000_000_000, 1_000_000_000))
    }

    /// Why not.
    pub fn reason(&self) -> Option<Reason> {
        self.reason
    }

    /// Id of the secret that matched, when it is accepted.
    pub fn matched_secret(&self) -> Option<&str> {
        self.matched.as_deref().filter(|_| self.is_accepted())
    }

    /// As it is stored.
    pub fn to_json(&self) -> String {
        // Strings, numbers and lists of them always serialise.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads a stored one.
    ///
    /// # Errors
    /// When it is not what [`Self::to_json`] writes.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }
}
