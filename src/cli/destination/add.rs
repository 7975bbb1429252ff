//! What `hookpost destination add` can be told.

use crate::{
    cli::{CliError, destination::settings::SettingArgs},
    destinations::NewDestination,
    model::which::Which,
};
use clap::Args;

/// Arguments of the command.
#[derive(Args, Debug)]
pub(super) struct AddArgs {
    /// Destination name, such as worker
    name: String,
    /// URL: https, or http if HOOKPOST_ALLOW_OUTBOUND lists the host
    #[arg(long)]
    url: String,
    /// Endpoint whose events it gets (repeatable); default: all
    #[arg(long = "endpoint", value_name = "NAME")]
    endpoints: Vec<String>,
    /// Event type it gets, such as batch.* (repeatable); default: all
    #[arg(long = "type", value_name = "GLOB")]
    types: Vec<String>,
    /// Condition on event content, in CEL
    #[arg(long, default_value = "")]
    condition: String,
    /// Additional header, `Name: value` (repeatable)
    #[arg(long = "header", value_name = "NAME: VALUE")]
    headers: Vec<String>,
    #[command(flatten)]
    policy: SettingArgs,
}

impl AddArgs {
    /// The destination described by the arguments.
    pub(super) fn read(self) -> Result<NewDestination, CliError> {
        Ok(NewDestination {
            name: self.name,
            url: self.url,
            endpoints: Some(named(self.endpoints)),
            types: self.types,
            condition: self.condition,
            headers: self.headers.join("\n"),
            no_headers: false,
            policy: self.policy.read()?,
            version: None,
        })
    }
}

/// No name means all.
fn named(endpoints: Vec<String>) -> Which<String> {
    if endpoints.is_empty() { Which::All } else { Which::These(endpoints) }
}
