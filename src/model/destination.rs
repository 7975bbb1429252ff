//! Destinations, and what is sent to them.

use super::ids::{DeliveryId, DestinationId, EndpointId, ForwardId};

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
    /// Further headers, one `Name: value` a line.
    pub headers: String,
    /// Milliseconds that a request may take.
    pub timeout_ms: i64,
    /// Requests at once.
    pub in_flight: i64,
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

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(rename_all = "lowercase"))]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            /// The word used in the database, in forms and on the command line.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                [$(Self::$variant),*].into_iter().find(|one| one.as_str() == text)
                    .ok_or_else(|| format!("`{text}` is none of {}", [$($word),*].join(", ")))
            }
        }
    };
}

words! {
    /// Why something is sent.
    ForwardKind {
        /// By itself, when its event was accepted.
        Forward = "forward",
        /// Because a person asked.
        Replay = "replay",
    }
}

words! {
    /// How a delivery is sent again.
    ReplayMode {
        /// With a new timestamp and the destination's own signature.
        Fresh = "fresh",
        /// With the sender's own headers; a strict receiver takes it for old.
        Verbatim = "verbatim",
    }
}

words! {
    /// How a forward stands.
    ForwardState {
        /// It will be tried (again).
        Queued = "queued",
        /// The destination took it.
        Delivered = "delivered",
        /// No try is left.
        Dead = "dead",
    }
}

/// One delivery on its way to one destination.
#[derive(Clone, Debug)]
pub struct Forward {
    /// Its id.
    pub id: ForwardId,
    /// What is sent.
    pub delivery_id: DeliveryId,
    /// Where to.
    pub destination_id: DestinationId,
    /// Name of the destination.
    pub destination: String,
    /// Why.
    pub kind: ForwardKind,
    /// How.
    pub mode: ReplayMode,
    /// How it stands.
    pub state: ForwardState,
    /// Attempts made.
    pub attempts: i64,
    /// When the next one is due, unix ms.
    pub next_at: i64,
    /// Who asked for the replay.
    pub actor: Option<String>,
    /// Unix ms.
    pub created_at: i64,
}

/// One outbound request.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The forward it belongs to.
    pub forward_id: ForwardId,
    /// Unix ms.
    pub at: i64,
    /// Status of the answer.
    pub status: Option<u16>,
    /// Code of why there was none.
    pub error: Option<String>,
    /// The same for people.
    pub message: Option<String>,
    /// Milliseconds.
    pub ms: i64,
    /// Headers of the answer, one a line.
    pub headers: String,
    /// Its first bytes.
    pub body: Vec<u8>,
}

impl Attempt {
    /// Whether the destination took it.
    pub fn succeeded(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
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
            headers: String::new(),
            timeout_ms: 1,
            in_flight: 1,
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
