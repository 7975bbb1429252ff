//! PagerDuty's Events API v2 (<https://developer.pagerduty.com/docs/send-alert-event>). All messages about an incident have
//! the same `dedup_key`: a reminder opens nothing new, and the end closes what the opening opened.

use super::{
    Field, FieldKind, Spec,
    check::Draft,
    message::cut,
    send::{Outcome, Outgoing},
};
use crate::model::{
    error::{AppError, invalid},
    notice::{Notice, NoticeKind},
    time,
    visible::visible,
};
use axum::http::HeaderMap;
use serde_json::{Value, json};

/// PagerDuty cuts a longer summary itself.
const SUMMARY: usize = 1_000;

pub(super) static SPEC: Spec = Spec {
    word: "pagerduty",
    label: "PagerDuty",
    about: "Opens an incident there and resolves it when it ends here.",
    steps: "In PagerDuty, open a service's Integrations, add Events API V2 and copy its Integration Key.",
    for_people: false,
    fields: &[
        Field {
            name: "routing_key",
            label: "Integration key",
            secret: true,
            required: true,
            goes_to: &["events_url"],
            ..Field::TEXT
        },
        Field {
            name: "events_url",
            label: "Events API",
            hint: "Default: https://events.pagerduty.com/v2/enqueue. EU accounts use https://events.eu.pagerduty.com/v2/enqueue.",
            kind: FieldKind::Url,
            usual: "https://events.pagerduty.com/v2/enqueue",
            ..Field::TEXT
        },
    ],
    place: "events_url",
    check,
    send: |out| Box::pin(send(out)),
};

fn check(draft: &mut Draft<'_>) -> Result<(), AppError> {
    let key = draft.secrets.get("routing_key");
    if (16..=64).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Ok(());
    }
    let sentence = "routing_key: must be the 32-character integration key of an Events API v2 integration";
    Err(invalid("routing_key", sentence))
}

async fn send(out: Outgoing<'_>) -> Outcome {
    let url = out.channel.settings.get("events_url").map_or("", String::as_str);
    for notice in out.message.notices {
        for body in bodies(notice, out.secrets.get("routing_key"), out.base_url) {
            out.post(url, HeaderMap::new(), body.to_string().into_bytes()).await?;
        }
    }
    Ok(None)
}

/// The events of a message, in order. A test is closed right after it was opened, so that nobody has to.
fn bodies(notice: &Notice, routing_key: &str, base_url: &str) -> Vec<Value> {
    let dedup_key = match notice.content.incident {
        Some(id) => id.to_string(),
        None => format!("hookpost-test-{}", notice.id),
    };
    let resolve = || json!({ "routing_key": routing_key, "event_action": "resolve", "dedup_key": dedup_key });
    match notice.kind {
        NoticeKind::Opened | NoticeKind::Reminder => {
            vec![trigger(notice, routing_key, base_url, &dedup_key)]
        }
        NoticeKind::Recovered | NoticeKind::Resolved => vec![resolve()],
        NoticeKind::Test => vec![trigger(notice, routing_key, base_url, &dedup_key), resolve()],
    }
}

fn trigger(notice: &Notice, routing_key: &str, base_url: &str, dedup_key: &str) -> Value {
    let content = &notice.content;
    let object = content.object.as_deref().map(visible);
    json!({
        "routing_key": routing_key,
        "event_action": "trigger",
        "dedup_key": dedup_key,
        "client": "Hookpost",
        "client_url": base_url,
        "links": [{ "href": content.url, "text": "Open in Hookpost" }],
        "payload": {
            "summary": cut(&visible(&content.title), SUMMARY),
            "source": cut(object.as_deref().unwrap_or(base_url), SUMMARY),
            "severity": content.severity.as_str(),
            "timestamp": time::rfc3339(content.opened_at),
            "class": content.rule,
            "custom_details": {
                "text": cut(&visible(&content.text), SUMMARY),
                "rule": content.rule,
                "object": object.map(|object| cut(&object, SUMMARY)),
                "opened_at": time::rfc3339(content.opened_at),
                "url": content.url,
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::{
        super::message::samples::{hostile, notice},
        *,
    };

    fn rendered(notice: &Notice) -> Vec<Value> {
        bodies(notice, "R0UTING", "https://hooks.example.com")
    }

    #[test]
    fn an_opening_triggers_and_its_end_resolves_the_same_key() {
        let opening = rendered(&notice(1, NoticeKind::Opened));
        insta::assert_json_snapshot!(opening, @r#"
        [
          {
            "routing_key": "R0UTING",
            "event_action": "trigger",
            "dedup_key": "00000000-0000-0000-0000-000000000001",
            "client": "Hookpost",
            "client_url": "https://hooks.example.com",
            "links": [
              {
                "href": "https://hooks.example.com/alerts/1?a=1&b=2",
                "text": "Open in Hookpost"
              }
            ],
            "payload": {
              "summary": "No events on prod-openai",
              "source": "prod-openai",
              "severity": "warning",
              "timestamp": "2026-11-23T12:00:00.000Z",
              "class": "silence",
              "custom_details": {
                "text": "No events for 31 min; the threshold is 30 min.",
                "rule": "silence",
                "object": "prod-openai",
                "opened_at": "2026-11-23T12:00:00.000Z",
                "url": "https://hooks.example.com/alerts/1?a=1&b=2"
              }
            }
          }
        ]
        "#);
        let end = rendered(&notice(3, NoticeKind::Resolved));
        insta::assert_json_snapshot!(end, @r#"
        [
          {
            "routing_key": "R0UTING",
            "event_action": "resolve",
            "dedup_key": "00000000-0000-0000-0000-000000000001"
          }
        ]
        "#);
        let reminder = rendered(&notice(2, NoticeKind::Reminder));
        assert_eq!(reminder[0]["dedup_key"], opening[0]["dedup_key"]);
        assert_eq!(reminder[0]["event_action"], "trigger");
    }

    #[test]
    fn a_test_leaves_nothing_open() {
        let events = rendered(&notice(9, NoticeKind::Test));
        let actions: Vec<_> = events.iter().map(|event| event["event_action"].as_str().unwrap()).collect();
        assert_eq!(actions, ["trigger", "resolve"]);
        assert_eq!(events[0]["dedup_key"], "hookpost-test-9");
    }

    #[test]
    fn a_summary_is_cut_where_pagerduty_would() {
        let mut long = hostile();
        long.content.title = "x".repeat(10_000);
        let summary = rendered(&long)[0]["payload"]["summary"].as_str().unwrap().chars().count();
        assert_eq!(summary, 1_000);
    }
}
