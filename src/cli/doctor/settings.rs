//! Settings that contradict each other, or are less safe than they look. They are those of this call: give the command the
//! same flags and variables as the server.

use super::finding::Findings;
use crate::runtime::config::{Settings, allow_entry::AllowEntry};
use ipnet::IpNet;
use secrecy::ExposeSecret;

/// Shorter tokens can be guessed.
const SHORTEST_TOKEN: usize = 16;

pub(super) fn check(settings: &Settings, found: &mut Findings) {
    public_url(settings, found);
    if settings.session_idle_hours > settings.session_hours {
        found.warning(
            "sessions",
            format!(
                "--session-idle-hours {} is longer than --session-hours {}, so it has no effect",
                settings.session_idle_hours, settings.session_hours
            ),
            "Set --session-hours to at least --session-idle-hours",
        );
    }
    for network in settings.trusted_proxies.iter().filter(|network| is_wide(network)) {
        found.warning(
            "trusted-proxies",
            format!("--trusted-proxies contains {network}: almost anyone can forge their address"),
            "List only the addresses of your own proxies",
        );
    }
    for entry in &settings.allow_outbound {
        if let AllowEntry::Network(network) = entry
            && is_wide(network)
        {
            found.warning(
                "allow-outbound",
                format!("--allow-outbound contains {network}: admins can send requests to almost any private address, such as your cloud's metadata service"),
                "List only the addresses and ports of your destinations, such as 10.0.0.5:8080",
            );
        }
    }
    if settings.metrics_token.as_ref().is_some_and(|token| token.expose_secret().len() < SHORTEST_TOKEN) {
        found.warning(
            "metrics-token",
            format!("--metrics-token is shorter than {SHORTEST_TOKEN} characters and can be guessed"),
            "Use a longer one, for example from `openssl rand -hex 32`",
        );
    }
    if let (Some(floor), Some(reserve)) = (settings.disk_floor, settings.disk_reserve)
        && reserve > floor
    {
        found.warning(
            "disk-floor",
            format!(
                "--disk-reserve {reserve} is higher than --disk-floor {floor}, so the floor has no effect"
            ),
            "Set --disk-floor higher than --disk-reserve",
        );
    }
    if settings.encryption_key.is_some() && settings.key_file().exists() {
        found.info(
            "key",
            format!(
                "HOOKPOST_ENCRYPTION_KEY is set, so the key file {} is not used",
                settings.key_file().display()
            ),
            "Move the file away to avoid confusion",
        );
    }
}

fn public_url(settings: &Settings, found: &mut Findings) {
    let Some(url) = &settings.public_url else {
        if !settings.listen.ip().is_loopback() {
            found.warning(
                "public-url",
                format!("the server listens on {} and --public-url is not set: links and ingest URLs contain the wrong host, and cookies are not `Secure`", settings.listen),
                "Set HOOKPOST_PUBLIC_URL to the https URL that browsers and senders use",
            );
        }
        return;
    };
    let local = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    if url.scheme() == "http" && !local {
        found.warning(
            "public-url",
            format!("the public URL {url} is plain http: passwords, cookies and webhooks can be intercepted"),
            "Put a TLS proxy in front (deploy/Caddyfile, deploy/nginx.conf) and set HOOKPOST_PUBLIC_URL to its https URL",
        );
    }
    if url.scheme() == "https" && settings.trusted_proxies.is_empty() {
        found.warning(
            "trusted-proxies",
            "the public URL is https, so there is a proxy in front, but --trusted-proxies is not set: all clients \
             appear to have the proxy's address and share its limits",
            "Set HOOKPOST_TRUSTED_PROXIES to the address of the proxy, such as 127.0.0.1",
        );
    }
}

/// Whether it holds more addresses than anybody's own network.
fn is_wide(network: &IpNet) -> bool {
    match network {
        IpNet::V4(network) => network.prefix_len() < 8,
        IpNet::V6(network) => network.prefix_len() < 16,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use clap::Parser;

    fn found(args: &[&str]) -> Vec<&'static str> {
        let settings = Cli::try_parse_from(["hookpost"].iter().chain(args)).unwrap().settings;
        let mut found = Findings::default();
        check(&settings, &mut found);
        assert!(found.is_ok(), "a setting is no error");
        found.all().iter().map(|finding| finding.check).collect()
    }

    #[test]
    fn settings_that_contradict_each_other_are_named() {
        assert_eq!(found(&[]), [""; 0]);
        assert_eq!(found(&["--listen", "0.0.0.0:80"]), ["public-url"]);
        assert_eq!(found(&["--public-url", "http://hooks.example.com"]), ["public-url"]);
        assert_eq!(found(&["--public-url", "http://127.0.0.1:3000"]), [""; 0]);
        assert_eq!(found(&["--public-url", "https://hooks.example.com"]), ["trusted-proxies"]);
        let proxied = ["--public-url", "https://hooks.example.com", "--trusted-proxies", "127.0.0.1"];
        assert_eq!(found(&proxied), [""; 0]);
        assert_eq!(found(&["--trusted-proxies", "0.0.0.0/0"]), ["trusted-proxies"]);
        assert_eq!(found(&["--allow-outbound", "0.0.0.0/1,10.0.0.0/8,x:80"]), ["allow-outbound"]);
        assert_eq!(found(&["--session-hours", "1"]), ["sessions"]);
        assert_eq!(found(&["--metrics-token", "short"]), ["metrics-token"]);
        assert_eq!(found(&["--disk-floor", "1", "--disk-reserve", "2"]), ["disk-floor"]);
    }
}
