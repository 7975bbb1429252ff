//! When a rule holds, and what follows.

use super::{Quiet, RuleKind, Unit};
use crate::model::{ids::ChannelId, severity::Severity};
use serde::{Deserialize, Serialize};

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;
/// No length of time of a rule is longer: 30 days.
pub const LONGEST_MINUTES: i64 = 30 * DAY;

/// When a rule holds, and what follows. Kept as JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuleSettings {
    /// An incident opens when the value is above it.
    pub threshold: f64,
    /// An open incident recovers when the value is not above it.
    pub recovery: f64,
    /// Minutes that are looked at; what else it means for some kinds says [`RuleKind::window_label`].
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
    /// Narrows it to an event type, see [`RuleKind::type_label`].
    #[serde(default)]
    pub event_type: Option<String>,
    /// Missing end: the types that tell of one; empty: those of the same subject that say so by their last word.
    #[serde(default)]
    pub end_types: Vec<String>,
    /// Silence: when nobody expects events.
    #[serde(default)]
    pub quiet: Option<Quiet>,
    /// Who is told; empty: every channel.
    #[serde(default)]
    pub channels: Vec<ChannelId>,
}

impl RuleSettings {
    /// What a new rule of this kind has.
    pub fn usual(kind: RuleKind) -> Self {
        use RuleKind as K;
        let (threshold, window, least) = match kind {
            K::Silence => (DAY as f64, 0, 0),
            K::VerificationFailures => (10.0, HOUR, 5),
            K::EventFailures => (20.0, DAY, 5),
            K::SenderRetries => (5.0, HOUR, 0),
            K::WindowClosing => (0.0, 60 * HOUR, 0),
            K::AnswerTime => (1_000.0, 15, 20),
            K::SecretExpiring => (0.0, 3 * DAY, 0),
            K::MissingEnd => (0.0, DAY, 0),
            K::DestinationFailing => (50.0, 15, 5),
            K::DeadForwards => (0.0, DAY, 0),
            K::ForwardTime => (10_000.0, HOUR, 20),
            K::QueueAge => (15.0, 0, 0),
            K::DiskFull => (90.0, 0, 0),
            K::ClockSuspect => (50.0, HOUR, 5),
        };
        let severity = match kind {
            K::Silence | K::WindowClosing | K::DestinationFailing | K::DiskFull => Severity::Critical,
            K::ForwardTime => Severity::Info,
            _ => Severity::Warning,
        };
        // Just below the bound it goes back and forth: a rate is over when it is at half.
        let recovery = match kind {
            K::DiskFull => 85.0,
            _ if kind.unit() == Unit::Percent => threshold / 2.0,
            _ => threshold,
        };
        Self {
            threshold,
            recovery,
            window,
            least,
            cooldown: 30,
            severity,
            remind: None,
            event_type: None,
            end_types: Vec::new(),
            quiet: None,
            channels: Vec::new(),
        }
    }

    /// Whether every value is within its bounds.
    ///
    /// # Errors
    /// The field, and a sentence that names it and what would be right.
    pub fn check(&self, kind: RuleKind) -> Result<(), (&'static str, String)> {
        let wrong = |field, sentence: &str| Err((field, format!("{field}: {sentence}")));
        let (lowest, highest, bounds) = match kind.unit() {
            Unit::Percent => (0.0, 99.9, "give 0 to 99.9 percent"),
            Unit::Minutes => {
                (1.0, LONGEST_MINUTES as f64, "give one minute to 30 days, such as 30m, 2h or 1d")
            }
            Unit::Milliseconds => (1.0, 3_600_000.0, "give 1 to 3600000 ms"),
            Unit::Count => (0.0, 1_000_000.0, "give 0 to 1000000"),
        };
        // What is no number is in no range.
        if !(lowest..=highest).contains(&self.threshold) {
            return wrong("threshold", bounds);
        }
        if !(0.0..=self.threshold).contains(&self.recovery) {
            return wrong("recovery", "give a value that is not above the threshold");
        }
        if kind.has_window() && !(1..=LONGEST_MINUTES).contains(&self.window) {
            return wrong("window", "give one minute to 30 days, such as 30m, 2h or 1d");
        }
        // Later the sender has given up, and there is nothing to be done.
        if kind == RuleKind::WindowClosing && self.window >= 72 * HOUR {
            return wrong("window", "give less than 72 hours: after them the sender has given up");
        }
        if kind.has_least() && !(1..=1_000_000).contains(&self.least) {
            return wrong("least", "give 1 to 1000000");
        }
        if !(0..=LONGEST_MINUTES).contains(&self.cooldown) {
            return wrong("cooldown", "give nothing to 30 days, such as 30m or 2h");
        }
        if self.remind.is_some_and(|minutes| !(5..=LONGEST_MINUTES).contains(&minutes)) {
            return wrong("remind", "give five minutes to 30 days, or nothing for no reminders");
        }
        let is_type = |text: &String| {
            !text.is_empty() && text.len() <= 128 && text.bytes().all(|b| b.is_ascii_graphic())
        };
        match &self.event_type {
            None if kind == RuleKind::MissingEnd => {
                return wrong(
                    "event_type",
                    "give the type that tells of a beginning, such as batch.submitted",
                );
            }
            Some(name) if !is_type(name) => {
                return wrong("event_type", "give a type such as batch.completed");
            }
            _ => {}
        }
        if self.end_types.len() > 20 || !self.end_types.iter().all(is_type) {
            return wrong("end_types", "give at most 20 types such as batch.completed");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_out_of_bounds_are_refused_by_field() {
        let refused = |kind, change: fn(&mut RuleSettings)| {
            let mut settings = RuleSettings::usual(kind);
            change(&mut settings);
            settings.check(kind).map_err(|(field, _)| field)
        };
        use RuleKind::{MissingEnd, Silence, VerificationFailures, WindowClosing};
        assert_eq!(refused(VerificationFailures, |s| s.threshold = f64::NAN), Err("threshold"));
        assert_eq!(refused(VerificationFailures, |s| s.threshold = 100.0), Err("threshold"));
        assert_eq!(refused(VerificationFailures, |s| s.recovery = 10.1), Err("recovery"));
        assert_eq!(refused(VerificationFailures, |s| s.window = 0), Err("window"));
        assert_eq!(refused(VerificationFailures, |s| s.least = 0), Err("least"));
        assert_eq!(refused(WindowClosing, |s| s.window = 72 * HOUR), Err("window"));
        assert_eq!(refused(Silence, |s| s.threshold = 0.5), Err("threshold"));
        assert_eq!(refused(Silence, |s| s.cooldown = -1), Err("cooldown"));
        assert_eq!(refused(Silence, |s| s.remind = Some(1)), Err("remind"));
        assert_eq!(refused(Silence, |s| s.event_type = Some("a b".into())), Err("event_type"));
        assert_eq!(refused(MissingEnd, |_| {}), Err("event_type"));
        assert_eq!(refused(MissingEnd, |s| s.event_type = Some("x.started".into())), Ok(()));
    }

    #[test]
    fn what_an_older_version_wrote_has_nothing_for_the_rest() {
        let read: RuleSettings = serde_json::from_str(
            r#"{"threshold": 5, "recovery": 5, "window": 60, "least": 0, "cooldown": 30, "severity": "info"}"#,
        )
        .unwrap();
        assert_eq!((read.threshold, read.quiet, read.channels.len()), (5.0, None, 0));
    }
}
