//! What a payload says about its event. Nothing is demanded of it: whatever is not there, or not as expected, is left out.

use crate::model::{headers::HeaderList, json::members, scheme::Scheme, time::parse_rfc3339};
use serde_json::value::RawValue;

/// Longer texts are no types or ids; they stay in the body.
const LONGEST: usize = 256;

/// What lists show of an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// `type`, or the header that the scheme uses.
    pub event_type: Option<String>,
    /// Body `id` (`evt_…`).
    pub event_id: Option<String>,
    /// `data.id` (`batch_…`), `data.call_id`, `data.session_id`, or `data.object.id`.
    pub resource: Option<String>,
    /// When the sender made the event, unix ms.
    pub created_at: Option<i64>,
}

impl Facts {
    /// Reads the facts of a request. One odd field does not hide the others.
    pub fn of(scheme: Scheme, headers: &HeaderList, body: &[u8]) -> Self {
        let body = String::from_utf8_lossy(body);
        let names = ["type", "id", "created_at", "created", "timestamp", "data"];
        let [r#type, id, created_at, created, timestamp, data] = members(&body, names).unwrap_or_default();
        let event_type = scheme
            .type_header
            .and_then(|name| headers.get(name))
            .and_then(|value| std::str::from_utf8(value).ok().map(str::to_owned).filter(|text| fits(text)));
        Self {
            event_type: event_type.or_else(|| r#type.and_then(text)),
            event_id: id.and_then(text),
            resource: data.and_then(resource),
            created_at: [created_at, created, timestamp].into_iter().flatten().find_map(time),
        }
    }
}

fn fits(text: &str) -> bool {
    (1..=LONGEST).contains(&text.len())
}

fn text(value: &RawValue) -> Option<String> {
    serde_json::from_str(value.get()).ok().filter(|text: &String| fits(text))
}

/// Unix seconds (OpenAI's `created_at`, Stripe's `created`) or RFC 3339 (Standard Webhooks' `timestamp`).
fn time(value: &RawValue) -> Option<i64> {
    match serde_json::from_str::<f64>(value.get()) {
        // Year 9999: what is beyond is not a time in seconds.
        Ok(seconds) => (0.0..253_402_300_800.0).contains(&seconds).then_some((seconds * 1_000.0) as i64),
        Err(_) => parse_rfc3339(&serde_json::from_str::<String>(value.get()).ok()?),
    }
}

/// What the event speaks of: an id in `data`, or in the object that `data` holds.
fn resource(data: &RawValue) -> Option<String> {
    let [id, call_id, session_id, object] = members(data.get(), ["id", "call_id", "session_id", "object"])?;
    let named = [id, call_id, session_id].into_iter().flatten().find_map(text);
    named.or_else(|| {
        let [id, call_id, session_id] = members(object?.get(), ["id", "call_id", "session_id"])?;
        [id, call_id, session_id].into_iter().flatten().find_map(text)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(body: &str) -> Facts {
        Facts::of(Scheme::OPENAI, &HeaderList::default(), body.as_bytes())
    }

    #[test]
    fn a_thin_openai_event_is_read_whole() {
        let body = r#"{"id": "evt_1", "object": "event", "type": "batch.completed", "created_at": 1750287078, "data": {"id": "batch_1"}}"#;
        let expected = Facts {
            event_type: Some("batch.completed".into()),
            event_id: Some("evt_1".into()),
            resource: Some("batch_1".into()),
            created_at: Some(1_750_287_078_000),
        };
        assert_eq!(facts(body), expected);
    }

    #[test]
    fn a_call_is_the_resource_of_a_call_event() {
        let body = r#"{"type":"realtime.call.incoming","data":{"sip_headers":[{"name":"From","value":"x"}],"call_id":"rtc_1"}}"#;
        assert_eq!(facts(body).resource.as_deref(), Some("rtc_1"));
    }

    #[test]
    fn one_odd_field_does_not_hide_the_others() {
        let body = r#"{"id":{"a":[1]},"type":"x.y","created_at":[],"timestamp":"2022-11-03T20:26:10.344Z","data":[{"id":"no"}]}"#;
        let expected =
            Facts { event_type: Some("x.y".into()), created_at: Some(1_667_507_170_344), ..Facts::default() };
        assert_eq!(facts(body), expected);
    }

    #[test]
    fn what_is_no_json_object_has_no_facts() {
        let deep = "[".repeat(100_000);
        for body in
            ["", "null", "[]", "\"x\"", "{", "\u{0}", &deep, r#"{"created_at":1e300}"#, r#"{"type":""}"#]
        {
            assert_eq!(facts(body), Facts::default(), "{}", &body[..body.len().min(20)]);
        }
    }

    #[test]
    fn github_names_the_type_in_a_header() {
        let mut headers = HeaderList::default();
        headers.push("x-github-event", b"push");
        let facts = Facts::of("github".parse().unwrap(), &headers, b"{\"type\":\"other\"}");
        assert_eq!(facts.event_type.as_deref(), Some("push"));
    }
}
