//! A destination as its form gives it.

use serde::{Deserialize, Serialize};

/// Each field as typed; boxes are `true` when ticked.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DestinationForm {
    pub name: String,
    /// Where it is. Empty in a change: where it was.
    pub url: String,
    /// `all` or `these`: whether it gets the events of every endpoint or of those that are ticked.
    pub of: String,
    /// Names of the endpoints that are ticked.
    pub endpoints: Vec<String>,
    /// Event types, separated by spaces or commas; empty: all.
    pub types: String,
    /// A condition in CEL; empty: none.
    pub condition: String,
    /// Further headers, one a line. Empty in a change: those of before.
    pub headers: String,
    /// Whether a change takes its further headers away.
    pub no_headers: String,
    /// Seconds that a request may take.
    pub timeout: String,
    /// Requests at once.
    pub in_flight: String,
    /// Requests a second; empty: no limit.
    pub rate: String,
    /// The schedule of retries, such as `5s 30s 2m`.
    pub waits: String,
    /// Statuses that are not tried again, such as `404 4xx`.
    pub final_statuses: String,
    /// Whether only the status of answers is kept.
    pub status_only: String,
    /// Whether events of one resource go one after the other.
    pub ordered: String,
    /// Whether the sender's own headers go with it.
    pub sender_headers: String,
    /// The version that the form was made from.
    pub version: String,
}

/// Word of the choice: every endpoint, also those that come later.
pub const OF_ALL: &str = "all";
/// Word of the choice: those that are ticked.
pub const OF_THESE: &str = "these";

mod server {
    use crate::app::destinations::posted::{DestinationForm, OF_ALL, OF_THESE};
    use crate::{
        destinations::NewDestination,
        model::{
            destination::{Destination, Serving},
            error::{AppError, invalid},
            which::Which,
        },
    };

    impl DestinationForm {
        /// What was typed, by the name of its field. URL and headers are left out: they are secret.
        pub(crate) fn typed(&self) -> Vec<(&'static str, String)> {
            vec![
                ("name", self.name.clone()),
                ("of", self.of.clone()),
                ("endpoints", self.endpoints.join("\n")),
                ("types", self.types.clone()),
                ("condition", self.condition.clone()),
                ("timeout", self.timeout.clone()),
                ("in_flight", self.in_flight.clone()),
                ("rate", self.rate.clone()),
                ("waits", self.waits.clone()),
                ("final_statuses", self.final_statuses.clone()),
                ("status_only", self.status_only.clone()),
                ("ordered", self.ordered.clone()),
                ("sender_headers", self.sender_headers.clone()),
                ("no_headers", self.no_headers.clone()),
            ]
        }

        /// A destination as its form shows it; `endpoints` are the names of those it listens to. Its URL and headers stay
        /// where they are.
        pub(crate) fn of(destination: &Destination, endpoints: Vec<String>) -> Self {
            let serving = &destination.serving;
            let ticked = |is: bool| if is { "true".to_owned() } else { String::new() };
            Self {
                name: destination.name.clone(),
                of: if destination.endpoints == Which::All { OF_ALL } else { OF_THESE }.to_owned(),
                endpoints,
                types: destination.types.join(" "),
                condition: destination.condition.clone().unwrap_or_default(),
                status_only: ticked(serving.capture == 0),
                ordered: ticked(serving.ordered),
                sender_headers: ticked(serving.sender_headers),
                version: destination.version.to_string(),
                ..Self::of_serving(serving)
            }
        }

        /// An empty form with the usual values.
        pub(crate) fn of_serving(serving: &Serving) -> Self {
            Self {
                of: OF_ALL.to_owned(),
                timeout: (serving.timeout_ms / 1_000).to_string(),
                in_flight: serving.in_flight.to_string(),
                rate: serving.rate.map(|rate| rate.to_string()).unwrap_or_default(),
                waits: serving.waits_text(),
                final_statuses: serving.final_statuses.join(" "),
                ..Self::default()
            }
        }

        /// What it says. What is left empty has its usual value.
        ///
        /// # Errors
        /// A field cannot be read; the error names it.
        pub(crate) fn read(self) -> Result<NewDestination, AppError> {
            let usual = Serving::default();
            let serving = Serving {
                timeout_ms: number("timeout", &self.timeout)?
                    .map_or(usual.timeout_ms, |seconds| seconds.saturating_mul(1_000)),
                in_flight: number("in_flight", &self.in_flight)?.unwrap_or(usual.in_flight),
                rate: number("rate", &self.rate)?,
                // An empty schedule means no retry, but a form without the field means the usual one.
                waits: match self.waits.trim() {
                    "" => usual.waits,
                    "none" => Vec::new(),
                    text => Serving::parse_waits(text).map_err(|message| invalid("waits", message))?,
                },
                final_statuses: Serving::parse_statuses(&self.final_statuses)
                    .map_err(|message| invalid("final_statuses", message))?,
                capture: if self.status_only.is_empty() { Serving::CAPTURE } else { 0 },
                ordered: !self.ordered.is_empty(),
                sender_headers: !self.sender_headers.is_empty(),
            };
            let ticked: Vec<String> = self.endpoints.into_iter().filter(|name| !name.is_empty()).collect();
            let endpoints = match (self.of.as_str(), ticked.is_empty()) {
                (OF_ALL, true) => Some(Which::All),
                // One of the two is not what was meant, and the wider of them must not win by itself.
                (OF_ALL, false) => {
                    return Err(invalid(
                        "endpoints",
                        "endpoints: some are ticked, and every endpoint is chosen; choose “only of these”, or tick none",
                    ));
                }
                (OF_THESE, _) | ("", false) => Some(Which::These(ticked)),
                ("", true) => None,
                _ => return Err(invalid("endpoints", "endpoints: choose all or these")),
            };
            Ok(NewDestination {
                name: self.name,
                url: self.url,
                endpoints,
                types: match self.types.trim() {
                    "" => Vec::new(),
                    text => text.split([' ', ',', '\n', '\r', '\t']).map(str::to_owned).collect(),
                },
                condition: self.condition.replace("\r\n", "\n"),
                headers: self.headers.replace("\r\n", "\n"),
                no_headers: !self.no_headers.is_empty(),
                serving,
                version: number("version", &self.version)?,
            })
        }
    }

    fn number(field: &str, text: &str) -> Result<Option<i64>, AppError> {
        match text.trim() {
            "" => Ok(None),
            text => {
                text.parse().map(Some).map_err(|_| invalid(field, format!("{field}: give a whole number")))
            }
        }
    }
}
