//! Which headers go out with a request.

use http::{HeaderMap, HeaderName, HeaderValue, header};

/// Headers of one connection (RFC 9110 §7.6.1 and older usage), and those that the client itself writes from the URL and
/// the body. Two opinions about where a body ends are how requests are smuggled.
const OF_THE_CONNECTION: &[&str] = &[
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "http2-settings",
];

/// Headers that speak of the sender's way to us or of its credentials with us, not of the webhook.
const OF_THE_SENDER: &[&str] = &["accept-encoding", "cookie", "forwarded", "x-real-ip", "via"];

/// Whether a request that Hookpost makes may have this header. [`super::GuardedClient`] leaves the others out.
pub fn sendable(name: &HeaderName) -> bool {
    !OF_THE_CONNECTION.contains(&name.as_str()) && !name.as_str().starts_with("proxy-")
}

/// Whether a header of a delivery may go on to a destination: not what belongs to the sender's connection, its way to us,
/// or its credentials (`Cookie`, `Authorization…`).
pub fn forwardable(name: &HeaderName) -> bool {
    let text = name.as_str();
    sendable(name)
        && !OF_THE_SENDER.contains(&text)
        && !text.starts_with("authorization")
        && !text.starts_with("x-forwarded-")
}

/// Reads the headers that an admin sets for a destination: one `Name: value` per line, empty lines are skipped. An
/// `Authorization` of his own is allowed; it counts as sensitive, so that it is not printed.
///
/// # Errors
/// A sentence that names the line and what would be right.
pub fn parse_custom_headers(text: &str) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let number = index + 1;
        let (name, value) = line
            .split_once(':')
            .ok_or_else(|| format!("headers: line {number} has no colon; write `Name: value`"))?;
        let name: HeaderName = name
            .trim()
            .parse()
            .map_err(|_| format!("headers: line {number}: a name has letters, digits and dashes only"))?;
        check_custom(&name).map_err(|reason| format!("headers: line {number}: `{name}` {reason}"))?;
        let mut value = HeaderValue::from_str(value.trim())
            .map_err(|_| format!("headers: line {number}: a value has printable ASCII characters only"))?;
        value.set_sensitive(name.as_str().contains("auth") || name == header::COOKIE);
        headers
            .try_append(name, value)
            .map_err(|_| "headers: there are too many; leave some out".to_owned())?;
    }
    Ok(headers)
}

fn check_custom(name: &HeaderName) -> Result<(), &'static str> {
    if !sendable(name) {
        return Err("is set by the connection itself; leave it out");
    }
    if ["webhook-", "x-hookpost-"].iter().any(|prefix| name.as_str().starts_with(prefix)) {
        return Err("is set by Hookpost; choose another name");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let headers =
            parse_custom_headers("X-Team: a: b \r\n\n  authorization:Bearer s3cret\nX-Team:c").unwrap();
        let team: Vec<_> = headers.get_all("x-team").iter().map(|v| v.to_str().unwrap()).collect();
        assert_eq!(team, ["a: b", "c"]);
        assert_eq!(headers["authorization"], "Bearer s3cret");
        assert!(!format!("{headers:?}").contains("s3cret"));
        assert!(parse_custom_headers(" \n").unwrap().is_empty());
    }

    #[test]
    fn custom_headers_that_cannot_be_sent_are_refused_by_line() {
        for (text, expected) in [
            ("X-A: 1\nHost: evil", "headers: line 2: `host` is set by the connection itself; leave it out"),
            (
                "content-length: 1",
                "headers: line 1: `content-length` is set by the connection itself; leave it out",
            ),
            ("Proxy-X: 1", "headers: line 1: `proxy-x` is set by the connection itself; leave it out"),
            ("Webhook-Id: 1", "headers: line 1: `webhook-id` is set by Hookpost; choose another name"),
            (
                "X-Hookpost-Try: 1",
                "headers: line 1: `x-hookpost-try` is set by Hookpost; choose another name",
            ),
            ("nonsense", "headers: line 1 has no colon; write `Name: value`"),
            ("a b: 1", "headers: line 1: a name has letters, digits and dashes only"),
            (": 1", "headers: line 1: a name has letters, digits and dashes only"),
            ("X-A: a\u{0}b", "headers: line 1: a value has printable ASCII characters only"),
            ("X-A: a\rHost: evil", "headers: line 1: a value has printable ASCII characters only"),
        ] {
            assert_eq!(parse_custom_headers(text).unwrap_err(), expected);
        }
    }
}
