//! `hookpost listen`: deliveries of a server reach a handler on this laptop, without a tunnel.
//!
//! Five things go on at once, each in its file: [`follow`] hears of deliveries and misses none, [`fetch`] gets their bytes,
//! [`send`] hands them to the handler one after the other, [`report`] tells the server what came of it, and a view shows it:
//! [`lines`], or [`screen`] on a terminal. All end together: none is spawned.

mod fetch;
mod follow;
mod lines;
mod local;
pub(crate) mod local_client;
mod news;
mod report;
mod screen;
mod send;
mod server;

use super::{
    CliError,
    transport::{check_secure, server_url},
};
use crate::{
    cli::listen::local_client::LocalClient,
    model::scheme::{Scheme, SecretFormat},
    runtime::clock::Clock,
    verify::{self, ParsedSecret},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use clap::Args;
use follow::Since;
use futures::FutureExt;
use hmac::{Hmac, KeyInit, Mac};
use local::Local;
use secrecy::{ExposeSecret, SecretString};
use server::{RemoteServer, Wanted};
use sha2::Sha256;
use std::{
    io::{IsTerminal, stdin, stdout},
    time::Duration,
};
use tokio::sync::mpsc;
use url::Url;

/// What the last results are given to reach the server when a person quits.
const FLUSH: Duration = Duration::from_secs(3);
/// Deliveries that may wait to be sent; beyond, the server keeps them.
const WAITING: usize = 10_000;

/// Arguments of `hookpost listen`.
#[derive(Args, Debug)]
pub struct ListenArgs {
    /// Hookpost server, such as https://hooks.example.com. Without a scheme: https, or http for this machine
    #[arg(long, env = "HOOKPOST_SERVER", value_name = "URL", value_parser = server_url)]
    server: Url,
    /// Allow plain http to another machine, although anyone on the way can read the token and deliveries
    #[arg(long)]
    insecure_http: bool,
    /// API token with the scope read; add replay to report local results to the team
    #[arg(long, env = "HOOKPOST_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    token: SecretString,
    /// Local handler, such as localhost:5000/openai/webhook
    #[arg(long, value_name = "URL", value_parser = http_url)]
    forward: Url,
    /// Only deliveries of this endpoint (repeatable)
    #[arg(long = "endpoint", value_name = "NAME")]
    endpoints: Vec<String>,
    /// Only events of this type or prefix (batch.*) (repeatable)
    #[arg(long = "type", value_name = "TYPE")]
    types: Vec<String>,
    /// Also send deliveries received since this time: 1h, 2d or 2026-01-31T08:00:00Z
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Signing secret (whsec_…). Default: derived from the token, so it stays the same
    #[arg(
        long,
        env = "HOOKPOST_LISTEN_SECRET",
        value_name = "SECRET",
        hide_env_values = true,
        conflicts_with = "verbatim"
    )]
    secret: Option<SecretString>,
    /// Send the sender's headers and signature instead of a new signature
    #[arg(long)]
    verbatim: bool,
    /// Timeout of the handler in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3_600))]
    timeout: u64,
}

/// The URL of a handler: an http or https URL; without a scheme it is http, for no token goes there.
fn http_url(text: &str) -> Result<Url, String> {
    let full = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    match Url::parse(&full) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url),
        _ => Err("must be a URL such as http://localhost:5000/hook".to_owned()),
    }
}

pub(super) async fn run(args: ListenArgs, as_json: bool, clock: &Clock) -> Result<(), CliError> {
    // Before anything is sent: the very first request bears the token.
    check_secure("--server", &args.server, "the API token", args.insecure_http)?;
    let (text, secret) = if args.verbatim { None } else { Some(signing_secret(&args)?) }.unzip();
    let wanted = Wanted { endpoints: args.endpoints, types: args.types };
    let server = RemoteServer::new(args.server.clone(), args.token, wanted)?;
    // Whatever is wrong now is for a person to mend; later, what passes is waited out.
    let since = match args.since {
        None => Since::After(server.newest().await?),
        Some(from) => Since::Time { from, newest: server.newest().await? },
    };
    let timeout = Duration::from_secs(args.timeout);
    let client = LocalClient::new().map_err(|error| CliError::failed(error.to_string()))?;
    let local = Local { url: args.forward.clone(), secret, timeout, client, clock: clock.clone() };
    let begin = Beginning { server: args.server, forward: args.forward, secret: text };
    listen(server, since, local, begin, as_json).await
}

/// What is said before anything else.
struct Beginning {
    server: Url,
    forward: Url,
    /// None: nothing is signed again.
    secret: Option<SecretString>,
}

async fn listen(
    server: RemoteServer,
    since: Since,
    local: Local,
    begin: Beginning,
    as_json: bool,
) -> Result<(), CliError> {
    let (reports, taken) = mpsc::channel(WAITING);
    let (news, mut read) = mpsc::channel(1_024);
    let mut reporting = std::pin::pin!(report::run(&server, taken, news.clone()).fuse());
    let outcome = {
        let (rows, arrived) = mpsc::channel(WAITING);
        let (fetched, ready) = mpsc::channel(fetch::AHEAD);
        let (commands, asked) = mpsc::channel(WAITING);
        let follow = follow::run(&server, since, rows, &news);
        let fetch = fetch::run(&server, arrived, fetched);
        let send = send::run(&server, &local, ready, asked, reports, &news);
        let show = async {
            if as_json || !on_terminal() {
                lines::run(&begin, &mut read, as_json).await
            } else {
                screen::run(&begin, &mut read, commands).await
            }
        };
        tokio::select! {
            failure = follow => Err(failure.into()),
            failure = fetch => Err(failure.into()),
            failure = send => Err(failure.into()),
            shown = show => shown,
            stopped = asked_to_stop() => stopped,
            () = &mut reporting => Ok(()),
        }
    };
    drop(read);
    // What the server does not hear in time it can do without.
    let _late = tokio::time::timeout(FLUSH, reporting).await;
    outcome
}

/// Whether there is a person with keys and a screen.
fn on_terminal() -> bool {
    stdin().is_terminal() && stdout().is_terminal() && std::env::var_os("TERM").is_some_and(|t| t != "dumb")
}

async fn asked_to_stop() -> Result<(), CliError> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminated = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted?,
            _ = terminated.recv() => {}
        }
        Ok(())
    }
    #[cfg(not(unix))]
    Ok(tokio::signal::ctrl_c().await?)
}

/// The secret's text and what it comes to. The one that is made of the token is the same at each start, so that the
/// handler's setting stays right; nobody can come from it to the token.
fn signing_secret(args: &ListenArgs) -> Result<(SecretString, ParsedSecret), CliError> {
    let text = match &args.secret {
        Some(text) => text.clone(),
        None => {
            let mut mac = Hmac::<Sha256>::new_from_slice(args.token.expose_secret().as_bytes())
                .map_err(|error| CliError::failed(error.to_string()))?;
            mac.update(b"hookpost listen: signing secret");
            format!("whsec_{}", STANDARD.encode(mac.finalize().into_bytes())).into()
        }
    };
    let (parsed, warnings) =
        verify::parse_secret(Scheme::STANDARD_WEBHOOKS, SecretFormat::Prefixed, text.expose_secret())
            .map_err(|error| CliError::usage(format!("--secret: {error}")))?;
    for warning in warnings {
        tracing::warn!("--secret: {warning}");
    }
    Ok((text, parsed))
}

#[cfg(test)]
mod tests {
    use super::http_url;

    #[test]
    fn a_url_may_leave_out_its_scheme_and_must_be_http() {
        let read = |text| http_url(text).map(String::from);
        assert_eq!(read("localhost:5000/hook").unwrap(), "http://localhost:5000/hook");
        assert_eq!(read("https://hooks.example.com").unwrap(), "https://hooks.example.com/");
        for wrong in ["", "ftp://host/x", "http://", "5000 x", "file:///etc/passwd"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
