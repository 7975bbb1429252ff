//! Alert rules as they are stored. What kinds there are says `alerts::rules::ALL`.

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

/// A rule. Its kind may be one of a later version.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct StoredRule {
    /// Its id.
    pub id: RuleId,
    /// The word of its kind.
    pub kind: String,
    /// The endpoint; none: all together, or it is about something else.
    #[cfg_attr(feature = "ssr", sqlx(rename = "endpoint_id"))]
    pub endpoint: Option<EndpointId>,
    /// The destination; likewise.
    #[cfg_attr(feature = "ssr", sqlx(rename = "destination_id"))]
    pub destination: Option<DestinationId>,
    /// Name of the endpoint or destination; none: all together, or the server.
    pub object: Option<String>,
    /// When it holds, and what follows.
    #[cfg_attr(feature = "ssr", sqlx(json))]
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
