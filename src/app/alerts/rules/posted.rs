//! An alert rule as its form gives it.

use serde::{Deserialize, Serialize};

/// Each field as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RuleForm {
    /// Code of its kind.
    pub kind: String,
    /// Name of the endpoint or destination; empty: all together.
    pub object: String,
    /// An incident opens above it.
    pub threshold: String,
    /// An incident recovers at or below it; empty: the usual.
    pub recovery: String,
    /// A length of time, such as `2h`.
    pub window: String,
    /// Fewer say nothing.
    pub least: String,
    /// A length of time.
    pub cooldown: String,
    /// Word of the severity.
    pub severity: String,
    /// A length of time; empty: no reminders.
    pub remind: String,
    /// Narrows it to an event type.
    pub event_type: String,
    /// Types that tell of an end, separated by spaces.
    pub end_types: String,
    /// Such as `22:00-06:00`.
    pub quiet: String,
    /// Whether Saturdays and Sundays are quiet.
    pub weekend: String,
    /// Name of the time zone of quiet hours.
    pub zone: String,
    /// `all` or `these`: whether every channel is told or those that are ticked.
    pub tell: String,
    /// Ids of the channels that are ticked.
    pub channels: Vec<String>,
    /// The version that the form was made from.
    pub version: String,
}

/// Word of the choice: every channel, also those that come later.
pub const TELL_ALL: &str = "all";
/// Word of the choice: those that are ticked.
pub const TELL_THESE: &str = "these";

pub(crate) use server::minutes_text;

mod server {
    use crate::app::alerts::rules::posted::{RuleForm, TELL_ALL, TELL_THESE};
    use crate::model::{
        alert::{Quiet, QuietDays, RuleKind, RuleSettings, Unit},
        error::{AppError, invalid},
        ids::ChannelId,
        which::Which,
    };

    const UNITS: [(char, i64); 3] = [('m', 1), ('h', 60), ('d', 24 * 60)];

    impl RuleForm {
        /// The form of a rule as it is.
        pub(crate) fn of(kind: RuleKind, object: Option<&str>, settings: &RuleSettings) -> Self {
            let value = |value: f64| match kind.unit() {
                Unit::Minutes => minutes_text(value as i64),
                _ => format!("{value}"),
            };
            let quiet = settings.quiet.as_ref();
            Self {
                kind: kind.as_str().to_owned(),
                object: object.unwrap_or_default().to_owned(),
                threshold: value(settings.threshold),
                recovery: value(settings.recovery),
                window: minutes_text(settings.window),
                least: settings.least.to_string(),
                cooldown: minutes_text(settings.cooldown),
                severity: settings.severity.as_str().to_owned(),
                remind: settings.remind.map(minutes_text).unwrap_or_default(),
                event_type: settings.event_type.clone().unwrap_or_default(),
                end_types: settings.end_types.join(" "),
                quiet: quiet.map(Quiet::hours_text).unwrap_or_default(),
                weekend: match quiet.map(|quiet| quiet.days) {
                    Some(QuietDays::Weekend) => "true".to_owned(),
                    _ => String::new(),
                },
                zone: quiet.map(|quiet| quiet.zone.clone()).unwrap_or_default(),
                tell: if settings.channels == Which::All { TELL_ALL } else { TELL_THESE }.to_owned(),
                channels: settings.channels.named().iter().map(ToString::to_string).collect(),
                version: String::new(),
            }
        }

        /// The form that a query string holds, over what stands there otherwise.
        pub(crate) fn over(self, pairs: &[(String, String)]) -> Self {
            let mut form = self;
            if pairs.iter().any(|(name, _)| name == "threshold") {
                // A form was sent: what is not in it was not ticked.
                (form.weekend, form.channels) = (String::new(), Vec::new());
            }
            for (name, value) in pairs {
                match name.as_str() {
                    "channels[]" => form.channels.push(value.clone()),
                    name => {
                        if let Some(field) = form.field(name) {
                            field.clone_from(value);
                        }
                    }
                }
            }
            form
        }

        fn field(&mut self, name: &str) -> Option<&mut String> {
            Some(match name {
                "object" => &mut self.object,
                "threshold" => &mut self.threshold,
                "recovery" => &mut self.recovery,
                "window" => &mut self.window,
                "least" => &mut self.least,
                "cooldown" => &mut self.cooldown,
                "severity" => &mut self.severity,
                "remind" => &mut self.remind,
                "event_type" => &mut self.event_type,
                "end_types" => &mut self.end_types,
                "quiet" => &mut self.quiet,
                "weekend" => &mut self.weekend,
                "zone" => &mut self.zone,
                "tell" => &mut self.tell,
                _ => return None,
            })
        }

        /// What was typed, by the name of its field.
        pub(crate) fn typed(&self) -> Vec<(&'static str, String)> {
            vec![
                ("object", self.object.clone()),
                ("threshold", self.threshold.clone()),
                ("recovery", self.recovery.clone()),
                ("window", self.window.clone()),
                ("least", self.least.clone()),
                ("cooldown", self.cooldown.clone()),
                ("severity", self.severity.clone()),
                ("remind", self.remind.clone()),
                ("event_type", self.event_type.clone()),
                ("end_types", self.end_types.clone()),
                ("quiet", self.quiet.clone()),
                ("weekend", self.weekend.clone()),
                ("zone", self.zone.clone()),
                ("tell", self.tell.clone()),
                ("channels", self.channels.join(" ")),
            ]
        }

        pub(crate) fn read_kind(&self) -> Result<RuleKind, AppError> {
            self.kind.parse().map_err(|sentence: String| invalid("kind", sentence))
        }

        /// What it says about a rule of this kind. What is left empty has its usual value.
        ///
        /// # Errors
        /// A field cannot be read; the error names it.
        pub(crate) fn read(&self, kind: RuleKind) -> Result<RuleSettings, AppError> {
            let usual = RuleSettings::usual(kind);
            let value = |field: &'static str, text: &str| match kind.unit() {
                Unit::Minutes => minutes(field, text).map(|found| found.map(|minutes| minutes as f64)),
                _ => match text.trim() {
                    "" => Ok(None),
                    text => {
                        text.parse().map(Some).map_err(|_| invalid(field, format!("{field}: give a number")))
                    }
                },
            };
            let threshold = value("threshold", &self.threshold)?.unwrap_or(usual.threshold);
            let usual_recovery = if kind.unit() == Unit::Percent { threshold / 2.0 } else { threshold };
            let days = if self.weekend.is_empty() { QuietDays::None } else { QuietDays::Weekend };
            let zone = match self.zone.trim() {
                "" => "UTC",
                zone => zone,
            };
            let quiet = match kind {
                RuleKind::Silence => {
                    Quiet::parse(&self.quiet, days, zone).map_err(|sentence| invalid("quiet", sentence))?
                }
                _ => None,
            };
            let least = match self.least.trim() {
                "" => usual.least,
                text => text.parse().map_err(|_| invalid("least", "least: give a whole number"))?,
            };
            Ok(RuleSettings {
                threshold,
                recovery: value("recovery", &self.recovery)?.unwrap_or(usual_recovery),
                window: minutes("window", &self.window)?.unwrap_or(usual.window),
                least,
                cooldown: minutes("cooldown", &self.cooldown)?.unwrap_or(usual.cooldown),
                severity: match self.severity.trim() {
                    "" => usual.severity,
                    word => word.parse().map_err(|sentence: String| invalid("severity", sentence))?,
                },
                remind: minutes("remind", &self.remind)?,
                event_type: kind
                    .type_label()
                    .map(|_| self.event_type.trim().to_owned())
                    .filter(|name| !name.is_empty()),
                end_types: match kind {
                    RuleKind::MissingEnd => {
                        let words = self.end_types.split([' ', ',']).filter(|word| !word.is_empty());
                        words.map(str::to_owned).collect()
                    }
                    _ => Vec::new(),
                },
                quiet,
                channels: self.read_channels()?.unwrap_or_default(),
            })
        }

        /// Which channels it says are told; none: it says nothing of them.
        ///
        /// # Errors
        /// It says two things at once, or what is ticked is no channel.
        pub(crate) fn read_channels(&self) -> Result<Option<Which<ChannelId>>, AppError> {
            let ticked = self.channels.iter().flat_map(|text| text.split_whitespace());
            let ticked: Vec<ChannelId> = ticked
                .map(|text| text.parse().map_err(|_| invalid("channels", "channels: choose from the list")))
                .collect::<Result<_, _>>()?;
            match (self.tell.as_str(), ticked.is_empty()) {
                (TELL_ALL, true) => Ok(Some(Which::All)),
                (TELL_ALL, false) => Err(invalid(
                    "channels",
                    "channels: some are ticked, and every channel is chosen; choose “only these”, or tick none",
                )),
                (TELL_THESE, _) | ("", false) => Ok(Some(Which::These(ticked))),
                ("", true) => Ok(None),
                _ => Err(invalid("channels", "channels: choose all or these")),
            }
        }
    }

    /// Reads `30m`, `2h`, `1d` or a number of minutes; empty: none.
    fn minutes(field: &str, text: &str) -> Result<Option<i64>, AppError> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let unit = UNITS.into_iter().find_map(|(unit, size)| Some((text.strip_suffix(unit)?, size)));
        let (number, size) = unit.unwrap_or((text, 1));
        let found = number.trim().parse::<i64>().ok().and_then(|count| count.checked_mul(size));
        found
            .map(Some)
            .ok_or_else(|| invalid(field, format!("{field}: give a length of time such as 30m, 2h or 1d")))
    }

    /// A length of time as it is typed.
    pub(crate) fn minutes_text(minutes: i64) -> String {
        let (unit, size) =
            UNITS.into_iter().rev().find(|(_, size)| minutes != 0 && minutes % size == 0).unwrap_or(('m', 1));
        format!("{}{unit}", minutes / size)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_form_says_the_same_as_the_rule_it_was_made_of() {
            for kind in RuleKind::ALL {
                let mut settings = RuleSettings::usual(kind);
                settings.remind = Some(90);
                settings.event_type = kind.type_label().map(|_| "batch.completed".to_owned());
                if kind == RuleKind::Silence {
                    settings.quiet =
                        Quiet::parse("22:00-06:00", QuietDays::Weekend, "Europe/Berlin").unwrap();
                }
                assert_eq!(RuleForm::of(kind, None, &settings).read(kind).unwrap(), settings, "{kind:?}");
            }
        }

        #[test]
        fn what_is_left_empty_is_as_usual_and_what_cannot_be_read_is_named() {
            let kind = RuleKind::VerificationFailures;
            assert_eq!(RuleForm::default().read(kind).unwrap(), RuleSettings::usual(kind));
            let wrong = |name: &str, text: &str| {
                let form = RuleForm::default().over(&[(name.to_owned(), text.to_owned())]);
                form.read(RuleKind::Silence).unwrap_err().field().unwrap_or_default().to_owned()
            };
            for (name, text) in [
                ("threshold", "soon"),
                ("cooldown", "1w"),
                ("least", "1.5"),
                ("severity", "bad"),
                ("quiet", "night"),
            ] {
                assert_eq!(wrong(name, text), name);
            }
            assert_eq!(wrong("channels[]", "x"), "channels");
            assert_eq!(
                ["30m", "2h", "1d", " 90 ", "0"].map(|text| minutes("x", text).unwrap()),
                [30, 120, 1_440, 90, 0].map(Some)
            );
            assert_eq!([90, 120, 2_880, 0].map(minutes_text), ["90m", "2h", "2d", "0m"]);
        }
    }
}
