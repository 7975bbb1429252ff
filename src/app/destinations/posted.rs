//! A destination as its form gives it.

use crate::{
    app::kit::{description::form, number::optional_number},
    destinations::{NewDestination, settings},
    model::{
        destination::{DeliveryPolicy, Destination},
        error::{AppError, invalid},
        which::Which,
    },
};

form! {
    /// Each field as typed; boxes are `true` when ticked.
    pub struct DestinationForm {
        name,
        /// Where it is. Empty in a change: where it was.
        url: secret,
        /// `all` or `these`: whether it gets the events of every endpoint or of those that are ticked.
        of,
        /// Names of the endpoints that are ticked.
        endpoints: list,
        /// Event types, separated by spaces or commas; empty: all.
        types,
        /// A condition in CEL; empty: none.
        condition,
        /// Further headers, one a line. Empty in a change: those of before.
        headers: secret,
        /// Whether a change takes its further headers away.
        no_headers,
        /// The version that the form was made from.
        version,
        /// How it is served.
        #[serde(flatten)]
        settings: others(settings::names()),
    }
}

/// Word of the choice: every endpoint, also those that come later.
pub const OF_ALL: &str = "all";
/// Word of the choice: those that are ticked.
pub const OF_THESE: &str = "these";

impl DestinationForm {
    /// A destination as its form shows it; `endpoints` are the names of those it listens to. Its URL and headers stay where
    /// they are.
    pub(crate) fn of(destination: &Destination, endpoints: Vec<String>) -> Self {
        Self {
            name: destination.name.clone(),
            of: if destination.endpoints == Which::All { OF_ALL } else { OF_THESE }.to_owned(),
            endpoints,
            types: destination.types.join(" "),
            condition: destination.condition.clone().unwrap_or_default(),
            version: destination.version.to_string(),
            ..Self::of_policy(&destination.policy)
        }
    }

    /// An empty form with these settings.
    pub(crate) fn of_policy(policy: &DeliveryPolicy) -> Self {
        Self { of: OF_ALL.to_owned(), settings: settings::write(policy), ..Self::default() }
    }

    /// What it says. What is left empty has its usual value.
    ///
    /// # Errors
    /// A field cannot be read; the error names it.
    pub(crate) fn read(self) -> Result<NewDestination, AppError> {
        let ticked: Vec<String> = self.endpoints.into_iter().filter(|name| !name.is_empty()).collect();
        let endpoints = match (self.of.as_str(), ticked.is_empty()) {
            (OF_ALL, true) => Some(Which::All),
            // One of the two is not what was meant, and the wider of them must not win by itself.
            (OF_ALL, false) => {
                return Err(invalid(
                    "endpoints",
                    "endpoints: you ticked endpoints but chose every endpoint; choose “only these endpoints” or untick them",
                ));
            }
            (OF_THESE, _) | ("", false) => Some(Which::These(ticked)),
            ("", true) => None,
            _ => return Err(invalid("endpoints", "endpoints: choose every endpoint or only some")),
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
            policy: settings::read(&self.settings)?,
            version: optional_number("version", "version", &self.version)?,
        })
    }
}
