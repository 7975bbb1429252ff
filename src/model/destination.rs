//! Destinations, and what is sent to them.

mod forward;
mod serving;

pub use forward::{
    Attempt, Change, Edit, Forward, ForwardKind, ForwardMark, ForwardState, LocalResult, ReplayAsk,
    ReplayMode, failing,
};
pub use serving::Serving;

use super::ids::{DestinationId, EndpointId};

/// An outbound target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// Its id.
    pub id: DestinationId,
    /// Its name, unique.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// Endpoints whose events it gets; empty: all.
    pub endpoint_ids: Vec<EndpointId>,
    /// Event types that it gets, exact or a prefix that ends in `*`; empty: all.
    pub types: Vec<String>,
    /// A condition on what they hold, in CEL.
    pub condition: Option<String>,
    /// Further headers, one `Name: value` a line.
    pub headers: String,
    /// How it is served.
    pub serving: Serving,
    /// Unix ms until when the signing secret before signs too.
    pub old_until: Option<i64>,
    /// Attempts in a row that it did not answer, or with 5xx.
    pub failures: i64,
    /// Unix ms until when nothing is sent, after too many of them.
    pub open_until: Option<i64>,
    /// Unix ms; set while it is paused.
    pub paused_at: Option<i64>,
    /// Why it is paused.
    pub paused_why: Option<String>,
    /// Unix ms.
    pub created_at: i64,
}

impl Destination {
    /// Whether it gets events of this type from this endpoint.
    pub fn takes(&self, endpoint: EndpointId, event_type: Option<&str>) -> bool {
        let matches = |want: &String| match (want.strip_suffix('*'), event_type) {
            (Some(prefix), Some(have)) => have.starts_with(prefix),
            (None, Some(have)) => have == want,
            (Some(""), None) => true,
            (_, None) => false,
        };
        (self.endpoint_ids.is_empty() || self.endpoint_ids.contains(&endpoint))
            && (self.types.is_empty() || self.types.iter().any(matches))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_destination_takes_its_endpoints_and_types_and_without_any_all() {
        let [one, two] = [1, 2].map(|n| EndpointId(Uuid::from_u128(n)));
        let mut destination = Destination {
            id: DestinationId(Uuid::nil()),
            name: "d".into(),
            url: String::new(),
            endpoint_ids: Vec::new(),
            types: Vec::new(),
            condition: None,
            headers: String::new(),
            serving: Serving::default(),
            old_until: None,
            failures: 0,
            open_until: None,
            paused_at: None,
            paused_why: None,
            created_at: 0,
        };
        assert!(destination.takes(one, None) && destination.takes(two, Some("a.b")));
        (destination.endpoint_ids, destination.types) =
            (vec![one], vec!["batch.*".into(), "eval.run".into()]);
        assert!(destination.takes(one, Some("batch.failed")) && destination.takes(one, Some("eval.run")));
        assert!(!destination.takes(one, Some("eval.runs")) && !destination.takes(one, None));
        assert!(!destination.takes(two, Some("batch.failed")));
    }
}
