//! Who may read the metrics: this machine itself, and who has the token.

use crate::{net::client_addr::ClientAddr, runtime::config::Settings};
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use secrecy::{ExposeSecret, SecretString};
use std::net::IpAddr;
use subtle::ConstantTimeEq;
use url::Host;

/// Characters of a token, at least.
const LEAST: usize = 16;

/// Looks at the token of the settings.
///
/// # Errors
/// A sentence that names the setting, when the token is empty or could be guessed.
pub(in crate::server) fn check_setting(settings: &Settings) -> Result<(), String> {
    let is_fit = |token: &str| token.len() >= LEAST && token.bytes().all(|b| b.is_ascii_graphic());
    match &settings.metrics_token {
        Some(token) if !is_fit(token.expose_secret()) => Err(format!(
            "HOOKPOST_METRICS_TOKEN (--metrics-token): must be at least {LEAST} printable ASCII characters without spaces"
        )),
        _ => Ok(()),
    }
}

/// Why someone may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Denied {
    /// There is no token that could be given.
    NoToken,
    /// The token is missing or wrong.
    WrongToken,
}

impl IntoResponse for Denied {
    fn into_response(self) -> Response {
        match self {
            Self::NoToken => (
                StatusCode::NOT_FOUND,
                "Metrics are only available on this machine. To read them from elsewhere, set HOOKPOST_METRICS_TOKEN.\n",
            )
                .into_response(),
            Self::WrongToken => (
                StatusCode::UNAUTHORIZED,
                [(header::WWW_AUTHENTICATE, "Bearer")],
                "Send the metrics token: `Authorization: Bearer …`.\n",
            )
                .into_response(),
        }
    }
}

/// Lets who has the token in, and this machine when it asks directly.
pub(super) fn check(
    token: Option<&SecretString>,
    peer: Option<IpAddr>,
    client: ClientAddr,
    request: &Request,
) -> Result<(), Denied> {
    if let (Some(token), Some(given)) = (token, presented(request.headers())) {
        return if is_same(token, given) { Ok(()) } else { Err(Denied::WrongToken) };
    }
    let is_loopback = |ip: IpAddr| ip.to_canonical().is_loopback();
    let is_here = peer.is_some_and(is_loopback)
        && is_loopback(client.0)
        && !was_forwarded(request.headers())
        && is_for_this_machine(request.uri(), request.headers());
    match (is_here, token) {
        (true, _) => Ok(()),
        (false, Some(_)) => Err(Denied::WrongToken),
        (false, None) => Err(Denied::NoToken),
    }
}

fn presented(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn is_same(token: &SecretString, given: &str) -> bool {
    token.expose_secret().as_bytes().ct_eq(given.as_bytes()).into()
}

/// A proxy on this machine speaks for someone else, whether it is trusted or not.
fn was_forwarded(headers: &HeaderMap) -> bool {
    const MARKS: [&str; 7] = [
        "forwarded",
        "via",
        "x-real-ip",
        "x-client-ip",
        "x-original-forwarded-for",
        "true-client-ip",
        "cf-connecting-ip",
    ];
    headers
        .keys()
        .map(HeaderName::as_str)
        .any(|name| name.starts_with("x-forwarded-") || MARKS.contains(&name))
}

/// Whether the address that was asked for is one of this machine alone. A page from elsewhere whose name was made to lead
/// here, and a proxy that hands on the name it was asked by, say another.
fn is_for_this_machine(uri: &Uri, headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| uri.authority().map(|authority| authority.as_str()));
    let parsed = host.and_then(|host| format!("http://{host}/").parse::<url::Url>().ok());
    match parsed.as_ref().and_then(url::Url::host) {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::from(ip).to_canonical().is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests;
