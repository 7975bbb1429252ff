//! What a list of deliveries is narrowed to. Lives in the URL of the page.

use super::{
    delivery::{DeliverySummary, Outcome},
    destination::ForwardMark,
    ids::EndpointId,
};
#[cfg(feature = "ssr")]
use super::{
    error::{AppError, invalid},
    time::parse_point,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

/// A filter on deliveries. Each part that is set narrows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryFilter {
    /// Name of the endpoint.
    pub endpoint: Option<String>,
    /// Event type, exact, or a prefix that ends in `*` (`batch.*`).
    pub event_type: Option<String>,
    /// Outcome, or the reason code of a rejection.
    pub verdict: Option<VerdictFilter>,
    /// Received at or after: `24h` or RFC 3339, as typed.
    pub after: Option<String>,
    /// Received before: same forms.
    pub before: Option<String>,
    /// How its forwards stand.
    pub forward: Option<ForwardMark>,
    /// Text of one of the ids: event key, body id or resource, exact.
    pub id: Option<String>,
    /// The endpoints that whoever asks may see; none: every endpoint. Never in a URL.
    #[serde(skip)]
    pub within: Option<Vec<EndpointId>>,
}

/// Either an outcome or the code of a reason for rejecting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum VerdictFilter {
    /// Deliveries with this outcome.
    Outcome(Outcome),
    /// Deliveries rejected for this reason.
    Reason(String),
}

impl VerdictFilter {
    fn as_str(&self) -> &str {
        match self {
            Self::Outcome(outcome) => outcome.as_str(),
            Self::Reason(code) => code,
        }
    }
}

impl DeliveryFilter {
    /// Reads the filter from the pairs of a query string. Empty values and unknown names are passed over.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut filter = Self::default();
        for (name, value) in pairs {
            let value = value.trim();
            if value.is_empty() {
                continue;
            }
            let text = Some(value.to_owned());
            match name {
                "endpoint" => filter.endpoint = text,
                "type" => filter.event_type = text,
                "verdict" => {
                    let outcome = value.parse().map(VerdictFilter::Outcome);
                    filter.verdict = Some(outcome.unwrap_or_else(|_| VerdictFilter::Reason(value.into())));
                }
                "forward" => filter.forward = value.parse().ok(),
                "after" => filter.after = text,
                "before" => filter.before = text,
                "id" => filter.id = text,
                _ => {}
            }
        }
        filter
    }

    /// The pairs of its query string.
    pub fn to_pairs(&self) -> Vec<(&'static str, String)> {
        let parts = [
            ("endpoint", self.endpoint.clone()),
            ("type", self.event_type.clone()),
            ("verdict", self.verdict.as_ref().map(|v| v.as_str().to_owned())),
            ("forward", self.forward.map(|mark| mark.as_str().to_owned())),
            ("after", self.after.clone()),
            ("before", self.before.clone()),
            ("id", self.id.clone()),
        ];
        parts.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// Its query string, percent-encoded, without `?`.
    pub fn to_query(&self) -> String {
        query_string(self.to_pairs())
    }

    /// Reads the query string that [`Self::to_query`] wrote.
    pub fn from_query(query: &str) -> Self {
        let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
        Self::from_pairs(pairs.iter().map(|(name, value)| (&**name, &**value)))
    }

    /// Whether nothing is narrowed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Bounds on the time of receipt (at or after, before), unix ms.
    ///
    /// # Errors
    /// One of the two cannot be read; the error names it and the right forms.
    #[cfg(feature = "ssr")]
    pub fn time_bounds(&self, now: i64) -> Result<(Option<i64>, Option<i64>), AppError> {
        let point = |field: &str, text: &Option<String>| {
            let read = |text| parse_point(text, now).map_err(|e| invalid(field, format!("{field}: {e}")));
            text.as_deref().map(read).transpose()
        };
        Ok((point("after", &self.after)?, point("before", &self.before)?))
    }

    /// Whether a delivery that has just arrived belongs to the list. `after` holds for it by nature; a list
    /// that ends in the past (`before`) takes none, nor does a search by id that it does not match.
    pub fn matches_live(
        &self,
        row: &DeliverySummary,
        event_key: Option<&str>,
        event_id: Option<&str>,
    ) -> bool {
        self.before.is_none()
            && self.within.as_ref().is_none_or(|within| within.contains(&row.endpoint.id))
            // What has just arrived was sent nowhere yet.
            && self.forward.is_none()
            && self.endpoint.as_ref().is_none_or(|name| *name == row.endpoint.name)
            && self.event_type.as_ref().is_none_or(|want| type_matches(want, row.event_type.as_deref()))
            && self.verdict.as_ref().is_none_or(|want| match want {
                VerdictFilter::Outcome(outcome) => *outcome == row.outcome,
                VerdictFilter::Reason(code) => row.reason.as_ref() == Some(code),
            })
            && self
                .id
                .as_deref()
                .is_none_or(|id| [event_key, event_id, row.resource.as_deref()].contains(&Some(id)))
    }
}

fn type_matches(want: &str, have: Option<&str>) -> bool {
    match (want.strip_suffix('*'), have) {
        (Some(prefix), Some(have)) => have.starts_with(prefix),
        (None, Some(have)) => have == want,
        (_, None) => false,
    }
}

/// What RFC 3986 leaves as it is, in values of a query string and in segments of a path.
const UNRESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Percent-encodes a value for a query string or one path segment.
pub fn percent_encode(text: &str) -> String {
    utf8_percent_encode(text, &UNRESERVED).to_string()
}

/// A query string, percent-encoded, without `?`.
pub fn query_string<'a>(pairs: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let encoded =
        pairs.into_iter().map(|(name, value)| format!("{}={}", percent_encode(name), percent_encode(&value)));
    encoded.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_survives_its_url() {
        let pairs = [
            ("endpoint", "a & b"),
            ("type", "batch.*"),
            ("verdict", "rejected"),
            ("forward", "failing"),
            ("after", "24h"),
            ("x", "y"),
        ];
        let filter = DeliveryFilter::from_pairs(pairs);
        assert_eq!(
            filter.to_query(),
            "endpoint=a%20%26%20b&type=batch.%2A&verdict=rejected&forward=failing&after=24h"
        );
        assert_eq!(DeliveryFilter::from_query(&filter.to_query()), filter);
        let again = filter.to_pairs();
        assert_eq!(DeliveryFilter::from_pairs(again.iter().map(|(n, v)| (*n, v.as_str()))), filter);
    }

    #[test]
    fn a_wrong_time_names_its_field() {
        let filter = DeliveryFilter::from_pairs([("before", "soon")]);
        let wrong = filter.time_bounds(0).unwrap_err();
        assert!(wrong.to_string().starts_with("before: `soon`"));
        assert_eq!(wrong.field(), Some("before"));
    }
}
