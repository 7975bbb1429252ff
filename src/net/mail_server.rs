//! Whether a mail server may be connected to, and at which addresses: the rules of URLs for what has none.

use crate::net::{AllowList, GuardedResolver, Lookup, ResolveError, SendError, target::check_address};
use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};
use url::Host;

/// Checks what a person gives as a mail server, as far as can be told without resolving its name, and returns it in its
/// usual form. `is_plain`: passwords and messages would go there unencrypted.
pub fn check_mail_server(
    host: &str,
    port: u16,
    is_plain: bool,
    allowed: &AllowList,
) -> Result<String, (&'static str, String)> {
    let host = parse(host.trim()).ok_or_else(|| {
        ("host", "host: must be the name or address of the mail server, such as smtp.example.com".to_owned())
    })?;
    if let Some(ip) = literal(&host) {
        check_address(ip, port, None, allowed).map_err(|blocked| ("host", as_host(&blocked.to_string())))?;
    }
    if is_plain && !allowed.permits_http(&borrowed(&host), port) {
        let sentence = format!(
            "tls: without TLS, mail and password can be intercepted; choose starttls or tls, or allow it with \
             HOOKPOST_ALLOW_OUTBOUND={host}:{port}"
        );
        return Err(("tls", sentence));
    }
    Ok(host.to_string())
}

/// The addresses of a mail server. One bad address condemns a name, as it does for URLs.
pub(crate) async fn addresses(
    host: &str,
    port: u16,
    lookup: &Arc<dyn Lookup>,
    allowed: &AllowList,
) -> Result<Vec<SocketAddr>, SendError> {
    let found = match parse(host) {
        None => return Err(SendError::Dns(format!("{host} is not a server name"))),
        Some(Host::Domain(name)) => {
            let resolver = GuardedResolver::new(Arc::clone(lookup), allowed.clone(), port);
            resolver.addresses(&name).await.map_err(|error| match error {
                ResolveError::Blocked(blocked) => SendError::Blocked(blocked.into()),
                other => SendError::Dns(other.to_string()),
            })?
        }
        Some(Host::Ipv4(ip)) => checked(ip.into(), port, allowed)?,
        Some(Host::Ipv6(ip)) => checked(ip.into(), port, allowed)?,
    };
    Ok(found.into_iter().map(|ip| SocketAddr::new(ip, port)).collect())
}

fn checked(ip: IpAddr, port: u16, allowed: &AllowList) -> Result<Vec<IpAddr>, SendError> {
    check_address(ip, port, None, allowed).map_err(|blocked| SendError::Blocked(blocked.into()))?;
    Ok(vec![ip])
}

/// An IPv6 address may stand with or without brackets.
fn parse(text: &str) -> Option<Host> {
    if let Ok(ip) = text.parse::<std::net::Ipv6Addr>() {
        return Some(Host::Ipv6(ip));
    }
    Host::parse(text).ok()
}

fn literal(host: &Host) -> Option<IpAddr> {
    match host {
        Host::Domain(_) => None,
        Host::Ipv4(ip) => Some((*ip).into()),
        Host::Ipv6(ip) => Some((*ip).into()),
    }
}

fn borrowed(host: &Host) -> Host<&str> {
    match host {
        Host::Domain(name) => Host::Domain(name),
        Host::Ipv4(ip) => Host::Ipv4(*ip),
        Host::Ipv6(ip) => Host::Ipv6(*ip),
    }
}

/// The sentence names the field of a URL; here it is another.
fn as_host(sentence: &str) -> String {
    sentence.replacen("url: ", "host: ", 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::samples::{FakeLookup, allow};

    #[test]
    fn a_private_server_and_one_without_tls_are_for_the_operator_to_allow() {
        let none = AllowList::default();
        assert_eq!(check_mail_server("SMTP.example.com", 587, false, &none), Ok("smtp.example.com".into()));
        for (host, field) in
            [("10.0.0.1", "host"), ("[::1]", "host"), ("::1", "host"), ("a/b", "host"), ("", "host")]
        {
            assert_eq!(check_mail_server(host, 25, false, &none).unwrap_err().0, field, "{host}");
        }
        let (field, sentence) = check_mail_server("mail.lan", 25, true, &none).unwrap_err();
        assert_eq!(field, "tls");
        assert!(sentence.ends_with("HOOKPOST_ALLOW_OUTBOUND=mail.lan:25"), "{sentence}");
        assert!(check_mail_server("mail.lan", 25, true, &allow(&["mail.lan:25"])).is_ok());
        assert!(check_mail_server("10.0.0.1", 25, true, &allow(&["10.0.0.1:25"])).is_ok());
    }

    #[tokio::test]
    async fn names_that_lead_into_a_private_network_give_no_address() {
        let lookup: Arc<dyn Lookup> = FakeLookup::always(&["8.8.8.8", "10.0.0.1"]);
        let blocked = addresses("mail.example", 25, &lookup, &AllowList::default()).await;
        assert!(matches!(blocked, Err(SendError::Blocked(_))));
        let found = addresses("mail.example", 25, &lookup, &allow(&["10.0.0.0/8"])).await.unwrap();
        assert_eq!(found.len(), 2);
        assert!(addresses("127.0.0.1", 25, &lookup, &AllowList::default()).await.is_err());
    }
}
