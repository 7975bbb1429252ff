//! The key under which a request claims to be an event.

use super::*;

fn key(scheme: Scheme, name: &str, value: &str) -> Option<String> {
    claimed_event_key(scheme, &headers(&[(name, value)]), b"{}")
}

#[test]
fn each_scheme_names_its_own_header() {
    let named = |scheme: Scheme| match scheme.event_key {
        EventKey::Header(names) => names,
        _ => &[],
    };
    let all: Vec<_> =
        Scheme::all().flat_map(|scheme| named(scheme).iter().map(move |name| (scheme, *name))).collect();
    for (scheme, name) in &all {
        assert_eq!(key(*scheme, name, "k1").as_deref(), Some("k1"), "{scheme}");
        assert_eq!(key(*scheme, "x-other", "k1"), None, "{scheme}");
    }
    let expected = [
        ("openai", "webhook-id"),
        ("standard-webhooks", "webhook-id"),
        ("svix", "svix-id"),
        ("github", "x-github-delivery"),
        ("gitlab", "webhook-id"),
        ("gitlab", "idempotency-key"),
        ("shopify", "x-shopify-webhook-id"),
        ("twilio", "i-twilio-idempotency-token"),
    ];
    for (word, name) in expected {
        assert!(all.contains(&(scheme(word), name)), "{word}");
    }
    assert_eq!(key(Scheme::NONE, "webhook-id", "k1"), None);
}

#[test]
fn stripe_and_slack_name_it_in_the_signed_body() {
    let key = |scheme, body: &[u8]| claimed_event_key(scheme, &HeaderList::default(), body);
    assert_eq!(key(scheme("stripe"), br#"{"data": [1], "id": "evt_1"}"#).as_deref(), Some("evt_1"));
    assert_eq!(key(scheme("slack"), br#"{"event_id": "Ev1", "event": {}}"#).as_deref(), Some("Ev1"));
    for body in [&b"{}"[..], b"", b"[]", br#"{"id": 1}"#, br#"{"id": ""}"#, br#"{"id": "a b"}"#, b"\xff"] {
        assert_eq!(key(scheme("stripe"), body), None, "{body:?}");
    }
    let deep = format!(r#"{{"id": "evt_1", "x": {}}}"#, "[".repeat(100_000));
    assert_eq!(key(scheme("stripe"), deep.as_bytes()), None);
}

#[test]
fn a_key_is_one_visible_word_of_at_most_256_bytes() {
    assert!(key(Scheme::OPENAI, "webhook-id", &"k".repeat(256)).is_some());
    for value in ["", "a b", "a\tb", "ü", &"k".repeat(257)] {
        assert_eq!(key(Scheme::OPENAI, "webhook-id", value), None, "{value:?}");
    }
    let twice = headers(&[("webhook-id", "k1"), ("webhook-id", "k1")]);
    assert_eq!(claimed_event_key(Scheme::OPENAI, &twice, b"{}"), None);
}
