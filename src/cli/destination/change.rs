//! What `hookpost destination change` can be told.

use crate::{
    cli::CliError,
    db::{self, Db},
    destinations::NewDestination,
    model::{destination::Destination, which::Which},
};
use clap::Args;

/// Arguments of the command.
#[derive(Args, Debug)]
pub(super) struct ChangeArgs {
    /// Destination name
    pub(super) name: String,
    /// New URL
    #[arg(long)]
    url: Option<String>,
    /// Endpoint whose events it gets (repeatable); replaces the current ones
    #[arg(long = "endpoint", value_name = "NAME", conflicts_with = "all_endpoints")]
    endpoints: Vec<String>,
    /// Get events from every endpoint, including future ones
    #[arg(long)]
    all_endpoints: bool,
    /// Event type it gets, such as batch.* (repeatable); replaces the current ones
    #[arg(long = "type", value_name = "GLOB", conflicts_with = "all_types")]
    types: Vec<String>,
    /// Get events of every type
    #[arg(long)]
    all_types: bool,
    /// Condition on event content, in CEL; empty: none
    #[arg(long)]
    condition: Option<String>,
    /// Additional header, `Name: value` (repeatable); replaces the current ones
    #[arg(long = "header", value_name = "NAME: VALUE", conflicts_with = "no_headers")]
    headers: Vec<String>,
    /// Remove all additional headers
    #[arg(long)]
    no_headers: bool,
}

impl ChangeArgs {
    /// The current destination with the changes that the arguments ask for.
    pub(super) async fn read(self, db: &Db, before: &Destination) -> Result<NewDestination, CliError> {
        let endpoints = match (self.all_endpoints, self.endpoints) {
            (true, _) => Which::All,
            (_, given) if !given.is_empty() => Which::These(given),
            _ => match &before.endpoints {
                Which::All => Which::All,
                Which::These(ids) => {
                    let all = db::endpoints::list(&mut db.read().await?).await?;
                    Which::These(
                        all.into_iter().filter(|one| ids.contains(&one.id)).map(|one| one.name).collect(),
                    )
                }
            },
        };
        let types = match (self.all_types, self.types) {
            (true, _) => Vec::new(),
            (_, given) if !given.is_empty() => given,
            _ => before.types.clone(),
        };
        Ok(NewDestination {
            name: before.name.clone(),
            url: self.url.unwrap_or_default(),
            endpoints: Some(endpoints),
            types,
            condition: self.condition.or_else(|| before.condition.clone()).unwrap_or_default(),
            headers: self.headers.join("\n"),
            no_headers: self.no_headers,
            policy: before.policy.clone(),
            version: Some(before.version),
        })
    }
}
