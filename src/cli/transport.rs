//! Over what a secret of ours may travel: https, or this machine alone.

use super::CliError;
use url::{Host, Url};

/// Whether a URL names this very machine: what is sent there leaves it nowhere.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        // RFC 6761 keeps the name for it.
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost")
        }
        None => false,
    }
}

/// An address as it is typed: without a scheme it is https, but http for this machine.
///
/// # Errors
/// It is not a http or https URL.
pub(super) fn server_url(text: &str) -> Result<Url, String> {
    let parse = |text: &str| match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Some(url),
        _ => None,
    };
    let url = if text.contains("://") {
        parse(text)
    } else {
        parse(&format!("https://{text}"))
            .and_then(|url| if is_loopback(&url) { parse(&format!("http://{text}")) } else { Some(url) })
    };
    url.ok_or_else(|| "must be a URL such as https://hooks.example.com".to_owned())
}

/// Refuses to send `what` over plain http to another machine, unless the person says that it may be so.
///
/// # Errors
/// The URL is http, the machine another one, and `insecure` is not set.
pub(super) fn check_secure(field: &str, url: &Url, what: &str, insecure: bool) -> Result<(), CliError> {
    if url.scheme() != "http" || is_loopback(url) {
        return Ok(());
    }
    let host = url.host_str().unwrap_or_default();
    if insecure {
        tracing::warn!("{what} is sent to {host} over plain http: anyone on the way can read it");
        return Ok(());
    }
    Err(CliError::usage(format!(
        "{field}: nothing was sent, because over plain http anyone on the way to {host} could read {what}. Use \
         https://{host}, or add --insecure-http on a trusted network"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_scheme_it_is_https_unless_it_is_this_machine() {
        let read = |text| server_url(text).map(String::from);
        for (text, url) in [
            ("hooks.example.com", "https://hooks.example.com/"),
            ("hooks.example.com:8787/x", "https://hooks.example.com:8787/x"),
            ("127.0.0.1.nip.io:8787", "https://127.0.0.1.nip.io:8787/"),
            ("10.0.0.5:8787", "https://10.0.0.5:8787/"),
            ("localhost:8787", "http://localhost:8787/"),
            ("127.0.0.1:8787", "http://127.0.0.1:8787/"),
            ("[::1]:8787", "http://[::1]:8787/"),
            ("https://localhost", "https://localhost/"),
            ("http://hooks.example.com", "http://hooks.example.com/"),
        ] {
            assert_eq!(read(text).unwrap(), url, "{text}");
        }
        for wrong in ["", "ftp://host/x", "http://", "5000 x", "file:///etc/passwd"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_secret_goes_over_plain_http_to_this_machine_alone() {
        let check =
            |text: &str, insecure| check_secure("--server", &text.parse().unwrap(), "the token", insecure);
        for fine in
            ["https://h", "http://localhost:1", "http://127.0.0.2", "http://[::1]", "http://a.localhost"]
        {
            assert!(check(fine, false).is_ok(), "{fine}");
        }
        for open in ["http://h", "http://10.0.0.1", "http://127.0.0.1.nip.io", "http://localhost.example"] {
            assert!(check(open, false).is_err() && check(open, true).is_ok(), "{open}");
        }
    }
}
