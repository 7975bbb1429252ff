//! When a rule holds, and what follows.

use super::{Quiet, RuleKind, Unit};
use crate::model::{ids::ChannelId, severity::Severity, which::Which};
use serde::{Deserialize, Serialize};

const MINUTE_MS: i64 = 60_000;
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
    /// Which channels are told.
    #[serde(default)]
    pub channels: Which<ChannelId>,
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
            K::BackupsFailing => (0.0, 0, 0),
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
            channels: Which::All,
        }
    }

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

    /// Whether every value is within its bounds, also those that the kind does not look at: each is stored.
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
        let shortest = i64::from(kind.has_window());
        if !(shortest..=LONGEST_MINUTES).contains(&self.window) {
            return wrong("window", "give one minute to 30 days, such as 30m, 2h or 1d");
        }
        // Later the sender has given up, and there is nothing to be done.
        if kind == RuleKind::WindowClosing && self.window >= 72 * HOUR {
            return wrong("window", "give less than 72 hours: after them the sender has given up");
        }
        let fewest = i64::from(kind.has_least());
        if !(fewest..=1_000_000).contains(&self.least) {
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
        if let Some(quiet) = &self.quiet
            && !quiet.is_within_a_day()
        {
            return wrong("quiet", "give two times that differ, such as 22:00-06:00, or nothing");
        }
        if self.channels.is_none() {
            return wrong("channels", "tick at least one channel, or choose every channel");
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
    use crate::model::alert::{QuietDays, sample};
    use proptest::prelude::*;

    prop_compose! {
        /// Whatever a row may hold.
        fn any_settings()(
            threshold in any::<f64>(), recovery in any::<f64>(), window in any::<i64>(), least in any::<i64>(),
            cooldown in any::<i64>(), remind in any::<Option<i64>>(), from in any::<i16>(), to in any::<i16>(),
        ) -> RuleSettings {
            RuleSettings {
                threshold, recovery, window, least, cooldown, remind,
                quiet: Some(Quiet { from, to, days: QuietDays::Weekend, zone: "Europe/Berlin".into() }),
                ..RuleSettings::usual(RuleKind::Silence)
            }
        }
    }

    proptest! {
        #[test]
        fn no_number_that_a_row_may_hold_overflows(settings in any_settings(), value in any::<f64>()) {
            let longest = LONGEST_MINUTES * MINUTE_MS;
            prop_assert!((0..=longest).contains(&settings.window_ms()));
            prop_assert!((0..=longest).contains(&settings.cooldown_ms()));
            prop_assert!(settings.remind_ms().is_none_or(|ms| (1..=longest).contains(&ms)));
            prop_assert!(!settings.quiet.as_ref().map(Quiet::hours_text).unwrap_or_default().contains('-')
                || settings.quiet.as_ref().is_some_and(Quiet::is_within_a_day));
            for kind in RuleKind::ALL {
                let _either_way = settings.check(kind);
                let rule = super::super::Rule { settings: settings.clone(), ..sample(kind) };
                let _text = (rule.condition(), rule.title(), kind.unit().show(value));
            }
        }
    }

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
        assert_eq!(
            refused(Silence, |s| s.window = 9_000_000_000_000_000),
            Err("window"),
            "though it has none"
        );
        assert_eq!(refused(Silence, |s| s.window = -1), Err("window"));
        assert_eq!(refused(Silence, |s| s.least = i64::MAX), Err("least"));
        assert_eq!(refused(Silence, |s| s.channels = Which::These(Vec::new())), Err("channels"));
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
        assert_eq!((read.threshold, read.quiet, read.channels), (5.0, None, Which::All));
    }
}
