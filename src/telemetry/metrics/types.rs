//! Event types as a label. Senders choose them, so their number is bounded: each one is a series forever.

use crate::model::ids::EndpointId;
use std::{
    collections::{HashMap, HashSet},
    sync::{PoisonError, RwLock},
};

/// Types of an endpoint that are told apart. OpenAI has some twenty.
const MOST: usize = 50;
/// Longer ones are no names, bytes.
const LONGEST: usize = 100;
const OTHER: &str = "other";
const NONE: &str = "none";

/// The types that were seen, by endpoint.
#[derive(Debug, Default)]
pub(crate) struct Types(RwLock<HashMap<EndpointId, HashSet<Box<str>>>>);

impl Types {
    /// The label of a type: itself, unless the endpoint has too many.
    pub(crate) fn label<'t>(&self, endpoint: EndpointId, event_type: Option<&'t str>) -> &'t str {
        let Some(event_type) = event_type else { return NONE };
        if event_type.len() > LONGEST {
            return OTHER;
        }
        {
            // Nearly every event has a type that was seen before. A panic leaves a set as good as it was.
            let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
            match all.get(&endpoint) {
                Some(seen) if seen.contains(event_type) => return event_type,
                Some(seen) if seen.len() >= MOST => return OTHER,
                _ => {}
            }
        }
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let seen = all.entry(endpoint).or_default();
        if seen.len() < MOST || seen.contains(event_type) {
            seen.insert(event_type.into());
            event_type
        } else {
            OTHER
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_has_fifty_types_and_then_other_and_no_endpoint_takes_those_of_another() {
        let (types, one, two) = (Types::default(), EndpointId::new(), EndpointId::new());
        for n in 0..MOST {
            let name = format!("type.{n}");
            assert_eq!(types.label(one, Some(&name)), name);
        }
        assert_eq!(types.label(one, Some("one.more")), OTHER);
        assert_eq!(types.label(one, Some("type.7")), "type.7");
        assert_eq!(types.label(two, Some("one.more")), "one.more");
        assert_eq!(types.label(one, None), NONE);
        assert_eq!(types.label(two, Some(&"x".repeat(LONGEST + 1))), OTHER);
    }
}
