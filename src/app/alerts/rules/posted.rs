//! An alert rule as its form gives it.

use crate::{
    alerts::rules::{Field, NewRule, Spec},
    model::{
        alert::{Quiet, QuietDays, RuleSettings, Unit},
        error::{AppError, invalid},
        filter::percent_encode,
        ids::ChannelId,
        which::Which,
    },
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Word of the choice: every channel, also those that come later.
pub const TELL_ALL: &str = "all";
/// Word of the choice: those that are ticked.
pub const TELL_THESE: &str = "these";
const UNITS: [(char, i64); 3] = [('m', 1), ('h', 60), ('d', 24 * 60)];

/// Each field as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleForm {
    /// Ids of the channels that are ticked.
    #[serde(default)]
    pub channels: Vec<String>,
    /// All others by their name.
    #[serde(flatten)]
    typed: BTreeMap<String, String>,
}

impl RuleForm {
    pub(crate) fn of(kind: &Spec, object: Option<&str>, settings: &RuleSettings) -> Self {
        let value = |value: f64| match kind.unit {
            Unit::Minutes => minutes_text(value as i64),
            _ => format!("{value}"),
        };
        let quiet = settings.quiet.as_ref();
        let weekend = quiet.is_some_and(|quiet| quiet.days == QuietDays::Weekend);
        let typed = [
            ("object", object.unwrap_or_default().to_owned()),
            ("threshold", value(settings.threshold)),
            ("recovery", value(settings.recovery)),
            ("window", minutes_text(settings.window)),
            ("least", settings.least.to_string()),
            ("cooldown", minutes_text(settings.cooldown)),
            ("severity", settings.severity.to_string()),
            ("remind", settings.remind.map(minutes_text).unwrap_or_default()),
            ("event_type", settings.event_type.clone().unwrap_or_default()),
            ("end_types", settings.end_types.join(" ")),
            ("quiet", quiet.map(Quiet::hours_text).unwrap_or_default()),
            ("weekend", if weekend { "true" } else { "" }.to_owned()),
            ("zone", quiet.map(|quiet| quiet.zone.clone()).unwrap_or_default()),
            ("tell", if settings.channels == Which::All { TELL_ALL } else { TELL_THESE }.to_owned()),
        ];
        Self {
            channels: settings.channels.named().iter().map(ToString::to_string).collect(),
            typed: typed.map(|(name, text)| (name.to_owned(), text)).into(),
        }
    }

    /// What was typed into a field; empty where it is not there.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.typed.get(name).map_or("", |text| text.trim())
    }

    /// The same with another text in a field.
    pub(crate) fn with(mut self, name: &str, text: &str) -> Self {
        self.typed.insert(name.to_owned(), text.to_owned());
        self
    }

    /// The form that a query string holds, over what stands there otherwise.
    pub(crate) fn over(mut self, pairs: &[(String, String)]) -> Self {
        if pairs.iter().any(|(name, _)| name == "threshold") {
            // A form was sent: what is not in it was not ticked.
            self.channels.clear();
            self.typed.remove("weekend");
        }
        for (name, value) in pairs {
            match name.as_str() {
                "channels[]" => self.channels.push(value.clone()),
                name => {
                    self.typed.insert(name.to_owned(), value.clone());
                }
            }
        }
        self
    }

    /// The query string of the page of a rule with this form in it.
    pub(crate) fn query(&self) -> String {
        let channels = self.channels.iter().map(|id| ("channels[]", id.as_str()));
        let typed = self.typed.iter().filter(|(name, _)| *name != "object");
        let pairs = typed.map(|(name, text)| (name.as_str(), text.as_str())).chain(channels);
        pairs
            .map(|(name, text)| format!("{}={}", percent_encode(name), percent_encode(text)))
            .collect::<Vec<_>>()
            .join("&")
    }

    /// What it says of a new rule of this kind.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub(crate) fn read_new(&self, kind: &'static Spec) -> Result<NewRule, AppError> {
        let object = Some(self.get("object").to_owned()).filter(|name| !name.is_empty());
        Ok(NewRule { kind, object, settings: self.read(kind)? })
    }

    /// What was typed, by the name of its field.
    pub(crate) fn kept(&self) -> Vec<(&str, String)> {
        let typed = self.typed.iter().map(|(name, text)| (name.as_str(), text.clone()));
        // A box that is not ticked is not sent.
        let boxes = [("channels", self.channels.join(" ")), ("weekend", self.get("weekend").to_owned())];
        typed.chain(boxes).collect()
    }

    /// What it says about a rule of this kind. What is left empty has its usual value.
    ///
    /// # Errors
    /// A field cannot be read; the error names it.
    pub(crate) fn read(&self, kind: &Spec) -> Result<RuleSettings, AppError> {
        let usual = kind.usual_settings();
        let minutes = |field| minutes(field, self.get(field));
        let value = |field| match (kind.unit, self.get(field)) {
            (Unit::Minutes, _) => Ok(minutes(field)?.map(|minutes| minutes as f64)),
            (_, "") => Ok(None),
            (_, text) => {
                text.parse().map(Some).map_err(|_| invalid(field, format!("{field}: must be a number")))
            }
        };
        let threshold = value("threshold")?.unwrap_or(usual.threshold);
        let quiet = if kind.has(Field::Quiet) { self.quiet()? } else { None };
        let event_type = kind.event_type().map(|_| self.get("event_type").to_owned());
        let end_types = if kind.has(Field::EndTypes) { self.get("end_types") } else { "" };
        Ok(RuleSettings {
            threshold,
            recovery: value("recovery")?.unwrap_or_else(|| kind.usual_recovery(threshold)),
            window: minutes("window")?.unwrap_or(usual.window),
            least: match self.get("least") {
                "" => usual.least,
                text => text.parse().map_err(|_| invalid("least", "least: must be a whole number"))?,
            },
            cooldown: minutes("cooldown")?.unwrap_or(usual.cooldown),
            severity: match self.get("severity") {
                "" => usual.severity,
                word => word.parse().map_err(|sentence: String| invalid("severity", sentence))?,
            },
            remind: minutes("remind")?,
            event_type: event_type.filter(|name| !name.is_empty()),
            end_types: end_types
                .split([' ', ','])
                .filter(|word| !word.is_empty())
                .map(str::to_owned)
                .collect(),
            quiet,
            channels: self.told()?.unwrap_or_default(),
        })
    }

    fn quiet(&self) -> Result<Option<Quiet>, AppError> {
        let days = if self.get("weekend").is_empty() { QuietDays::None } else { QuietDays::Weekend };
        let zone = match self.get("zone") {
            "" => "UTC",
            zone => zone,
        };
        Quiet::parse(self.get("quiet"), days, zone).map_err(|sentence| invalid("quiet", sentence))
    }

    /// Which channels it says are told; none: it says nothing of them.
    ///
    /// # Errors
    /// It says two things at once, or what is ticked is not a channel.
    pub(crate) fn told(&self) -> Result<Option<Which<ChannelId>>, AppError> {
        let ticked = self.channels.iter().flat_map(|text| text.split_whitespace());
        let ticked: Vec<ChannelId> = ticked
            .map(|text| text.parse().map_err(|_| invalid("channels", "channels: choose from the list")))
            .collect::<Result<_, _>>()?;
        match (self.get("tell"), ticked.is_empty()) {
            (TELL_ALL, true) => Ok(Some(Which::All)),
            (TELL_ALL, false) => Err(invalid(
                "channels",
                "channels: you ticked channels but chose every channel; choose “only these channels” or untick them",
            )),
            (TELL_THESE, _) | ("", false) => Ok(Some(Which::These(ticked))),
            ("", true) => Ok(None),
            _ => Err(invalid("channels", "channels: choose every channel or only some")),
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
        .ok_or_else(|| invalid(field, format!("{field}: must be a duration such as 30m, 2h or 1d")))
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
    use crate::alerts::rules::{ALL, known};

    #[test]
    fn a_form_says_the_same_as_the_rule_it_was_made_of() {
        for kind in ALL {
            let mut settings = kind.usual_settings();
            settings.remind = Some(90);
            settings.event_type = kind.event_type().map(|_| "batch.completed".to_owned());
            if kind.has(Field::Quiet) {
                settings.quiet = Quiet::parse("22:00-06:00", QuietDays::Weekend, "Europe/Berlin").unwrap();
            }
            assert_eq!(RuleForm::of(kind, None, &settings).read(kind).unwrap(), settings, "{}", kind.word);
        }
    }

    #[test]
    fn what_is_left_empty_is_as_usual_and_what_cannot_be_read_is_named() {
        let kind = known("verification-failures").unwrap();
        assert_eq!(RuleForm::default().read(kind).unwrap(), kind.usual_settings());
        let wrong = |name: &str, text: &str| {
            let form = RuleForm::default().over(&[(name.to_owned(), text.to_owned())]);
            form.read(known("silence").unwrap()).unwrap_err().field().unwrap_or_default().to_owned()
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
