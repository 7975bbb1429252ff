//! What a kind of rule says of itself.

use super::ALL;
use crate::{
    alerts::values::{Look, Value, Values},
    db::DbError,
    model::{
        alert::{About, LONGEST_MINUTES, RuleSettings, Unit},
        delivery::Outcome,
        destination::ForwardMark,
        error::{AppError, invalid},
        filter::{DeliveryFilter, VerdictFilter},
        incident::Incident,
        severity::Severity,
        which::Which,
    },
};
use futures::future::BoxFuture;

/// Minutes.
pub(super) const HOUR: i64 = 60;
pub(super) const DAY: i64 = 24 * HOUR;

/// A kind of rule. Its value is the worse the higher it is.
#[derive(Debug)]
pub struct Spec {
    /// In the database, in URLs, messages and metrics.
    pub word: &'static str,
    /// What people read.
    pub label: &'static str,
    /// When it holds, for people.
    pub says: &'static str,
    /// An endpoint, a destination or the server.
    pub about: About,
    /// What its value is counted in.
    pub unit: Unit,
    /// What a new rule has.
    pub usual: Usual,
    /// Whether whatever it is about begins with such a rule.
    pub preset: bool,
    /// What it has besides threshold, recovery, cooldown, severity, reminders and channels.
    pub fields: &'static [Field],
    /// The title of an incident, by the name of the object and the event type: `No events on prod-openai`.
    pub title: fn(&str, Option<&str>) -> String,
    /// The sentence of an incident, without its end.
    pub fact: fn(&Figures) -> String,
    /// How the end of an incident begins; none: with the value.
    pub over: Option<&'static str>,
    /// The deliveries behind an incident: how long (ms) before it opened they begin, and which; none: it was about none.
    pub deliveries: fn(&Incident) -> Option<(i64, DeliveryFilter)>,
    /// What it takes to tell the value at each time of a stretch.
    pub values: for<'a> fn(Look<'a>) -> BoxFuture<'a, Result<Values, DbError>>,
}

/// The values of a new rule.
#[derive(Clone, Copy, Debug)]
pub struct Usual {
    /// In the unit of the kind.
    pub threshold: f64,
    /// None: half the threshold of a rate, which goes back and forth just below it; of others the threshold.
    pub recovery: Option<f64>,
    /// Minutes; 0 where there is no window.
    pub window: i64,
    /// 0 where any number counts.
    pub least: i64,
    /// Of the incidents.
    pub severity: Severity,
}

/// What some kinds have and others do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// A length of time that is looked at.
    Window {
        /// What people read.
        label: &'static str,
        /// What stands before and after it in the line of a rule: ` in `, 1 h.
        line: (&'static str, &'static str),
        /// Upper limit in minutes, exclusive, and the reason.
        below: Option<(i64, &'static str)>,
    },
    /// Fewer than this say nothing …
    Least,
    /// … fewer bad ones than this, however many there are in all.
    LeastBad,
    /// Narrows it to an event type.
    Type {
        /// What people read.
        label: &'static str,
        /// Whether the rule needs one.
        required: bool,
    },
    /// The types that tell of an end.
    EndTypes,
    /// When nobody expects events.
    Quiet,
}

impl Field {
    /// What happened in the last minutes.
    pub(super) const WINDOW: Self = Self::Window { label: "Window", line: (" in ", ""), below: None };
}

/// The figures of a sentence, as people read them.
#[derive(Clone, Debug)]
pub struct Figures {
    /// As typed, with its unit.
    pub value: String,
    /// How many were bad.
    pub part: String,
    /// How many there were.
    pub of: String,
    /// As typed: `5m`, `1h`.
    pub window: String,
}

/// What most kinds have.
pub(super) const USUAL: Spec = Spec {
    word: "",
    label: "",
    says: "",
    about: About::Endpoint,
    unit: Unit::Count,
    usual: Usual { threshold: 0.0, recovery: None, window: 0, least: 0, severity: Severity::Warning },
    preset: true,
    fields: &[],
    title: |_, _| String::new(),
    fact: |_| String::new(),
    over: None,
    deliveries: |_| None,
    values: |_| Box::pin(async { Ok(Values::default()) }),
};

/// Rejected deliveries.
pub(super) fn rejected() -> DeliveryFilter {
    DeliveryFilter { verdict: Some(VerdictFilter::Outcome(Outcome::Rejected)), ..Default::default() }
}

/// Deliveries whose forwards stand like this.
pub(super) fn forwards(mark: ForwardMark) -> DeliveryFilter {
    DeliveryFilter { forward: Some(mark), ..Default::default() }
}

impl Spec {
    /// Its window: the label, and what stands around it in the line of a rule.
    pub fn window(&self) -> Option<(&'static str, (&'static str, &'static str))> {
        self.fields.iter().find_map(|field| match field {
            Field::Window { label, line, .. } => Some((*label, *line)),
            _ => None,
        })
    }

    /// Whether too few of something say nothing.
    pub fn has_least(&self) -> bool {
        self.has(Field::Least) || self.has(Field::LeastBad)
    }

    /// How the event type is called to which it can be narrowed, and whether there must be one.
    pub fn event_type(&self) -> Option<(&'static str, bool)> {
        self.fields.iter().find_map(|field| match field {
            Field::Type { label, required } => Some((*label, *required)),
            _ => None,
        })
    }

    /// Whether it has this field.
    pub fn has(&self, field: Field) -> bool {
        self.fields.contains(&field)
    }

    /// Whether a value is made of enough to go by.
    pub fn is_enough(&self, value: Value, least: i64) -> bool {
        match (self.has(Field::Least), self.has(Field::LeastBad)) {
            (true, _) => value.of >= least,
            (_, true) => value.part >= least,
            _ => true,
        }
    }

    /// The recovery threshold that fits a threshold.
    pub fn usual_recovery(&self, threshold: f64) -> f64 {
        if self.unit == Unit::Percent { threshold / 2.0 } else { threshold }
    }

    /// What a new rule has.
    pub fn usual_settings(&self) -> RuleSettings {
        let Usual { threshold, recovery, window, least, severity } = self.usual;
        RuleSettings {
            threshold,
            recovery: recovery.unwrap_or_else(|| self.usual_recovery(threshold)),
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

    /// Whether every value is within its bounds, also those that the kind does not look at: each is stored.
    ///
    /// # Errors
    /// A sentence that names the field and what would be right.
    pub fn check(&self, settings: &RuleSettings) -> Result<(), AppError> {
        let wrong = |field, sentence: &str| Err(invalid(field, format!("{field}: {sentence}")));
        let (lowest, highest, bounds) = match self.unit {
            Unit::Percent => (0.0, 99.9, "must be 0 to 99.9 percent"),
            Unit::Minutes => {
                (1.0, LONGEST_MINUTES as f64, "must be one minute to 30 days, such as 30m, 2h or 1d")
            }
            Unit::Milliseconds => (1.0, 3_600_000.0, "must be 1 to 3600000 ms"),
            Unit::Count => (0.0, 1_000_000.0, "must be 0 to 1000000"),
        };
        // What is not a number is in no range.
        if !(lowest..=highest).contains(&settings.threshold) {
            return wrong("threshold", bounds);
        }
        if !(0.0..=settings.threshold).contains(&settings.recovery) {
            return wrong("recovery", "must not be above the threshold");
        }
        let shortest = i64::from(self.window().is_some());
        if !(shortest..=LONGEST_MINUTES).contains(&settings.window) {
            return wrong("window", "must be one minute to 30 days, such as 30m, 2h or 1d");
        }
        for field in self.fields {
            if let Field::Window { below: Some((below, why)), .. } = field
                && settings.window >= *below
            {
                return wrong("window", why);
            }
        }
        let fewest = i64::from(self.has_least());
        if !(fewest..=1_000_000).contains(&settings.least) {
            return wrong("least", "must be 1 to 1000000");
        }
        if !(0..=LONGEST_MINUTES).contains(&settings.cooldown) {
            return wrong("cooldown", "must be 0 to 30 days, such as 30m or 2h");
        }
        if settings.remind.is_some_and(|minutes| !(5..=LONGEST_MINUTES).contains(&minutes)) {
            return wrong("remind", "must be five minutes to 30 days, or empty for no reminders");
        }
        let is_type = |text: &String| {
            !text.is_empty() && text.len() <= 128 && text.bytes().all(|b| b.is_ascii_graphic())
        };
        match &settings.event_type {
            None if self.event_type().is_some_and(|(_, required)| required) => {
                return wrong("event_type", "enter a start type, such as batch.submitted");
            }
            Some(name) if !is_type(name) => {
                return wrong("event_type", "must be a type such as batch.completed");
            }
            _ => {}
        }
        if settings.quiet.as_ref().is_some_and(|quiet| !quiet.is_within_a_day()) {
            return wrong("quiet", "must be two different times, such as 22:00-06:00, or empty");
        }
        if settings.channels.is_none() {
            return wrong("channels", "tick at least one channel or choose every channel");
        }
        if settings.end_types.len() > 20 || !settings.end_types.iter().all(is_type) {
            return wrong("end_types", "must be at most 20 types such as batch.completed");
        }
        Ok(())
    }
}

/// The kind with this word.
///
/// # Errors
/// No kind has this word.
pub fn kind(word: &str) -> Result<&'static Spec, AppError> {
    known(word).ok_or_else(|| invalid("kind", format!("kind: `{word}` is not a rule kind")))
}

/// The kind with this word; none: a later version wrote it.
pub fn known(word: &str) -> Option<&'static Spec> {
    ALL.iter().copied().find(|spec| spec.word == word)
}

#[cfg(test)]
mod tests;
