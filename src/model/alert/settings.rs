//! When a rule holds, and what follows.

use super::Quiet;
use crate::model::{ids::ChannelId, severity::Severity, time::MINUTE_MS, which::Which};
use serde::{Deserialize, Serialize};

/// No length of time of a rule is longer: 30 days.
pub const LONGEST_MINUTES: i64 = 30 * 24 * 60;

/// When a rule holds, and what follows. Kept as JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuleSettings {
    /// An incident opens when the value is above it.
    pub threshold: f64,
    /// An open incident recovers when the value is not above it.
    pub recovery: f64,
    /// Minutes that are looked at; some kinds mean another length of time by it.
    pub window: i64,
    /// Fewer than this say nothing.
    pub least: i64,
    /// Minutes after an incident in which no other opens.
    pub cooldown: i64,
    /// How much it matters.
    pub severity: Severity,
    /// Minutes between reminders while nobody has acknowledged; none: no reminders.
    #[serde(default)]
    pub remind: Option<i64>,
    /// Narrows it to an event type.
    #[serde(default)]
    pub event_type: Option<String>,
    /// Missing end: the types that tell of one; empty: those of the same subject that say so by their last word.
    #[serde(default)]
    pub end_types: Vec<String>,
    /// Silence: when nobody expects events.
    #[serde(default)]
    pub quiet: Option<Quiet>,
    /// Which channels are told.
    #[serde(default)]
    pub channels: Which<ChannelId>,
}

impl RuleSettings {
    /// The window in minutes. What is stored may be out of bounds, for it was once taken without a look: it counts as the
    /// longest that may be, and nothing overflows.
    pub fn window_minutes(&self) -> i64 {
        self.window.clamp(0, LONGEST_MINUTES)
    }

    /// The same in ms.
    pub fn window_ms(&self) -> i64 {
        self.window_minutes() * MINUTE_MS
    }

    /// The cooldown in ms, within the same bounds.
    pub fn cooldown_ms(&self) -> i64 {
        self.cooldown.clamp(0, LONGEST_MINUTES) * MINUTE_MS
    }

    /// Between two reminders, in ms, likewise; none: there are none.
    pub fn remind_ms(&self) -> Option<i64> {
        self.remind.map(|minutes| minutes.clamp(1, LONGEST_MINUTES) * MINUTE_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_older_version_wrote_has_nothing_for_the_rest() {
        let read: RuleSettings = serde_json::from_str(
            r#"{"threshold": 5, "recovery": 5, "window": 60, "least": 0, "cooldown": 30, "severity": "info"}"#,
        )
        .unwrap();
        assert_eq!((read.threshold, read.quiet, read.channels), (5.0, None, Which::All));
    }
}
