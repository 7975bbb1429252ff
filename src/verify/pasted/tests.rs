//! Each form in which a request is pasted.

use crate::verify::pasted::*;
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
        ("no header here", "line 1: use `name: value` for headers"),
        ("{\"a\": 1}", "JSON without `request.headers`"),
        ("{", "is not valid JSON"),
        ("curl 'x", "unclosed"),
        ("curl -d @body.json x", "in the file body.json"),
        ("curl -H", "has no value"),
    ] {
        let error = parse(text).unwrap_err();
        assert!(error.contains(part), "{text:?}: {error}");
    }
}

#[test]
fn words_of_a_command_need_not_be_text() {
    assert_eq!(parse(r"curl $'--\xff=' -d '{}'").unwrap().body, b"{}");
    assert_eq!(parse(r"curl $'-d\xff\xfe'").unwrap().body, b"\xff\xfe");
    assert_eq!(parse(r"curl $'--data=\xff=\xfe'").unwrap().body, b"\xff=\xfe");
    let odd = parse(r"curl $'-Hx\xc3: \xff'");
    assert!(odd.is_err() || odd.is_ok_and(|request| request.headers.len() == 1));
    assert_eq!(parse(r"curl $'-Hx: \xff:\xfe'").unwrap().headers.get("x"), Some(&b"\xff:\xfe"[..]));
}

/// Pieces of commands in which bytes that are no text are likely.
const PIECES: &[&str] = &[
    "curl ",
    "$'",
    "'",
    "\"",
    "\\xff",
    "\\xc3",
    "\\xe2\\x82",
    "\\u00e9",
    "\\U0010ffff",
    "\\",
    "\n",
    " ",
    "=",
    ":",
    ";",
    "--",
    "-",
    "-H",
    "--header",
    "-d",
    "--data-binary",
    "--url",
    "@",
    "@-",
    "ä",
    "€",
    "😀",
    "x",
    "\u{0}",
    "\u{fffd}",
    "-A",
    "-F",
    "--json",
    "base64 -d <<'_END' | curl ",
    "_END",
    "{",
    "}",
    "\r\n",
];

proptest! {
    #[test]
    fn no_command_of_odd_bytes_makes_the_reading_panic(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..24)) {
        let text: String = pieces.concat();
        let _either_way = parse(&text);
        let _quoted = parse(&format!("curl $'{text}' '{text}'"));
    }

    #[test]
    fn no_bytes_that_were_pasted_make_the_reading_panic(bytes in prop::collection::vec(prop_oneof![any::<u8>(), Just(b'-'), Just(b'='), Just(0xff)], 0..200)) {
        let text = String::from_utf8_lossy(&bytes);
        let _either_way = (parse(&text), parse(&format!("curl {text}")), parse(&format!("{{\"headers\":[],\"url\":\"{text}\"}}")));
        let hex: String = bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect();
        let _quoted = (parse(&format!("curl $'{hex}'")), parse(&format!("curl $'--{hex}' $'-H{hex}'")));
    }

    #[test]
    fn no_text_makes_the_reading_panic(text in prop_oneof![".{0,200}", "(curl|base64 -d <<'_END' \\| curl) ['\"$\\\\a-zA-Z:@ \n=-]{0,80}", "\\{.{0,60}"]) {
        let _either_way = parse(&text);
    }
}
