//! Requests that Hookpost makes. HTTP clients are built here and nowhere else.
//!
//! [`GuardedClient`] is for destinations, whose URLs come from the web interface; it keeps them out of private networks.
//! [`operator_client`] and [`following_client`] are for the command line, whose user could reach any address anyway.

mod addresses;
mod allow;
mod client;
pub(crate) mod client_addr;
mod exchange;
mod headers;
mod mail_server;
mod resolver;
#[cfg(test)]
mod samples;
mod send_error;
mod target;

pub use addresses::is_denied;
pub use allow::AllowList;
pub use client::GuardedClient;
pub(crate) use exchange::exchange;
pub use exchange::{OutboundRequest, OutboundResponse};
pub use headers::{forwardable, parse_custom_headers, sendable};
pub use mail_server::check_mail_server;
pub use resolver::{GuardedResolver, Lookup, ResolveError, SystemLookup};
pub use send_error::SendError;
pub use target::{BlockedAddress, TargetError, check_url};

use std::time::Duration;

/// How long any client waits for a connection, TLS included.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A client for the command line: the operator names the address and runs the command, so any address may be reached.
/// Redirects are not followed, as webhook senders do not.
pub fn operator_client() -> reqwest::Result<reqwest::Client> {
    builder().connect_timeout(CONNECT_TIMEOUT).timeout(Duration::from_secs(30)).build()
}

/// The same for a command that follows a server for hours: a response may go on forever, but not fall silent for longer
/// than `silence`.
pub fn following_client(silence: Duration) -> reqwest::Result<reqwest::Client> {
    builder().connect_timeout(CONNECT_TIMEOUT).read_timeout(silence).build()
}

/// Where every client begins: TLS is set up and redirects are off.
pub(crate) fn builder() -> reqwest::ClientBuilder {
    // An error means that another caller was first, which is as good.
    let _first = rustls::crypto::ring::default_provider().install_default();
    #[expect(clippy::disallowed_methods, reason = "this is the one place where clients are built")]
    let builder = reqwest::Client::builder();
    builder.redirect(reqwest::redirect::Policy::none())
}
