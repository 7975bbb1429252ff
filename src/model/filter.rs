//! What a list of deliveries is narrowed to. Lives in the URL of the page.

use super::{
    delivery::{DeliverySummary, Outcome},
    destination::ForwardMark,
    ids::EndpointId,
    time::parse_point,
};
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
        self.to_pairs()
            .into_iter()
            .map(|(name, value)| format!("{name}={}", percent_encode(&value)))
            .collect::<Vec<_>>()
            .join("&")
    }

    /// Reads the query string that [`Self::to_query`] wrote.
    pub fn from_query(query: &str) -> Self {
        let pairs = query_pairs(query);
        Self::from_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    }

    /// Whether nothing is narrowed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Bounds on the time of receipt (at or after, before), unix ms.
    ///
    /// # Errors
    /// A sentence that names the field and the right forms.
    pub fn time_bounds(&self, now: i64) -> Result<(Option<i64>, Option<i64>), String> {
        let point = |field: &str, text: &Option<String>| {
            text.as_deref().map(|t| parse_point(t, now).map_err(|e| format!("{field}: {e}"))).transpose()
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

/// The pairs of a query string that [`DeliveryFilter::to_query`] wrote.
pub fn query_pairs(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), percent_decode(value)))
        .collect()
}

fn percent_decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let escaped = (first == b'%')
            .then(|| after.get(..2))
            .flatten()
            .and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        bytes.push(escaped.unwrap_or(first));
        rest = if escaped.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Percent-encodes a value for a query string or one path segment: unreserved characters of RFC 3986 stay.
pub fn percent_encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
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
        assert!(filter.time_bounds(0).is_err_and(|e| e.starts_with("before: `soon`")));
    }
}
