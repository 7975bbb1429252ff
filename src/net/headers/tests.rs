//! Which headers pass, and how custom ones are read.

use crate::net::headers::*;

fn name(text: &str) -> HeaderName {
    text.parse().unwrap()
}

#[test]
fn headers_of_the_connection_are_never_sent() {
    for header in [
        "Host",
        "Connection",
        "Transfer-Encoding",
        "Content-Length",
        "Keep-Alive",
        "TE",
        "Trailer",
        "Upgrade",
        "Expect",
        "Proxy-Authorization",
        "Proxy-Connection",
        "HTTP2-Settings",
    ] {
        assert!(!sendable(&name(header)) && !forwardable(&name(header)), "{header}");
    }
}

#[test]
fn credentials_and_the_way_of_the_sender_are_not_forwarded() {
    for header in [
        "Cookie",
        "Authorization",
        "Authorization-Info",
        "Forwarded",
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "X-Real-IP",
        "Via",
        "Accept-Encoding",
    ] {
        assert!(sendable(&name(header)) && !forwardable(&name(header)), "{header}");
    }
    for header in ["Content-Type", "User-Agent", "webhook-id", "X-GitHub-Event", "Stripe-Signature"] {
        assert!(forwardable(&name(header)), "{header}");
    }
}

#[test]
fn custom_headers_are_read_one_per_line() {
    let headers = parse_custom_headers("X-Team: a: b \r\n\n  authorization:Bearer s3cret\nX-Team:c").unwrap();
    let team: Vec<_> = headers.get_all("x-team").iter().map(|v| v.to_str().unwrap()).collect();
    assert_eq!(team, ["a: b", "c"]);
    assert_eq!(headers["authorization"], "Bearer s3cret");
    assert!(!format!("{headers:?}").contains("s3cret"));
    assert!(parse_custom_headers(" \n").unwrap().is_empty());
}

#[test]
fn custom_headers_that_cannot_be_sent_are_refused_by_line() {
    for (text, expected) in [
        ("X-A: 1\nHost: evil", "headers: line 2: `host` is set by the connection; leave it out"),
        ("content-length: 1", "headers: line 1: `content-length` is set by the connection; leave it out"),
        ("Proxy-X: 1", "headers: line 1: `proxy-x` is set by the connection; leave it out"),
        ("Webhook-Id: 1", "headers: line 1: `webhook-id` is set by Hookpost; choose another name"),
        ("X-Hookpost-Try: 1", "headers: line 1: `x-hookpost-try` is set by Hookpost; choose another name"),
        ("nonsense", "headers: line 1 has no colon; use `Name: value`"),
        ("a b: 1", "headers: line 1: names can only contain letters, digits and dashes"),
        (": 1", "headers: line 1: names can only contain letters, digits and dashes"),
        ("X-A: a\u{0}b", "headers: line 1: values can only contain printable ASCII characters"),
        ("X-A: a\rHost: evil", "headers: line 1: values can only contain printable ASCII characters"),
    ] {
        assert_eq!(parse_custom_headers(text).unwrap_err(), expected);
    }
}
