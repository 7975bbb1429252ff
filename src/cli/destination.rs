//! `hookpost destination add|list|change|pause|resume|remove`. Works beside a running server.

mod add;
mod change;

use super::{CliError, output};
use crate::{
    db::{self, Db},
    destinations,
    model::{
        audit::Actor,
        destination::{Destination, TAKES_NOTHING},
    },
    runtime::{clock::Clock, config::Settings},
};
use add::AddArgs;
use change::ChangeArgs;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

/// Arguments of `hookpost destination`.
#[derive(Args, Debug)]
pub struct DestinationArgs {
    #[command(subcommand)]
    command: DestinationCommand,
}

#[derive(Subcommand, Debug)]
enum DestinationCommand {
    /// Add a destination and print its signing secret, which is never shown again
    Add(Box<AddArgs>),
    /// List destinations
    List,
    /// Change what it gets, or where it is; what is not given stays
    Change(Box<ChangeArgs>),
    /// Give it a new signing secret, which is printed and never shown again; the one before signs too for a while
    Rotate {
        /// Its name
        name: String,
        /// Hours for which both sign
        #[arg(long, default_value_t = 24)]
        overlap: i64,
    },
    /// Let nothing go there until it is resumed
    Pause {
        /// Its name
        name: String,
    },
    /// Let it go on
    Resume {
        /// Its name
        name: String,
    },
    /// Remove it with what is queued for it
    Remove {
        /// Its name
        name: String,
    },
}

pub(super) async fn run(
    args: DestinationArgs,
    as_json: bool,
    settings: &Settings,
    db: &Db,
    clock: &Clock,
) -> Result<(), CliError> {
    let by = Actor::command_line(clock.now_ms());
    match args.command {
        DestinationCommand::Add(args) => {
            let new = args.read()?;
            let allowed = settings.allow_outbound.clone().into();
            let (made, secret) = destinations::add(db, &allowed, &by, new).await?;
            if as_json {
                let mut value = to_json(&made);
                value["secret"] = json!(secret);
                return output::json(&value);
            }
            print(&made, false)?;
            output::line(&format!("signing secret, shown this once: {secret}"))
        }
        DestinationCommand::Rotate { name, overlap } => {
            let secret =
                destinations::rotate(db, &by, destinations::find(db, &name).await?.id, overlap).await?;
            if as_json {
                return output::json(&json!({ "name": name, "secret": secret }));
            }
            output::line(&format!("signing secret, shown this once: {secret}"))
        }
        DestinationCommand::List => {
            let all = db::destinations::list(&mut *db.read().await?).await?;
            if as_json {
                return output::json(&all.iter().map(to_json).collect::<Vec<_>>());
            }
            all.iter().try_for_each(|destination| print(destination, false))
        }
        DestinationCommand::Change(args) => {
            let name = args.name.clone();
            let before = destinations::find(db, &name).await?;
            let new = args.read(db, &before).await?;
            destinations::change(db, &settings.allow_outbound.clone().into(), &by, before.id, new).await?;
            print(&destinations::find(db, &name).await?, as_json)
        }
        DestinationCommand::Pause { name } => {
            destinations::pause(db, &by, destinations::find(db, &name).await?.id, "by the command line")
                .await?;
            print(&destinations::find(db, &name).await?, as_json)
        }
        DestinationCommand::Resume { name } => {
            destinations::resume(db, &by, destinations::find(db, &name).await?.id).await?;
            print(&destinations::find(db, &name).await?, as_json)
        }
        DestinationCommand::Remove { name } => {
            destinations::remove(db, &by, destinations::find(db, &name).await?.id).await?;
            if as_json {
                output::json(&json!({ "removed": name }))
            } else {
                output::line(&format!("removed {name}"))
            }
        }
    }
}

fn print(destination: &Destination, as_json: bool) -> Result<(), CliError> {
    if as_json {
        return output::json(&to_json(destination));
    }
    let state = match () {
        () if destination.takes_nothing() => format!(" ({})", TAKES_NOTHING.to_lowercase()),
        () if destination.paused_at.is_some() => " (paused)".to_owned(),
        () => String::new(),
    };
    output::line(&format!("{}{state} · {}", destination.name, destination.shown_url()))
}

fn to_json(destination: &Destination) -> Value {
    json!({
        "id": destination.id,
        "name": destination.name,
        "url": destination.shown_url(),
        "endpoints": destination.endpoints,
        "types": destination.types,
        "condition": destination.condition,
        "serving": destination.serving,
        "paused": destination.paused_at.is_some(),
        "takes_nothing": destination.takes_nothing(),
    })
}
