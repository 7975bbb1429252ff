//! How entries are written.

use crate::runtime::config::allow_entry::*;

#[test]
fn entries_are_written_back_as_they_are_understood() {
    for (text, shown) in [
        ("127.0.0.1:5000", "127.0.0.1:5000"),
        (" [::1]:5000 ", "[::1]:5000"),
        ("[::ffff:127.0.0.1]:5000", "127.0.0.1:5000"),
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("fd00::/8", "fd00::/8"),
        ("10.0.0.1", "10.0.0.1"),
        ("::1", "::1"),
        ("[::1]", "::1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("LocalHost", "localhost"),
        ("host.docker.internal.:8080", "host.docker.internal:8080"),
        ("my_service:80", "my_service:80"),
        ("b\u{fc}cher.example", "xn--bcher-kva.example"),
    ] {
        let entry: AllowEntry = text.parse().unwrap();
        assert_eq!(entry.to_string(), shown, "{text}");
        assert_eq!(shown.parse(), Ok(entry), "{text}");
    }
}

#[test]
fn entries_that_could_never_match_are_refused_with_the_right_forms() {
    for text in [
        "",
        ".",
        "*",
        "*.example.com",
        "https://host",
        "host/path",
        "user@host",
        "host:0",
        "host:65536",
        "host:",
        ":80",
        "127.0.0.1:0",
        "127.1",
        "0x7f000001",
        "2130706433:80",
        "10.0.0.0/33",
        "10.0.0.0/8:443",
        "[10.0.0.0/8]",
        "fe80::1%eth0",
        "[fe80::1%2]:80",
        "a b",
    ] {
        let error = text.parse::<AllowEntry>().unwrap_err().to_string();
        assert!(
            error.starts_with(&format!(
                "allow-outbound: `{text}` is not valid; use a form such as `127.0.0.1:5000`"
            )),
            "{error}"
        );
    }
}
