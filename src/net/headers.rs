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

/// Whether a request that Hookpost makes may have this header. [`crate::net::GuardedClient`] leaves the others out.
pub fn sendable(name: &HeaderName) -> bool {
    !OF_THE_CONNECTION.contains(&name.as_str()) && !name.as_str().starts_with("proxy-")
}

/// Whether a header of a delivery may go on to a destination: not what belongs to the sender's connection, its way to us,
/// or its credentials (`Cookie`, `Authorization…`), nor what only we say (`X-Hookpost-…`).
pub fn forwardable(name: &HeaderName) -> bool {
    let text = name.as_str();
    sendable(name)
        && !OF_THE_SENDER.contains(&text)
        && !text.starts_with("authorization")
        && !text.starts_with("x-forwarded-")
        && !text.starts_with("x-hookpost-")
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
            .ok_or_else(|| format!("headers: line {number} has no colon; use `Name: value`"))?;
        let name: HeaderName = name.trim().parse().map_err(|_| {
            format!("headers: line {number}: names can only contain letters, digits and dashes")
        })?;
        check_custom(&name).map_err(|reason| format!("headers: line {number}: `{name}` {reason}"))?;
        let mut value = HeaderValue::from_str(value.trim()).map_err(|_| {
            format!("headers: line {number}: values can only contain printable ASCII characters")
        })?;
        value.set_sensitive(name.as_str().contains("auth") || name == header::COOKIE);
        headers.try_append(name, value).map_err(|_| "headers: too many; remove some".to_owned())?;
    }
    Ok(headers)
}

fn check_custom(name: &HeaderName) -> Result<(), &'static str> {
    if !sendable(name) {
        return Err("is set by the connection; leave it out");
    }
    if ["webhook-", "x-hookpost-"].iter().any(|prefix| name.as_str().starts_with(prefix)) {
        return Err("is set by Hookpost; choose another name");
    }
    Ok(())
}

#[cfg(test)]
mod tests;
