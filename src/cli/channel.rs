//! `hookpost channel add|list|test|rotate|pause|resume|remove`. Works beside a running server.

mod add;

use super::{CliError, output};
use crate::{
    alerts::{
        channels::{self, Carrier},
        notices,
    },
    db::{self, Db},
    model::{audit::Actor, channel::Channel},
    runtime::{clock::Clock, config::Settings},
};
use add::AddArgs;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

/// Arguments of `hookpost channel`.
#[derive(Args, Debug)]
pub struct ChannelArgs {
    #[command(subcommand)]
    command: ChannelCommand,
}

#[derive(Subcommand, Debug)]
enum ChannelCommand {
    /// Add a channel. Its secret (URL, password or integration key) is read from standard input; for a webhook the signing
    /// secret is printed, and never shown again
    Add(Box<AddArgs>),
    /// List channels
    List,
    /// Send a test and say what came of it
    Test {
        /// Its name
        name: String,
    },
    /// Give a webhook a new signing secret, which is printed and never shown again; the one before signs too for a while
    Rotate {
        /// Its name
        name: String,
        /// Hours for which both sign
        #[arg(long, default_value_t = 24)]
        overlap: i64,
    },
    /// Let nothing go out over it until it is resumed
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
    args: ChannelArgs,
    as_json: bool,
    settings: &Settings,
    db: &Db,
    clock: &Clock,
) -> Result<(), CliError> {
    let by = Actor::command_line(clock.now_ms());
    match args.command {
        ChannelCommand::Add(args) => {
            let (kind, new) = args.read()?;
            let allowed = settings.allow_outbound.clone().into();
            let (made, secret) = channels::add(db, &allowed, &by, kind, new).await?;
            if as_json {
                let mut value = to_json(&made);
                if let Some(secret) = secret {
                    value["secret"] = json!(secret);
                }
                return output::json(&value);
            }
            print(&made, false)?;
            secret.map_or(Ok(()), |secret| shown_once(&secret))
        }
        ChannelCommand::List => {
            let all = db::channels::list(&mut *db.read().await?).await?;
            if as_json {
                return output::json(&all.iter().map(to_json).collect::<Vec<_>>());
            }
            all.iter().try_for_each(|channel| print(channel, false))
        }
        ChannelCommand::Test { name } => test(&name, &by, as_json, settings, db, clock).await,
        ChannelCommand::Rotate { name, overlap } => {
            let secret = channels::rotate(db, &by, channels::find(db, &name).await?.id, overlap).await?;
            if as_json {
                return output::json(&json!({ "name": name, "secret": secret }));
            }
            shown_once(&secret)
        }
        ChannelCommand::Pause { name } => {
            channels::pause(db, &by, channels::find(db, &name).await?.id).await?;
            print(&channels::find(db, &name).await?, as_json)
        }
        ChannelCommand::Resume { name } => {
            channels::resume(db, &by, channels::find(db, &name).await?.id).await?;
            print(&channels::find(db, &name).await?, as_json)
        }
        ChannelCommand::Remove { name } => {
            channels::remove(db, &by, channels::find(db, &name).await?.id).await?;
            if as_json {
                output::json(&json!({ "removed": name }))
            } else {
                output::line(&format!("removed {name}"))
            }
        }
    }
}

async fn test(
    name: &str,
    by: &Actor,
    as_json: bool,
    settings: &Settings,
    db: &Db,
    clock: &Clock,
) -> Result<(), CliError> {
    let carrier = Carrier::new(settings, clock)
        .map_err(|error| CliError::failed(format!("the HTTP client cannot be made: {error}")))?;
    let channel = channels::find(db, name).await?;
    let trial = notices::test(db, &carrier, &by.name, channel.id, by.at).await?;
    match trial.outcome {
        Ok(but) if as_json => {
            output::json(&json!({ "channel": name, "notice": trial.notice, "sent": true, "but": but }))
        }
        Ok(None) => output::line(&format!("{name} took the test")),
        Ok(Some(but)) => output::line(&format!("{name} took the test, but {but}")),
        Err(why) => Err(CliError::failed(format!("{name}: the test did not arrive: {why}"))),
    }
}

fn shown_once(secret: &str) -> Result<(), CliError> {
    output::line(&format!("signing secret, shown this once: {secret}"))
}

fn print(channel: &Channel, as_json: bool) -> Result<(), CliError> {
    if as_json {
        return output::json(&to_json(channel));
    }
    let state = match channel.error.as_deref() {
        _ if channel.paused_at.is_some() => " (paused)".to_owned(),
        Some(error) => format!(" (failing: {error})"),
        None => String::new(),
    };
    output::line(&format!("{} · {} · {}{state}", channel.name, channel.kind, channel.place()))
}

fn to_json(channel: &Channel) -> Value {
    json!({
        "id": channel.id,
        "name": channel.name,
        "kind": channel.kind,
        "settings": channel.settings,
        "min_severity": channel.min_severity,
        "paused": channel.paused_at.is_some(),
        "failures": channel.failures,
        "error": channel.error,
    })
}
