//! `hookpost channel add|list|test|rotate|pause|resume|remove`. Works beside a running server.

mod add;

use super::{CliError, desk::Desk, output::Shown};
use crate::{
    alerts::{
        channels::{self, FieldKind, Sender},
        notices,
    },
    db::{self, Db},
    model::channel::Channel,
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
    /// Add a channel. Its secret (URL, password or integration key) is read from standard input; for a webhook, the signing
    /// secret is printed and never shown again
    Add(Box<AddArgs>),
    /// List channels
    List,
    /// Send a test message and report the result
    Test {
        /// Channel name
        name: String,
    },
    /// Create a new signing secret for a webhook and print it once; the previous one also signs until the overlap ends
    Rotate {
        /// Channel name
        name: String,
        /// Hours during which both secrets sign
        #[arg(long, default_value_t = 24)]
        overlap: i64,
    },
    /// Pause a channel: nothing is sent until it is resumed
    Pause {
        /// Channel name
        name: String,
    },
    /// Resume a paused channel
    Resume {
        /// Channel name
        name: String,
    },
    /// Remove a channel and its queued messages
    Remove {
        /// Channel name
        name: String,
    },
}

pub(super) async fn run(args: ChannelArgs, desk: &Desk, db: &Db) -> Result<(), CliError> {
    let (by, allowed) = (desk.by(), desk.settings.allow_outbound.clone().into());
    let find = async |name: &str| channels::find(db, name).await;
    let done = match args.command {
        ChannelCommand::Add(args) => {
            let (kind, new) = args.read()?;
            let (made, secret) = channels::add(db, &allowed, &by, kind, new).await?;
            match secret {
                Some(secret) => shown(&made).once("secret", "signing secret", &secret),
                None => shown(&made),
            }
        }
        ChannelCommand::List => {
            let all = db::channels::list(&mut db.read().await?).await?;
            return Shown::print_all(all.iter().map(shown), desk.as_json);
        }
        ChannelCommand::Test { name } => test(&find(&name).await?, desk, db).await?,
        ChannelCommand::Rotate { name, overlap } => {
            let secret = channels::rotate(db, &by, find(&name).await?.id, overlap).await?;
            Shown(json!({ "name": name }), String::new()).once("secret", "signing secret", &secret)
        }
        ChannelCommand::Pause { name } => {
            channels::pause(db, &by, find(&name).await?.id).await?;
            shown(&find(&name).await?)
        }
        ChannelCommand::Resume { name } => {
            channels::resume(db, &by, find(&name).await?.id).await?;
            shown(&find(&name).await?)
        }
        ChannelCommand::Remove { name } => {
            channels::remove(db, &by, find(&name).await?.id).await?;
            Shown::done("removed", &name)
        }
    };
    done.print(desk.as_json)
}

async fn test(channel: &Channel, desk: &Desk, db: &Db) -> Result<Shown, CliError> {
    let sender = Sender::new(&desk.settings, &desk.clock)
        .map_err(|error| CliError::failed(format!("cannot create the HTTP client: {error}")))?;
    let (by, name) = (desk.by(), &channel.name);
    let trial = notices::test(db, &sender, &by.name, channel.id, by.at).await?;
    let but = trial.outcome.map_err(|why| CliError::failed(format!("{name}: the test failed: {why}")))?;
    let text = match &but {
        None => format!("{name}: the test was delivered"),
        Some(but) => format!("{name}: the test was delivered, but {but}"),
    };
    Ok(Shown(json!({ "channel": name, "notice": trial.notice, "sent": true, "but": but }), text))
}

fn shown(channel: &Channel) -> Shown {
    let state = match channel.error.as_deref() {
        _ if channel.paused_at.is_some() => " (paused)".to_owned(),
        Some(error) => format!(" (failing: {error})"),
        None => String::new(),
    };
    let text = format!("{} · {} · {}{state}", channel.name, channel.kind, channels::place(channel));
    let value = json!({
        "id": channel.id,
        "name": channel.name,
        "kind": channel.kind,
        "settings": settings(channel),
        "min_severity": channel.min_severity,
        "paused": channel.paused_at.is_some(),
        "failures": channel.failures,
        "error": channel.error,
    });
    Shown(value, text)
}

/// Lists as lists and numbers as numbers.
fn settings(channel: &Channel) -> Value {
    let kind = channels::known(channel);
    let typed = |(name, text): (&String, &String)| {
        let value = match kind.and_then(|kind| kind.field(name)).map(|field| field.kind) {
            Some(FieldKind::Lines) => text.lines().collect(),
            Some(FieldKind::Port) => text.parse::<u16>().map_or(Value::Null, Value::from),
            None if name == channels::OLD_UNTIL => text.parse::<i64>().map_or(Value::Null, Value::from),
            _ => Value::from(text.as_str()),
        };
        (name.clone(), value)
    };
    channel.settings.iter().map(typed).collect()
}
