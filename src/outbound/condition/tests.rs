use super::*;
use crate::model::{
    delivery::{DeliverySummary, Outcome},
    endpoint::EndpointRef,
    headers::HeaderList,
    ids::{DeliveryId, EndpointId},
    scheme::Scheme,
};
use proptest::prelude::*;

fn delivery() -> Delivery {
    Delivery {
        summary: DeliverySummary {
            id: DeliveryId(1),
            endpoint: EndpointRef {
                id: EndpointId(uuid::Uuid::nil()),
                name: "prod".into(),
                scheme: Scheme::OpenAi,
            },
            received_at: 0,
            outcome: Outcome::Accepted,
            reason: None,
            old_secret: false,
            try_number: 1,
            event_type: Some("batch.failed".into()),
            resource: Some("batch_1".into()),
            created_at: None,
            body_size: 2,
            answer_status: 200,
            forward: None,
        },
        event_key: Some("wh_1".into()),
        event_id: None,
        secret_id: None,
        client: String::new(),
        answer_us: 0,
        reverified_at: None,
    }
}

fn payload(body: &str) -> Payload {
    let mut headers = HeaderList::default();
    headers.push("X-Team", b"search");
    headers.push("Authorization", b"Bearer s3cret");
    Payload { headers, body: body.as_bytes().to_vec(), verdict: String::new() }
}

fn holds(condition: &str, body: &str) -> Result<bool, String> {
    Condition::parse(condition)?.holds(&delivery(), &payload(body))
}

#[test]
fn conditions_see_the_event_its_headers_and_its_body() {
    let body = r#"{"data": {"id": "batch_1", "n": 3, "tags": ["a", "b"]}, "created_at": 1750287018}"#;
    for condition in [
        r#"event.type == "batch.failed" && event.endpoint == "prod""#,
        r#"event.id == "wh_1" && event.resource.startsWith("batch_")"#,
        r#"headers["x-team"] == "search""#,
        r#"body.data.n > 2 && body.created_at > 1700000000"#,
        r#"body.data.tags.exists(t, t == "b")"#,
        r#"body.data.id.matches("^batch_[0-9]+$")"#,
        r#"!has(body.data.missing)"#,
        r#""authorization" in headers == false"#,
        r#"body.data.tags.filter(t, t != "a").size() == 1"#,
    ] {
        assert_eq!(holds(condition, body), Ok(true), "{condition}");
    }
    assert_eq!(holds("body.data.n > 3", body), Ok(false));
    assert_eq!(holds("body == null", "no json"), Ok(true));
}

#[test]
fn what_cannot_be_told_is_said() {
    assert!(holds("body.data.missing == 1", "{\"data\": {}}").unwrap_err().contains("missing"));
    assert!(holds("event.type", "{}").unwrap_err().contains("no yes or no"));
}

#[test]
fn a_condition_that_is_none_is_refused_with_the_place() {
    let refused = |text: &str| Condition::parse(text).unwrap_err();
    assert!(refused("event.type = 1").starts_with("at column "), "{}", refused("event.type = 1"));
    assert!(refused("payload.x == 1").contains("there is no `payload`"));
    assert!(refused(&"a".repeat(2_001)).contains("longer"));
    assert!(refused("body.a.all(x, body.a.all(y, x == y))").contains("within one another"));
    assert!(refused("body.a.map(x, [body.b.exists(y, y == x)])").contains("within one another"));
    assert!(Condition::parse("body.a.all(x, x > 1) && body.b.map(x, x).exists(y, y == 1)").is_ok());
}

proptest! {
    #[test]
    fn no_text_and_no_body_makes_it_panic(text in "[a-z.()\\[\\]\"' &|=<>!?:0-9,{}]{0,60}", body in "\\PC{0,60}") {
        if let Ok(condition) = Condition::parse(&text) {
            let _any = condition.holds(&delivery(), &payload(&body));
        }
    }
}
