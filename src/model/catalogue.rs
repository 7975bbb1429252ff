//! The catalogue of OpenAI's event types: what each means and how its payload looks. `openai-events.json` is the data.
//!
//! The list grows fast, so a type that is not in it is welcome and only marked as such.

use super::json;
use serde::Deserialize;
use serde_json::Value;
use std::sync::LazyLock;

/// What an event says about the resource it speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EventOutcome {
    /// It did what it was meant to.
    Success,
    /// It failed, expired or stopped half-way.
    Failure,
    /// Neither: news on the way, or a person stopped it.
    Neutral,
}

#[derive(Clone, Debug, Deserialize)]
pub struct EventType {
    /// Its name, such as `batch.completed`.
    #[serde(rename = "type")]
    pub name: String,
    /// The part of the API that sends it, as the sender's documentation calls it.
    pub area: String,
    pub meaning: String,
    pub says: EventOutcome,
    /// It is the first that is told of its resource.
    #[cfg_attr(not(test), expect(dead_code, reason = "a test holds it against what ends"))]
    pub begins: bool,
    /// Nothing more comes for the same resource. A failed session may be gone on with, for one.
    pub ends: bool,
    /// An example of its `data`.
    pub example: Value,
    /// Existing subscriptions only.
    #[serde(default)]
    pub deprecated: bool,
}

#[derive(Deserialize)]
struct Catalogue {
    events: Vec<EventType>,
}

const FILE: &str = include_str!("openai-events.json");

// Part of the program; a test reads it.
static CATALOGUE: LazyLock<Vec<EventType>> =
    LazyLock::new(|| serde_json::from_str::<Catalogue>(FILE).map(|c| c.events).unwrap_or_default());

/// OpenAI's own list, by name.
pub const DOCS_NAME: &str = "Webhook events, in OpenAI's API reference";
pub const DOCS_URL: &str = "https://platform.openai.com/docs/api-reference/webhook-events";

/// Every type.
pub fn all() -> &'static [EventType] {
    &CATALOGUE
}

pub fn find(name: &str) -> Option<&'static EventType> {
    all().iter().find(|event| event.name == name)
}

/// What an event of any type says about its resource. Types that are not in the catalogue tell by their last word:
/// other senders name theirs alike (Stripe's `charge.failed`, `payment_intent.payment_failed`).
pub fn outcome_of(event_type: &str) -> EventOutcome {
    match (find(event_type), last_word(event_type)) {
        (Some(known), _) => known.says,
        (None, "completed" | "succeeded") => EventOutcome::Success,
        (None, "failed" | "expired" | "incomplete") => EventOutcome::Failure,
        (None, _) => EventOutcome::Neutral,
    }
}

/// Whether nothing more comes for the same resource after an event of this type; told as [`outcome_of`] does.
pub fn is_terminal(event_type: &str) -> bool {
    let over = ["completed", "succeeded", "failed", "expired", "incomplete", "cancelled", "canceled"];
    find(event_type).map_or_else(|| over.contains(&last_word(event_type)), |known| known.ends)
}

/// What an event is about, by its type without the last word: `batch`, `fine_tuning.job`.
pub fn subject(event_type: &str) -> &str {
    event_type.rsplit_once('.').map_or(event_type, |(subject, _)| subject)
}

fn last_word(event_type: &str) -> &str {
    event_type.rsplit(['.', '_']).next().unwrap_or_default()
}

/// An event's body, spaced as OpenAI sends it (`": "`, `", "`). `data` is JSON text and `created_at` unix seconds.
pub fn envelope(event_type: &str, data: &str, event_id: &str, created_at: i64) -> String {
    let text = |text: &str| Value::from(text).to_string();
    let data = serde_json::from_str::<Value>(data)
        .map_or_else(|_| "{}".to_owned(), |data| json::write(&data, json::Spacing::Python, false, false));
    format!(
        r#"{{"id": {}, "object": "event", "created_at": {created_at}, "type": {}, "data": {data}}}"#,
        text(event_id),
        text(event_type),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_there_once_and_says_what_it_is() {
        let read: Catalogue = serde_json::from_str(FILE).unwrap();
        assert_eq!(read.events.len(), all().len());
        for event in all() {
            assert_eq!(all().iter().filter(|other| other.name == event.name).count(), 1, "{}", event.name);
            assert!(!event.area.is_empty() && !event.meaning.is_empty(), "{}", event.name);
            assert!(event.example.as_object().is_some_and(|data| !data.is_empty()), "{}", event.name);
            assert!(!(event.begins && event.ends), "{} begins and ends", event.name);
        }
    }

    #[test]
    fn a_success_or_a_stop_is_an_end_and_an_end_is_a_success_a_failure_or_a_stop() {
        for event in all() {
            let last = last_word(&event.name);
            if event.says == EventOutcome::Success || ["cancelled", "canceled"].contains(&last) {
                assert!(event.ends, "{}", event.name);
            }
            if event.ends {
                assert!(event.says != EventOutcome::Neutral || last.starts_with("cancel"), "{}", event.name);
            }
        }
    }

    #[test]
    fn an_event_says_how_it_went_and_whether_more_comes() {
        let said = |name| find(name).map(|event| (event.says, event.ends));
        assert_eq!(said("batch.completed"), Some((EventOutcome::Success, true)));
        assert_eq!(said("response.incomplete"), Some((EventOutcome::Failure, true)));
        assert_eq!(said("eval.run.canceled"), Some((EventOutcome::Neutral, true)));
        assert_eq!(said("agent.environment.suspended"), Some((EventOutcome::Neutral, false)));
        assert_eq!(said("agent.session.failed"), Some((EventOutcome::Failure, false)));
        assert_eq!(said("realtime.call.incoming"), Some((EventOutcome::Neutral, false)));
        assert_eq!(said("made.up"), None);
        assert_eq!(outcome_of("payment_intent.payment_failed"), EventOutcome::Failure);
        assert!(is_terminal("charge.failed") && !is_terminal("agent.session.failed"));
        assert_eq!([subject("fine_tuning.job.failed"), subject("ping")], ["fine_tuning.job", "ping"]);
    }

    #[test]
    fn an_envelope_is_json_spaced_as_openai_sends_it() {
        let body = envelope("batch.completed", r#"{"id":"batch_1","n":[1,2]}"#, "evt_1", 7);
        assert_eq!(
            body,
            r#"{"id": "evt_1", "object": "event", "created_at": 7, "type": "batch.completed", "data": {"id": "batch_1", "n": [1, 2]}}"#
        );
        assert!(serde_json::from_str::<Value>(&envelope("a\"b", "no json", "x", 1)).is_ok());
    }
}
