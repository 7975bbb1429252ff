//! A real shell reads the command; a function stands in for curl and shows what it was given.

use crate::app::delivery::curl::*;
use std::process::{Command, Output};

/// Prints each argument in hex on a line of its own, then standard input when `@-` is asked for.
const FAKE_CURL: &str = r#"curl() { for a in "$@"; do printf '%s' "$a" | od -An -v -tx1 | tr -d ' \n'; echo; done; \
    case "$*" in *@-*) printf 'stdin '; od -An -v -tx1 | tr -d ' \n'; echo;; esac; }"#;

fn run(command: &str) -> Vec<String> {
    let script = format!("{FAKE_CURL}\n{command}\n");
    let Output { stdout, stderr, status } =
        Command::new("sh").arg("-c").arg(script).output().expect("a shell");
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).expect("hex").lines().map(str::to_owned).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn list(headers: &[(&str, &[u8])]) -> HeaderList {
    let mut list = HeaderList::default();
    headers.iter().for_each(|(name, value)| list.push(name, value));
    list
}

#[test]
fn the_shell_gives_curl_exactly_the_bytes_of_headers_and_body() {
    let hostile: &[u8] = b"'; touch /tmp/x; $(id) `id` \" \\ !\n#\ttab %s {\"a\":1}";
    let headers =
        list(&[("x-quote", b"it's $HOME"), ("x-bytes", b"\xff\x01%b\\0'\xe2\x80\xae"), ("host", b"h")]);
    let got = run(&command("http://h/in/a'b", DeliveryId(7), &headers, hostile));
    for want in [
        b"http://h/in/a'b".as_slice(),
        b"x-quote: it's $HOME",
        b"x-bytes: \xff\x01%b\\0'\xe2\x80\xae",
        hostile,
    ] {
        assert!(got.contains(&hex(want)), "{} in {got:?}", hex(want));
    }
    assert!(!got.contains(&hex(b"host: h")));
}

#[test]
fn a_body_that_is_no_text_goes_through_base64_unchanged() {
    let body: Vec<u8> = (0..=255).cycle().take(1_000).collect();
    let got = run(&command("http://h/", DeliveryId(7), &HeaderList::default(), &body));
    assert!(got.contains(&format!("stdin {}", hex(&body))));
}

#[test]
fn carriage_returns_and_direction_overrides_never_stand_in_the_page() {
    for body in ["a\rb", "a\u{202e}b", "a\u{0}b"] {
        assert!(
            !command("http://h/", DeliveryId(7), &HeaderList::default(), body.as_bytes()).contains(is_odd)
        );
    }
    fn is_odd(c: char) -> bool {
        crate::model::visible::is_hidden(c)
    }
}

#[test]
fn a_large_body_comes_from_its_file() {
    let command = command("http://h/", DeliveryId(7), &HeaderList::default(), &vec![b'a'; INLINE + 1]);
    assert!(command.len() < 1_000 && command.contains("--data-binary @delivery-7.bin"), "{command}");
}

#[test]
fn headers_that_curl_would_add_are_taken_away_and_empty_ones_are_sent() {
    let command = command("http://h/", DeliveryId(7), &list(&[("x-empty", b""), ("accept", b"*/*")]), b"");
    assert!(command.contains("-H 'x-empty;'") && command.contains("-H 'content-type:'"), "{command}");
    assert!(!command.contains("-H 'accept:'"), "{command}");
}
