//! What `hookpost destination add` can be told.

use crate::{
    cli::CliError,
    destinations::NewDestination,
    model::{destination::Serving, which::Which},
};
use clap::Args;

/// Arguments of the command.
#[derive(Args, Debug)]
pub(super) struct AddArgs {
    /// Its name, such as worker
    name: String,
    /// Where it is: https, or http where HOOKPOST_ALLOW_OUTBOUND names it
    #[arg(long)]
    url: String,
    /// Endpoint whose events it gets; may be given more than once. Default: all
    #[arg(long = "endpoint", value_name = "NAME")]
    endpoints: Vec<String>,
    /// Event type that it gets, such as batch.*; may be given more than once. Default: all
    #[arg(long = "type", value_name = "GLOB")]
    types: Vec<String>,
    /// A condition on what events hold, in CEL
    #[arg(long, default_value = "")]
    condition: String,
    /// A further header, `Name: value`; may be given more than once
    #[arg(long = "header", value_name = "NAME: VALUE")]
    headers: Vec<String>,
    #[command(flatten)]
    serving: ServingArgs,
}

impl AddArgs {
    /// What they say.
    pub(super) fn read(self) -> Result<NewDestination, CliError> {
        Ok(NewDestination {
            name: self.name,
            url: self.url,
            endpoints: Some(named(self.endpoints)),
            types: self.types,
            condition: self.condition,
            headers: self.headers.join("\n"),
            no_headers: false,
            serving: self.serving.read()?,
            version: None,
        })
    }
}

/// None named: all.
fn named(endpoints: Vec<String>) -> Which<String> {
    if endpoints.is_empty() { Which::All } else { Which::These(endpoints) }
}

/// How it is served.
#[derive(Args, Debug)]
struct ServingArgs {
    /// Seconds that a request may take
    #[arg(long, value_name = "S")]
    timeout: Option<i64>,
    /// Requests at once
    #[arg(long, value_name = "N")]
    in_flight: Option<i64>,
    /// Requests that are begun in a second at most; default: no limit
    #[arg(long, value_name = "N")]
    rate: Option<i64>,
    /// Waits before each retry, such as `5s 30s 2m`, or none
    #[arg(long, value_name = "WAITS")]
    waits: Option<String>,
    /// Statuses that are not tried again, such as `404 4xx`
    #[arg(long, value_name = "STATUSES", default_value = "")]
    final_statuses: String,
    /// Send events of one resource one after the other
    #[arg(long)]
    ordered: bool,
    /// Pass on the sender's own headers, but for its cookies and credentials
    #[arg(long)]
    sender_headers: bool,
    /// Keep only the status of answers
    #[arg(long)]
    status_only: bool,
}

impl ServingArgs {
    fn read(self) -> Result<Serving, CliError> {
        let usual = Serving::default();
        Ok(Serving {
            timeout_ms: self.timeout.map_or(usual.timeout_ms, |seconds| seconds.saturating_mul(1_000)),
            in_flight: self.in_flight.unwrap_or(usual.in_flight),
            rate: self.rate,
            waits: match self.waits.as_deref() {
                None => usual.waits,
                Some("none") => Vec::new(),
                Some(text) => Serving::parse_waits(text).map_err(CliError::failed)?,
            },
            final_statuses: Serving::parse_statuses(&self.final_statuses).map_err(CliError::failed)?,
            capture: if self.status_only { 0 } else { usual.capture },
            ordered: self.ordered,
            sender_headers: self.sender_headers,
        })
    }
}
