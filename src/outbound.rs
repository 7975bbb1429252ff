//! Requests that Hookpost makes. HTTP clients are built here and nowhere else.
//!
//! [`GuardedClient`] is for destinations, whose URLs come from the web interface; it keeps them out of private networks.
//! [`operator_client`] and [`LocalClient`] are for the command line, whose user could reach any address anyway.

mod addresses;
mod allow;
mod allow_entry;
mod bulk;
mod circuit;
mod client;
mod condition;
mod destinations;
mod exchange;
mod forward;
mod headers;
mod local;
mod mail_server;
mod manage;
mod outgoing;
mod pace;
mod request;
mod resolver;
#[cfg(test)]
mod samples;
mod schedule;
mod send_error;
mod target;
mod try_out;
mod via;
mod worker;

pub use addresses::is_denied;
pub use allow::AllowList;
pub use allow_entry::{AllowEntry, AllowEntryError};
pub use bulk::{
    BulkAsk, MOST_COUNTED as MOST_COUNTED_IN_BULK, preview as preview_bulk, slice as bulk_slice,
    start as start_bulk,
};
pub use client::GuardedClient;
pub use condition::{Condition, NAMES as CONDITION_NAMES};
pub use destinations::{Destinations, LiveDestination};
pub use exchange::{OutboundRequest, OutboundResponse};
pub use forward::{MOST_TIMES, Queued, queue_replay, replay, replay_failed, retry_now};
pub use headers::{forwardable, parse_custom_headers, sendable};
pub use local::LocalClient;
pub use mail_server::check_mail_server;
pub use manage::{LONGEST_OVERLAP_HOURS, NewDestination, add, change, find, pause, remove, resume, rotate};
pub use outgoing::{Outgoing, pass_on, set_content_type};
pub use resolver::{GuardedResolver, Lookup, ResolveError, SystemLookup};
pub use schedule::retry_after;
pub use send_error::SendError;
pub use target::{BlockedAddress, TargetError, check_url};
pub use try_out::try_out;
pub use via::leads_back;
pub use worker::run as forward_events;

use std::time::Duration;

/// How long any client waits for a connection, TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A client for the command line: the operator names the address and runs the command, so any address may be reached.
/// Redirects are not followed, as webhook senders do not.
///
/// # Errors
/// When TLS cannot be set up.
pub fn operator_client() -> reqwest::Result<reqwest::Client> {
    builder().connect_timeout(CONNECT_TIMEOUT).timeout(Duration::from_secs(30)).build()
}

/// The same for a command that follows a server for hours: a response may go on for ever, but not fall silent for longer
/// than `silence`.
///
/// # Errors
/// When TLS cannot be set up.
pub fn following_client(silence: Duration) -> reqwest::Result<reqwest::Client> {
    builder().connect_timeout(CONNECT_TIMEOUT).read_timeout(silence).build()
}

/// Where every client begins: TLS is set up and redirects are off.
fn builder() -> reqwest::ClientBuilder {
    // An error means that another caller was first, which is as good.
    let _first = rustls::crypto::ring::default_provider().install_default();
    #[expect(clippy::disallowed_methods, reason = "this is the one place where clients are built")]
    let builder = reqwest::Client::builder();
    builder.redirect(reqwest::redirect::Policy::none())
}

#[cfg(test)]
mod tests {
    use crate::cli::Cli;
    use clap::Parser;
    use std::{fs, path::Path};

    #[test]
    fn the_setting_takes_entries_separated_by_commas() {
        let parse = |value| Cli::try_parse_from(["hookpost", "serve", "--allow-outbound", value]);
        let allowed = parse("127.0.0.1:5000, 10.0.0.0/8,LocalHost").unwrap().settings.allow_outbound;
        let shown: Vec<_> = allowed.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["127.0.0.1:5000", "10.0.0.0/8", "localhost"]);
        let error = parse("127.0.0.1:5000,*.lan").unwrap_err().to_string();
        assert!(error.contains("allow-outbound: `*.lan` is none of `127.0.0.1:5000`"), "{error}");
    }

    #[test]
    fn clients_are_built_in_this_module_only() {
        let mut found = Vec::new();
        search(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
        assert_eq!(found, Vec::<String>::new(), "use what src/outbound.rs offers");
    }

    fn search(folder: &Path, found: &mut Vec<String>) {
        const BUILDERS: &[&str] = &[
            "Client::builder",
            "Client::new",
            "ClientBuilder",
            "hyper_util::client",
            "hyper::client",
            "reqwest::get",
            "reqwest::blocking",
        ];
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            // Tests are no part of the product.
            if path.is_dir() && !path.ends_with("src/outbound") && !path.ends_with("src/tests") {
                search(&path, found);
            } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("src/outbound.rs") {
                // Making the guarded one is right everywhere.
                let text = fs::read_to_string(&path)
                    .unwrap()
                    .replace("GuardedClient::new", "")
                    .replace("LocalClient::new", "");
                found.extend(
                    BUILDERS
                        .iter()
                        .filter(|b| text.contains(**b))
                        .map(|b| format!("{}: {b}", path.display())),
                );
            }
        }
    }
}
