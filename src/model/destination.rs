//! Destinations, and what is sent to them.

mod delivery_policy;
mod forward;

pub use delivery_policy::DeliveryPolicy;
#[cfg(feature = "ssr")]
pub use forward::StatusColumn;
pub use forward::{
    Attempt, Change, Edit, Forward, ForwardKind, ForwardMark, ForwardState, LocalResult, ReplayAsk,
    ReplayMode,
};

use super::{
    ids::{DestinationId, EndpointId},
    which::Which,
};

/// An outbound target.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct Destination {
    /// Its id.
    pub id: DestinationId,
    /// Its name, unique.
    pub name: String,
    /// Scheme, host and port of where it is. The whole URL is secret, as its headers are.
    pub origin: String,
    /// Endpoints whose events it gets.
    #[cfg_attr(feature = "ssr", sqlx(json, rename = "endpoint_ids"))]
    pub endpoints: Which<EndpointId>,
    /// Event types that it gets, exact or a prefix that ends in `*`; empty: all.
    #[cfg_attr(feature = "ssr", sqlx(json))]
    pub types: Vec<String>,
    /// A condition on what they hold, in CEL.
    pub condition: Option<String>,
    /// When and how fast events are sent, and what is stored of answers.
    #[cfg_attr(feature = "ssr", sqlx(json))]
    pub policy: DeliveryPolicy,
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
    /// Grows with each change of what a person can set in its form, so that no form overwrites what it did not show.
    pub version: i64,
}

/// What is said of a destination that [takes nothing](Destination::takes_nothing).
pub const TAKES_NOTHING: &str = "Gets nothing: its endpoint was removed";

impl Destination {
    /// Its URL as it may be shown: without path and query, which may hold a secret.
    pub fn shown_url(&self) -> String {
        format!("{}/…", self.origin)
    }

    /// Whether no endpoint is left of those whose events it got.
    pub fn takes_nothing(&self) -> bool {
        self.endpoints.is_none()
    }

    /// Whether it gets events of this type from this endpoint.
    pub fn takes(&self, endpoint: EndpointId, event_type: Option<&str>) -> bool {
        let matches = |want: &String| match (want.strip_suffix('*'), event_type) {
            (Some(prefix), Some(have)) => have.starts_with(prefix),
            (None, Some(have)) => have == want,
            (Some(""), None) => true,
            (_, None) => false,
        };
        self.endpoints.takes(&endpoint) && (self.types.is_empty() || self.types.iter().any(matches))
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
            origin: "https://h".into(),
            endpoints: Which::All,
            types: Vec::new(),
            condition: None,
            policy: DeliveryPolicy::default(),
            old_until: None,
            failures: 0,
            open_until: None,
            paused_at: None,
            paused_why: None,
            created_at: 0,
            version: 1,
        };
        assert!(destination.takes(one, None) && destination.takes(two, Some("a.b")));
        (destination.endpoints, destination.types) =
            (Which::These(vec![one]), vec!["batch.*".into(), "eval.run".into()]);
        assert!(destination.takes(one, Some("batch.failed")) && destination.takes(one, Some("eval.run")));
        assert!(!destination.takes(one, Some("eval.runs")) && !destination.takes(one, None));
        assert!(!destination.takes(two, Some("batch.failed")));
        // The endpoint is removed: that leaves nothing, never all.
        (destination.endpoints, destination.types) = (Which::These(Vec::new()), Vec::new());
        assert!(destination.takes_nothing());
        assert!(!destination.takes(one, None) && !destination.takes(two, Some("batch.failed")));
        assert_eq!(destination.shown_url(), "https://h/…");
    }
}
