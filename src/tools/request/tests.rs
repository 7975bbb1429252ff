//! Each form in which a request is pasted.

use super::*;
use proptest::prelude::*;

fn shown(request: &PastedRequest) -> String {
    let headers: Vec<String> =
        request.headers.iter().map(|(n, v)| format!("{n}: {}", String::from_utf8_lossy(v))).collect();
    format!("{:?}\n{}\n\n{}", request.url, headers.join("\n"), String::from_utf8_lossy(&request.body))
}

#[test]
fn headers_and_body_as_they_go_over_the_wire() {
    let request =
        parse("POST /in/abc?x=1 HTTP/1.1\r\nHost: h.example\r\nWebhook-Id: wh_1\r\n\r\n{\"a\": 1}").unwrap();
    insta::assert_snapshot!(shown(&request), @r#"
    Some("https://h.example/in/abc?x=1")
    host: h.example
    webhook-id: wh_1

    {"a": 1}
    "#);
    assert_eq!(parse("a: b\n\n{}\n").unwrap().body, b"{}\n", "a line end at the end may be part of the body");
}

#[test]
fn a_curl_command_as_a_browser_copies_it() {
    let request = parse(
        "curl 'https://h.example/in/abc' \\\n  -H 'webhook-id: wh_1' \\\n  -H \"x: a\\\"b\" -X POST \\\n  --data-raw $'{\"a\": \"it\\'s \\u00fc\\n\"}' --compressed",
    )
    .unwrap();
    insta::assert_snapshot!(shown(&request), @r#"
    Some("https://h.example/in/abc")
    webhook-id: wh_1
    x: a"b

    {"a": "it's ü
    "}
    "#);
}

#[test]
fn a_curl_command_with_joined_flags_and_a_body_in_base64() {
    assert_eq!(parse("curl -d '{}' --url=https://h/x -Ha:b").unwrap().body, b"{}");
    let ours = "base64 -d <<'_END' | curl -sS -i -X POST 'http://h/in/k' \\\n  -H 'a: b' \\\n  --data-binary @-\n/w==\n_END\n";
    let request = parse(ours).unwrap();
    assert_eq!((request.body.as_slice(), request.url.as_deref()), (&b"\xff"[..], Some("http://h/in/k")));
}

#[test]
fn an_entry_of_a_har_file() {
    let entry = r#"{"log":{"entries":[{"request":{"method":"POST","url":"https://h/in/k","headers":[{"name":":path","value":"/"},{"name":"Webhook-Id","value":"wh_1"}],"postData":{"text":"{}"}}}]}}"#;
    let request = parse(entry).unwrap();
    assert_eq!(request.headers.get("webhook-id"), Some(&b"wh_1"[..]));
    assert_eq!((request.body.as_slice(), request.headers.len()), (&b"{}"[..], 1));
}

#[test]
fn what_is_none_of_these_says_what_would_be_right() {
    for (text, part) in [
        ("", "paste headers and body"),
        ("no header here", "line 1: write headers as"),
        ("{\"a\": 1}", "JSON without `request.headers`"),
        ("{", "is not JSON"),
        ("curl 'x", "is not closed"),
        ("curl -d @body.json x", "in the file body.json"),
        ("curl -H", "lacks its value"),
    ] {
        let error = parse(text).unwrap_err();
        assert!(error.contains(part), "{text:?}: {error}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_reading_panic(text in prop_oneof![".{0,200}", "(curl|base64 -d <<'_END' \\| curl) ['\"$\\\\a-zA-Z:@ \n=-]{0,80}", "\\{.{0,60}"]) {
        let _either_way = parse(&text);
    }
}
