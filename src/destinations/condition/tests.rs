use crate::{
    destinations::condition::*,
    model::{
        delivery::{DeliverySummary, Outcome},
        endpoint::EndpointRef,
        headers::HeaderList,
        ids::{DeliveryId, EndpointId},
    },
};
use proptest::prelude::*;

fn delivery() -> Delivery {
    Delivery {
        summary: DeliverySummary {
            id: DeliveryId(1),
            endpoint: EndpointRef {
                id: EndpointId(uuid::Uuid::nil()),
                name: "prod".into(),
                unverified: false,
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
    Payload { headers, body: body.as_bytes().to_vec(), ..Payload::default() }
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
    assert!(holds("event.type", "{}").unwrap_err().contains("not true or false"));
}

#[test]
fn a_condition_that_is_none_is_refused_with_the_place() {
    let refused = |text: &str| Condition::parse(text).unwrap_err();
    assert!(refused("event.type = 1").starts_with("at column "), "{}", refused("event.type = 1"));
    assert!(refused("payload.x == 1").contains("unknown name `payload`"));
    assert!(refused(&"a".repeat(2_001)).contains("longer"));
    assert!(refused("event.type.foo() == 1").contains("no function `foo`"));
    assert!(refused("body.a.matches(body.b)").contains("must be a literal in the condition"));
    assert!(refused("body.a.matches('(')").contains("the pattern `(`"));
    assert!(refused("body.a.matches('((a{1000}){1000}){1000}')").contains("pattern"));
    assert!(refused("Message{a: 1}").contains("unknown message type"));
}

#[test]
fn a_condition_that_is_nested_without_end_is_refused_and_ends_nothing() {
    for text in [
        format!("body{}", ".b".repeat(990)),
        format!("body{}", "[0]".repeat(600)),
        format!("{}true", "!".repeat(1_900)),
        format!("{}1 == 1", "-".repeat(1_900)),
        format!("{}true{}", "(".repeat(900), ")".repeat(900)),
        format!("{}1{}", "[".repeat(900), "]".repeat(900)),
        format!("1{} == 1", " + 1".repeat(490)),
        "true ? ".repeat(280),
        "body.a.all(x, ".repeat(140),
        "{1:".repeat(600),
    ] {
        let loaded = Condition::load(&text);
        let bounded = loaded.unreadable().is_some() || loaded.holds(&delivery(), &payload("{}")).is_err();
        assert!(bounded || text.starts_with('!') || text.starts_with('-'), "{}", &text[..30]);
    }
    let long = vec!["event.type == 'batch.failed'"; 60].join(" || ");
    assert_eq!(holds(&long, "{}"), Ok(true), "many alternatives are no depth");
}

#[test]
fn what_a_stored_condition_of_another_version_says_is_told() {
    let loaded = Condition::load("event.nonsense()");
    assert!(loaded.unreadable().is_some_and(|why| why.contains("nonsense")));
    assert!(loaded.holds(&delivery(), &payload("{}")).is_err());
    assert!(Condition::load("true").unreadable().is_none());
}

#[test]
fn no_body_makes_it_take_long_or_much_memory() {
    let numbers = |count: usize| (0..count).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    let (a, b) = (numbers(70_000), numbers(70_000));
    let wide = format!(r#"{{"a":[{a}],"b":[-1,{b}],"s":"{}"}}"#, "ab".repeat(200_000));
    let begun = std::time::Instant::now();
    for condition in [
        "body.a.exists(x, x in body.b && x == -5)",
        "body.a.all(x, body.b == body.b)",
        "body.a.map(x, body.s + body.s).exists(y, y == '')",
        "body.a.exists(x, body.s.contains('ba' + string(x)))",
        "body.a.exists(x, body.s.matches('^(ab)*c$'))",
        "body.a.exists(x, body.a.exists(y, x + y == -1))",
        "body.a.map(x, body.a).size() == 0 || body.a.map(x, body.a + body.b).size() == 0",
        "body.a.exists(x, size(body.s) == x - 1000000)",
        "body.a.exists(x, string(body.s) == 'x')",
        "body.a.exists(x, bytes(body.s) == b'x')",
        "body.a.exists(x, max(body.b) == x + 100000)",
        "body.a.exists(x, body.s + 'a' > body.s + 'b')",
    ] {
        let said = holds(condition, &wide);
        assert!(said.as_ref().is_err_and(|why| why.contains("limit of conditions")), "{condition}: {said:?}");
    }
    // Even without optimization; alone, each is a fraction of a second.
    assert!(begun.elapsed() < std::time::Duration::from_secs(60), "{:?}", begun.elapsed());
    assert_eq!(holds("69999 in body.b", &wide), Ok(true));
    assert_eq!(holds("body.a.exists(x, x == 69999)", &wide), Ok(true));
    assert_eq!(holds("body.a.filter(x, x > 69000).map(x, x * 2).size() == 999", &wide), Ok(true));
    assert_eq!(holds("event.type == 'batch.failed'", &format!("[{}0]", "0,".repeat(900_000))), Ok(true));
}

#[test]
fn it_says_what_the_reference_says() {
    let body = r#"{"n": 3, "f": 3.0, "s": "abc", "e": "", "l": [1, 2, 3, "x"], "m": {"a": {"b": null}, "t": true},
        "deep": [[1, 2], [3]], "neg": -7, "big": 9223372036854775807}"#;
    let json: serde_json::Value = serde_json::from_str(body).unwrap();
    let reference = |text: &str| {
        let program = cel::Program::compile(text).ok()?;
        let mut context = cel::Context::default();
        context.add_variable_from_value("body", convert(json.clone()));
        Some(program.execute(&context).ok().and_then(|value| match value {
            cel::Value::Bool(value) => Some(value),
            _ => None,
        }))
    };
    for text in [
        "body.n == 3",
        "body.n == body.f",
        "body.n < 4.5",
        "body.f > 2",
        "body.n + 1 == 4",
        "body.f + 1.0 == 4.0",
        "body.n + 1.0 == 4.0",
        "body.s + 'd' == 'abcd'",
        "body.s == body.n",
        "body.s != 1",
        "body.x == 1",
        "has(body.x)",
        "has(body.m.a.b)",
        "has(body.m.x)",
        "has(body.x.y)",
        "body.m.a.b == null",
        "body.m.t",
        "!body.m.t",
        "!body.n",
        "body.m.t && body.x",
        "body.x && body.m.t",
        "body.x || body.m.t",
        "body.m.t || body.x",
        "!body.m.t && body.x",
        "body.x && !body.m.t",
        "body.x || !body.m.t",
        "body.l.exists(i, i == 'x')",
        "body.l.exists(i, i > 2)",
        "body.l.all(i, i > 0)",
        "body.l.all(i, i != 9)",
        "body.l.exists_one(i, i == 2)",
        "body.l.exists_one(i, i > 0)",
        "body.l.filter(i, i == 2).size() == 1",
        "body.l.map(i, i == 2).size() == 4",
        "body.l.map(i, i != 'x', i).size() == 3",
        "body.deep.exists(d, d.exists(i, i == 3))",
        "body.deep.map(d, d.map(i, i * 2)) == [[2, 4], [6]]",
        "body.m.exists(k, k == 't')",
        "body.m.all(k, k != '')",
        "body.l[0] == 1",
        "body.l[9] == 1",
        "body.l[-1] == 1",
        "body.m['a'] == {'b': null}",
        "body['n'] == 3",
        "2 in body.l",
        "'y' in body.l",
        "'a' in body.m",
        "1 in body.m",
        "body.n in [3]",
        "3.0 in [1, 3]",
        "body.s.contains('b')",
        "body.s.startsWith('ab')",
        "body.s.endsWith('bc')",
        "body.s.matches('^a.c$')",
        "body.e == ''",
        "size(body.s) == 3",
        "body.s.size() == 3",
        "size(body.m) == 2",
        "size(body.l) == 4",
        "size(body.n) == 1",
        "string(body.n) == '3'",
        "int('3') == body.n",
        "int(body.f) == 3",
        "double(body.n) == 3.0",
        "int('x') == 1",
        "uint(3) == 3u",
        "type(body.n) == int",
        "type(body.s) == string",
        "type(body.l) == list",
        "type(body.m) == map",
        "type(body.f) == double",
        "type(body.m.a.b) == null_type",
        "body.neg / 2 == -3",
        "body.neg % 4 == -3",
        "body.n / 0 == 1",
        "body.big + 1 == 0",
        "-body.neg == 7",
        "body.n > 'a'",
        "'a' < 'b'",
        "body.n == 3 ? true : body.x",
        "body.n == 4 ? true : body.x",
        "body.x ? true : false",
        "[1, 2] + [3] == [1, 2, 3]",
        "{'a': 1} == {'a': 1.0}",
        "{1: 'x'}[1] == 'x'",
        "b'abc' == bytes('abc')",
        "true && true",
        "1 == 1 && 'a' in ['a']",
        "body == body",
        "body.l == [1, 2, 3, 'x']",
        "dyn(body.n) == 3",
        "1 < 2 == true",
    ] {
        let theirs = reference(text).expect(text);
        assert_eq!(holds(text, body).ok(), theirs, "{text}: {:?}", holds(text, body));
    }
}

/// A body as the reference takes it.
fn convert(json: serde_json::Value) -> cel::Value {
    use cel::Value;
    match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(value) => Value::Bool(value),
        serde_json::Value::Number(number) => {
            number.as_i64().map_or_else(|| Value::Float(number.as_f64().unwrap()), Value::Int)
        }
        serde_json::Value::String(text) => Value::from(text),
        serde_json::Value::Array(items) => {
            Value::List(std::sync::Arc::new(items.into_iter().map(convert).collect()))
        }
        serde_json::Value::Object(fields) => {
            let fields: std::collections::HashMap<String, Value> =
                fields.into_iter().map(|(name, value)| (name, convert(value))).collect();
            Value::from(fields)
        }
    }
}

proptest! {
    #[test]
    fn no_text_and_no_body_makes_it_panic(text in "[a-z.()\\[\\]\"' &|=<>!?:0-9,{}]{0,60}", body in "\\PC{0,60}") {
        if let Ok(condition) = Condition::parse(&text) {
            let _any = condition.holds(&delivery(), &payload(&body));
        }
    }
}
