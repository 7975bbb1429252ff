//! `hookpost token add|list|revoke`. Works beside a running server.

use super::{CliError, output};
use crate::{
    auth::tokens as api_tokens,
    clock::Clock,
    db::{Db, tokens},
    model::{audit::Actor, time, token::ApiToken, user::Role},
};
use clap::{Args, Subcommand};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

/// Arguments of `hookpost token`.
#[derive(Args, Debug)]
pub struct TokenArgs {
    #[command(subcommand)]
    command: TokenCommand,
}

#[derive(Subcommand, Debug)]
enum TokenCommand {
    /// Make an API token and print it; it is never shown again
    Add {
        /// Its name, such as ci; default: its role and last characters
        #[arg(default_value = "")]
        name: String,
        /// What it may do
        #[arg(long, value_enum)]
        role: Role,
        /// Days until it expires; default: never
        #[arg(long)]
        days: Option<i64>,
    },
    /// List tokens
    List,
    /// Revoke a token for ever
    Revoke {
        /// Its name
        name: String,
    },
}

pub(super) async fn run(args: TokenArgs, as_json: bool, db: &Db, clock: &Clock) -> Result<(), CliError> {
    let now = clock.now_ms();
    let by = Actor::command_line(now);
    match args.command {
        TokenCommand::Add { name, role, days } => {
            let (made, text) = api_tokens::add(db, &by, &name, role, days).await?;
            if as_json {
                let mut value = to_json(&made, now);
                value["token"] = json!(text.expose_secret());
                return output::json(&value);
            }
            output::line(&shown(&made, now))?;
            output::line(&format!("token, shown this once: {}", text.expose_secret()))
        }
        TokenCommand::List => {
            let all = tokens::list(&mut *db.read().await?).await?;
            if as_json {
                return output::json(&all.iter().map(|token| to_json(token, now)).collect::<Vec<_>>());
            }
            all.iter().try_for_each(|token| output::line(&shown(token, now)))
        }
        TokenCommand::Revoke { name } => {
            let all = tokens::list(&mut *db.read().await?).await?;
            let token = all.into_iter().find(|token| token.name == name);
            let token = token.ok_or_else(|| CliError::failed(format!("{name}: there is no such token")))?;
            api_tokens::revoke(db, &by, token.id).await?;
            if as_json {
                output::json(&json!({ "revoked": name }))
            } else {
                output::line(&format!("revoked {name}"))
            }
        }
    }
}

fn shown(token: &ApiToken, now: i64) -> String {
    let state = if token.is_usable(now) { "" } else { " (revoked or expired)" };
    format!("{} · {} · …{}{state}", token.name, token.role, token.hint)
}

fn to_json(token: &ApiToken, now: i64) -> Value {
    json!({
        "id": token.id,
        "name": token.name,
        "role": token.role,
        "hint": token.hint,
        "usable": token.is_usable(now),
        "created_at": time::rfc3339(token.created_at),
        "created_by": token.created_by,
        "expires_at": token.expires_at.map(time::rfc3339),
        "last_used_at": token.last_used_at.map(time::rfc3339),
    })
}
