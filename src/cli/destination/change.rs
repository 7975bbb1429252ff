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
    /// Its name
    pub(super) name: String,
    /// Where it is from now on
    #[arg(long)]
    url: Option<String>,
    /// Endpoint whose events it gets, in place of those of now; may be given more than once
    #[arg(long = "endpoint", value_name = "NAME", conflicts_with = "all_endpoints")]
    endpoints: Vec<String>,
    /// Let it get the events of every endpoint, also of those that come later
    #[arg(long)]
    all_endpoints: bool,
    /// Event type that it gets, such as batch.*, in place of those of now; may be given more than once
    #[arg(long = "type", value_name = "GLOB", conflicts_with = "all_types")]
    types: Vec<String>,
    /// Let it get events of every type
    #[arg(long)]
    all_types: bool,
    /// A condition on what events hold, in CEL; empty: none
    #[arg(long)]
    condition: Option<String>,
    /// A further header, `Name: value`, in place of those of now; may be given more than once
    #[arg(long = "header", value_name = "NAME: VALUE", conflicts_with = "no_headers")]
    headers: Vec<String>,
    /// Send no further headers any more
    #[arg(long)]
    no_headers: bool,
}

impl ChangeArgs {
    /// What they say, over what there is.
    pub(super) async fn read(self, db: &Db, before: &Destination) -> Result<NewDestination, CliError> {
        let endpoints = match (self.all_endpoints, self.endpoints) {
            (true, _) => Which::All,
            (_, given) if !given.is_empty() => Which::These(given),
            _ => match &before.endpoints {
                Which::All => Which::All,
                Which::These(ids) => {
                    let all = db::endpoints::list(&mut *db.read().await?).await?;
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
            serving: before.serving.clone(),
            version: Some(before.version),
        })
    }
}
