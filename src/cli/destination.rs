//! `hookpost destination add|list|change|pause|resume|remove`. Works beside a running server.

mod add;
mod change;
mod settings;

use super::{CliError, desk::Desk, output::Shown};
use crate::{
    db::{self, Db},
    destinations,
    model::destination::{Destination, TAKES_NOTHING},
};
use add::AddArgs;
use change::ChangeArgs;
use clap::{Args, Subcommand};
use serde_json::json;

/// Arguments of `hookpost destination`.
#[derive(Args, Debug)]
pub struct DestinationArgs {
    #[command(subcommand)]
    command: DestinationCommand,
}

#[derive(Subcommand, Debug)]
enum DestinationCommand {
    /// Add a destination and print its signing secret; it is never shown again
    Add(Box<AddArgs>),
    /// List destinations
    List,
    /// Change a destination; options you leave out keep their values
    Change(Box<ChangeArgs>),
    /// Create a new signing secret and print it once; the previous one also signs until the overlap ends
    Rotate {
        /// Destination name
        name: String,
        /// Hours during which both secrets sign
        #[arg(long, default_value_t = 24)]
        overlap: i64,
    },
    /// Pause a destination: nothing is sent until it is resumed
    Pause {
        /// Destination name
        name: String,
    },
    /// Resume a paused destination
    Resume {
        /// Destination name
        name: String,
    },
    /// Remove a destination and its queued events
    Remove {
        /// Destination name
        name: String,
    },
}

pub(super) async fn run(args: DestinationArgs, desk: &Desk, db: &Db) -> Result<(), CliError> {
    let (by, allowed) = (desk.by(), desk.settings.allow_outbound.clone().into());
    let find = async |name: &str| destinations::find(db, name).await;
    let done = match args.command {
        DestinationCommand::Add(args) => {
            let (made, secret) = destinations::add(db, &allowed, &by, args.read()?).await?;
            shown(&made).once("secret", "signing secret", &secret)
        }
        DestinationCommand::Rotate { name, overlap } => {
            let secret = destinations::rotate(db, &by, find(&name).await?.id, overlap).await?;
            Shown(json!({ "name": name }), String::new()).once("secret", "signing secret", &secret)
        }
        DestinationCommand::List => {
            let all = db::destinations::list(&mut db.read().await?).await?;
            return Shown::print_all(all.iter().map(shown), desk.as_json);
        }
        DestinationCommand::Change(args) => {
            let before = find(&args.name).await?;
            let new = args.read(db, &before).await?;
            destinations::change(db, &allowed, &by, before.id, new).await?;
            shown(&find(&before.name).await?)
        }
        DestinationCommand::Pause { name } => {
            destinations::pause(db, &by, find(&name).await?.id, "by the command line").await?;
            shown(&find(&name).await?)
        }
        DestinationCommand::Resume { name } => {
            destinations::resume(db, &by, find(&name).await?.id).await?;
            shown(&find(&name).await?)
        }
        DestinationCommand::Remove { name } => {
            destinations::remove(db, &by, find(&name).await?.id).await?;
            Shown::done("removed", &name)
        }
    };
    done.print(desk.as_json)
}

fn shown(destination: &Destination) -> Shown {
    let state = match () {
        () if destination.takes_nothing() => format!(" ({})", TAKES_NOTHING.to_lowercase()),
        () if destination.paused_at.is_some() => " (paused)".to_owned(),
        () => String::new(),
    };
    let text = format!("{}{state} · {}", destination.name, destination.shown_url());
    let value = json!({
        "id": destination.id,
        "name": destination.name,
        "url": destination.shown_url(),
        "endpoints": destination.endpoints,
        "types": destination.types,
        "condition": destination.condition,
        "serving": destination.policy,
        "paused": destination.paused_at.is_some(),
        "takes_nothing": destination.takes_nothing(),
    });
    Shown(value, text)
}
