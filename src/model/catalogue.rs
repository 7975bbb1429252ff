//! The catalogue of OpenAI's event types: what each means and how its payload looks. `openai-events.json` is the data.
//!
//! The list grows fast, so a type that is not in it is welcome and only marked as such.

use super::json;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::LazyLock;

/// What an event says about the resource it speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It did what it was meant to.
    Success,
    /// It failed, expired or stopped half-way.
    Failure,
    /// Neither: news on the way, or a person stopped it.
    Neutral,
}

/// One event type.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EventType {
    /// Its name, such as `batch.completed`.
    #[serde(rename = "type")]
    pub name: String,
    /// What it means.
    pub description: String,
    /// An example of its `data`; null where no schema is published.
    pub data_example: Value,
    /// Whether `object` is part of the envelope in any case; none where no schema is published.
    pub object_required: Option<bool>,
    /// Whether an endpoint of a project can subscribe to it.
    pub subscribable_project: bool,
    /// `project`, `workspace` or `organization`.
    pub scope: String,
    /// Existing subscriptions only.
    pub deprecated: bool,
}

#[derive(Deserialize)]
struct Catalogue {
    events: Vec<EventType>,
}

static CATALOGUE: LazyLock<Vec<EventType>> = LazyLock::new(|| {
    // Part of the program; a test reads it.
    serde_json::from_str::<Catalogue>(include_str!("openai-events.json"))
        .map(|c| c.events)
        .unwrap_or_default()
});

/// OpenAI's own list, by name.
pub const DOCS_NAME: &str = "Webhook events, in OpenAI's API reference";
pub const DOCS_URL: &str = "https://platform.openai.com/docs/api-reference/webhook-events";

/// Every type.
pub fn all() -> &'static [EventType] {
    &CATALOGUE
}

/// The type with this name.
pub fn find(name: &str) -> Option<&'static EventType> {
    all().iter().find(|event| event.name == name)
}

impl EventType {
    /// What it says about its resource, by the last word of its name.
    pub fn outcome(&self) -> Outcome {
        outcome_of(&self.name)
    }

    /// Whether nothing more comes for the same resource. A failed session may be gone on with; the others are over.
    pub fn is_terminal(&self) -> bool {
        is_terminal(&self.name)
    }

    /// The part of the API that sends it, as OpenAI's documentation calls it.
    pub fn area(&self) -> &'static str {
        match self.name.split('.').next().unwrap_or_default() {
            "response" => "Responses",
            "batch" => "Batch",
            "fine_tuning" => "Fine-tuning",
            "eval" => "Evals",
            "realtime" => "Realtime",
            "live" => "Live",
            "agent" => "Agents",
            "safety" | "safety_identifier" => "Safety",
            "video" => "Video",
            _ => "Other",
        }
    }
}

/// What an event of any type says about its resource, by the last word of the type: other senders name theirs alike
/// (Stripe's `charge.failed`, `payment_intent.payment_failed`).
pub fn outcome_of(event_type: &str) -> Outcome {
    match last_word(event_type) {
        "completed" | "succeeded" => Outcome::Success,
        "failed" | "expired" | "incomplete" => Outcome::Failure,
        _ => Outcome::Neutral,
    }
}

/// Whether nothing more comes for the same resource after an event of this type.
pub fn is_terminal(event_type: &str) -> bool {
    let over = ["completed", "succeeded", "failed", "expired", "incomplete", "cancelled", "canceled"];
    over.contains(&last_word(event_type)) && event_type != "agent.session.failed"
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
    fn every_known_type_is_there_once() {
        assert_eq!(all().len(), 34);
        let names: std::collections::HashSet<_> = all().iter().map(|event| &event.name).collect();
        assert_eq!(names.len(), 34);
    }

    #[test]
    fn the_name_says_how_it_went_and_whether_more_comes() {
        let said = |name| find(name).map(|event| (event.outcome(), event.is_terminal()));
        assert_eq!(said("batch.completed"), Some((Outcome::Success, true)));
        assert_eq!(said("response.incomplete"), Some((Outcome::Failure, true)));
        assert_eq!(said("eval.run.canceled"), Some((Outcome::Neutral, true)));
        assert_eq!(said("agent.environment.suspended"), Some((Outcome::Neutral, false)));
        assert_eq!(said("agent.session.failed"), Some((Outcome::Failure, false)));
        assert_eq!(said("realtime.call.incoming"), Some((Outcome::Neutral, false)));
        assert_eq!(said("made.up"), None);
        assert_eq!(outcome_of("payment_intent.payment_failed"), Outcome::Failure);
        assert_eq!([subject("fine_tuning.job.failed"), subject("ping")], ["fine_tuning.job", "ping"]);
    }

    #[test]
    fn every_type_belongs_to_an_area() {
        let strays: Vec<_> = all().iter().filter(|event| event.area() == "Other").collect();
        assert!(strays.is_empty(), "{strays:?}");
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
