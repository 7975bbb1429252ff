//! Requests that Hookpost makes. HTTP clients are built here and nowhere else.

use std::time::Duration;

/// A client for the command line: the operator names the address and runs the command, so any address may be reached.
/// Redirects are not followed, as webhook senders do not.
///
/// # Errors
/// When TLS cannot be set up.
pub fn operator_client() -> reqwest::Result<reqwest::Client> {
    // An error means that another caller was first, which is as good.
    let _first = rustls::crypto::ring::default_provider().install_default();
    #[expect(clippy::disallowed_methods, reason = "this is the one place where clients are built")]
    let builder = reqwest::Client::builder();
    builder
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(5))
        .timeout(Duration::from_secs(30))
        .build()
}
