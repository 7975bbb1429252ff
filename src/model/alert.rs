//! Alert rules: what is watched, and when it is wrong.

mod quiet;
mod settings;

pub use quiet::{Quiet, QuietDays};
pub use settings::{LONGEST_MINUTES, RuleSettings};

use super::{
    ids::{DestinationId, EndpointId, RuleId},
    time,
};

/// What a kind of rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// An endpoint, or all of them together.
    Endpoint,
    /// A destination, or all of them together.
    Destination,
    /// The server itself.
    Server,
}

/// What the value of a rule is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Minutes.
    Minutes,
    /// Milliseconds.
    Milliseconds,
    /// Percent.
    Percent,
    /// How many.
    Count,
}

impl Unit {
    /// A value as people read it.
    pub fn show(self, value: f64) -> String {
        match self {
            // A cast keeps within bounds, so the product must too.
            Self::Minutes => time::duration(((value * 60.0) as i64).saturating_mul(1_000)),
            Self::Milliseconds => time::duration(value as i64),
            Self::Percent => format!("{value:.1} %"),
            Self::Count => time::count(value as i64),
        }
    }

    /// The word behind a field of its kind.
    pub fn word(self) -> &'static str {
        match self {
            Self::Minutes => "minutes",
            Self::Milliseconds => "ms",
            Self::Percent => "%",
            Self::Count => "",
        }
    }
}

macro_rules! kinds {
    ($($(#[doc = $doc:literal])* $name:ident = $code:literal, $about:ident, $unit:ident, $label:literal, $says:literal;)*) => {
        /// What a rule watches. Its value is the worse the higher it is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum RuleKind {
            $($(#[doc = $doc])* $name,)*
        }

        impl RuleKind {
            /// Every one, in the order in which lists show them.
            pub const ALL: [Self; [$($code),*].len()] = [$(Self::$name),*];

            /// Its code: in the database, in URLs, messages and metrics.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// What it is about.
            pub fn about(self) -> About {
                match self { $(Self::$name => About::$about,)* }
            }

            /// What its value is counted in.
            pub fn unit(self) -> Unit {
                match self { $(Self::$name => Unit::$unit,)* }
            }

            /// Its name, for people.
            pub fn label(self) -> &'static str {
                match self { $(Self::$name => $label,)* }
            }

            /// When it holds, for people.
            pub fn says(self) -> &'static str {
                match self { $(Self::$name => $says,)* }
            }
        }
    };
}

kinds! {
    /// Minutes without an event.
    Silence = "silence", Endpoint, Minutes, "Silence",
        "No event, or none of one type, for longer than this. Minutes of quiet hours, and those in which Hookpost did not run, do not count.";
    /// Percent of deliveries that were rejected.
    VerificationFailures = "verification-failures", Endpoint, Percent, "Verification failures",
        "More than this share of the deliveries was rejected.";
    /// Percent of events that say something failed, of those that say how it ended.
    EventFailures = "event-failures", Endpoint, Percent, "Event failures",
        "More than this share of the events that tell of an end tell of a failure, such as batch.failed or response.incomplete.";
    /// Deliveries that were not the sender's first try.
    SenderRetries = "sender-retries", Endpoint, Count, "Sender retries",
        "The sender tried again more often than this: it sees our answers as failures.";
    /// Events that the sender is about to give up.
    WindowClosing = "window-closing", Endpoint, Count, "Retry window closing",
        "More than so many events were tried again and never accepted, and their first try is so long ago that the sender soon gives up. OpenAI tries for 72 hours.";
    /// The time we take to answer, as 95 % of deliveries do not exceed it.
    AnswerTime = "answer-time", Endpoint, Milliseconds, "Answer time",
        "95 % of the answers took no longer than a time that is above this.";
    /// Secrets that expire soon and are in use.
    SecretExpiring = "secret-expiring", Endpoint, Count, "Secret expiring in use",
        "More than so many secrets expire soon, and the sender still signed with them in the last 24 hours.";
    /// Resources of which no end was told.
    MissingEnd = "missing-end", Endpoint, Count, "Missing end",
        "Of more than so many resources a beginning was told, and no end within the time that it may take.";
    /// Percent of attempts that failed.
    DestinationFailing = "destination-failing", Destination, Percent, "Destination failing",
        "More than this share of the attempts failed.";
    /// Forwards without a try left.
    DeadForwards = "dead-forwards", Destination, Count, "Dead forwards",
        "More forwards than this ran out of tries.";
    /// The time a destination takes, as 95 % of its answers do not exceed it.
    ForwardTime = "forward-time", Destination, Milliseconds, "Forward time",
        "95 % of the attempts that it took needed no longer than a time that is above this.";
    /// How long the oldest queued forward has waited.
    QueueAge = "queue-age", Destination, Minutes, "Queue age",
        "The oldest forward that waits has waited for longer than this.";
    /// Percent of the file system that holds the database.
    DiskFull = "disk-full", Server, Percent, "Disk nearly full",
        "More than this share of the file system that holds the database is used.";
    /// Percent of rejected deliveries that were genuine but for their time.
    ClockSuspect = "clock-suspect", Server, Percent, "Clock suspect",
        "More than this share of what was rejected was genuine but for its timestamp: our clock may be wrong.";
    /// Copies of the database that were due and are not there.
    BackupsFailing = "backups-failing", Server, Count, "Backups failing",
        "More than so many regular backups in a row failed, or did not happen. A good one ends it.";
}

impl RuleKind {
    /// What every endpoint begins with.
    pub const OF_ENDPOINT: [Self; 7] = [
        Self::Silence,
        Self::VerificationFailures,
        Self::EventFailures,
        Self::SenderRetries,
        Self::WindowClosing,
        Self::AnswerTime,
        Self::SecretExpiring,
    ];
    /// What every destination begins with.
    pub const OF_DESTINATION: [Self; 4] =
        [Self::DestinationFailing, Self::DeadForwards, Self::ForwardTime, Self::QueueAge];
    /// What the server itself begins with.
    pub const OF_SERVER: [Self; 2] = [Self::DiskFull, Self::ClockSuspect];

    /// Whether values are made of what happened within a window.
    pub fn has_window(self) -> bool {
        !matches!(self, Self::Silence | Self::QueueAge | Self::DiskFull | Self::BackupsFailing)
    }

    /// What the window is, for people.
    pub fn window_label(self) -> &'static str {
        match self {
            Self::WindowClosing => "From this long after the first try",
            Self::SecretExpiring => "From this long before its end",
            Self::MissingEnd => "Time that it may take",
            _ => "Window",
        }
    }

    /// Whether too few of something say nothing.
    pub fn has_least(self) -> bool {
        matches!(self.unit(), Unit::Percent | Unit::Milliseconds) && self != Self::DiskFull
    }

    /// Whether it can be narrowed to an event type, and how that is called.
    pub fn type_label(self) -> Option<&'static str> {
        match self {
            Self::Silence => Some("Only events of this type"),
            Self::EventFailures => Some("Only types that begin with"),
            Self::MissingEnd => Some("Type that tells of a beginning"),
            _ => None,
        }
    }
}

impl std::str::FromStr for RuleKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| format!("kind: `{text}` is no kind of rule"))
    }
}

/// A rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Its id.
    pub id: RuleId,
    /// What it watches.
    pub kind: RuleKind,
    /// The endpoint; none: all together, or it is about something else.
    pub endpoint: Option<EndpointId>,
    /// The destination; likewise.
    pub destination: Option<DestinationId>,
    /// Name of the endpoint or destination; none: all together, or the server.
    pub object: Option<String>,
    /// When it holds, and what follows.
    pub settings: RuleSettings,
    /// Switched on.
    pub enabled: bool,
    /// Unix ms.
    pub created_at: i64,
    /// Unix ms.
    pub changed_at: i64,
    /// Grows with each change of its settings, so that no form overwrites what it did not show.
    pub version: i64,
}

impl Rule {
    /// What is watched where: `Silence on prod-openai`, `Silence of batch.completed on prod-openai`.
    pub fn title(&self) -> String {
        let of = self.settings.event_type.as_ref().map(|name| format!(" of {name}")).unwrap_or_default();
        let object = match (&self.object, self.kind.about()) {
            (Some(name), _) => format!(" on {name}"),
            (None, About::Endpoint) => " on all endpoints".to_owned(),
            (None, About::Destination) => " on all destinations".to_owned(),
            (None, About::Server) => String::new(),
        };
        format!("{}{of}{object}", self.kind.label())
    }

    /// When it holds, in a line: `more than 10.0 % of at least 5 in 1 h`.
    pub fn condition(&self) -> String {
        let (kind, settings) = (self.kind, &self.settings);
        let mut text = match kind.unit() {
            Unit::Count if settings.threshold == 0.0 => "any".to_owned(),
            unit => format!("more than {}", unit.show(settings.threshold)),
        };
        if kind.has_least() {
            text.push_str(&format!(" of at least {}", settings.least));
        }
        if kind.has_window() {
            let window = time::duration(settings.window_ms());
            text.push_str(&match kind {
                RuleKind::WindowClosing => format!(", {window} after the first try"),
                RuleKind::SecretExpiring => format!(", {window} before the end"),
                RuleKind::MissingEnd => format!(", after {window}"),
                _ => format!(" in {window}"),
            });
        }
        text
    }
}

/// A usual rule of a kind on `prod`, for tests.
#[cfg(test)]
pub(crate) fn sample(kind: RuleKind) -> Rule {
    Rule {
        id: RuleId(uuid::Uuid::nil()),
        kind,
        endpoint: None,
        destination: None,
        object: Some("prod".into()),
        settings: RuleSettings::usual(kind),
        enabled: true,
        created_at: 0,
        changed_at: 0,
        version: 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::severity::Severity;

    #[test]
    fn each_kind_is_read_back_by_its_code_and_has_settings_that_can_be_taken() {
        for kind in RuleKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
            let mut usual = RuleSettings::usual(kind);
            // Only a person knows what tells of a beginning.
            if kind == RuleKind::MissingEnd {
                usual.event_type = Some("batch.submitted".into());
            }
            usual.check(kind).unwrap();
        }
        assert_eq!("nonsense".parse::<RuleKind>(), Err("kind: `nonsense` is no kind of rule".into()));
    }

    #[test]
    fn a_rule_says_in_a_line_when_it_holds() {
        assert_eq!(
            sample(RuleKind::VerificationFailures).condition(),
            "more than 10.0 % of at least 5 in 1 h"
        );
        assert_eq!(sample(RuleKind::Silence).condition(), "more than 1 d");
        assert_eq!(sample(RuleKind::WindowClosing).condition(), "any, 2 d 12 h after the first try");
        let mut silence = sample(RuleKind::Silence);
        silence.settings.event_type = Some("batch.completed".into());
        assert_eq!(silence.title(), "Silence of batch.completed on prod");
        silence.object = None;
        assert_eq!(silence.title(), "Silence of batch.completed on all endpoints");
        assert_eq!(silence.settings.severity, Severity::Critical);
    }
}
