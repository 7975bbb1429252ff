//! `hookpost token add|list|revoke`. Works beside a running server.

use super::{CliError, desk::Desk, output::Shown};
use crate::{
    auth::{accounts::check_email, tokens as api_tokens, tokens::NewToken},
    db::{Db, endpoints, tokens, users},
    model::{
        ids::EndpointId,
        time,
        token::{ApiToken, Scope},
        user::Role,
    },
};
use clap::{Args, Subcommand};
use secrecy::ExposeSecret;
use serde_json::json;
use std::collections::HashMap;

/// Arguments of `hookpost token`.
#[derive(Args, Debug)]
pub struct TokenArgs {
    #[command(subcommand)]
    command: TokenCommand,
}

#[derive(Subcommand, Debug)]
enum TokenCommand {
    /// Create an API token and print it; it is never shown again
    Add {
        /// Token name, such as ci; default: its role and last characters
        #[arg(default_value = "")]
        name: String,
        /// Role that limits the token; default: the lowest role its scopes need
        #[arg(long, value_enum, required_unless_present = "scopes")]
        role: Option<Role>,
        /// Scope of the API it can use (repeatable); default: all that the role allows
        #[arg(long = "scope", value_enum, value_name = "SCOPE")]
        scopes: Vec<Scope>,
        /// Name of an endpoint whose deliveries it can access (repeatable); default: every endpoint
        #[arg(long = "endpoint", value_name = "NAME")]
        endpoints: Vec<String>,
        /// E-mail of its owner; it is revoked when the owner is disabled. Default: no owner
        #[arg(long)]
        owner: Option<String>,
        /// Days until it expires; default: never
        #[arg(long)]
        days: Option<i64>,
    },
    /// List tokens
    List,
    /// Revoke a token permanently
    Revoke {
        /// Token name
        name: String,
    },
}

pub(super) async fn run(args: TokenArgs, desk: &Desk, db: &Db) -> Result<(), CliError> {
    let by = desk.by();
    let done = match args.command {
        TokenCommand::Add { name, role, scopes, endpoints, owner, days } => {
            let owner = match owner {
                None => None,
                Some(email) => {
                    let email = check_email(&email)?;
                    let found = users::with_hash(&mut db.read().await?, &email).await?;
                    let missing = || CliError::failed(format!("{email}: no such user"));
                    Some(found.ok_or_else(missing)?.0.id)
                }
            };
            let new = NewToken { name, role, scopes, endpoints, days, owner };
            let (made, text) = api_tokens::add(db, &by, new).await?;
            let names = endpoint_names(db).await?;
            shown(&made, &names, by.at).once("token", "token", text.expose_secret())
        }
        TokenCommand::List => {
            let all = tokens::list(&mut db.read().await?).await?;
            let names = endpoint_names(db).await?;
            return Shown::print_all(all.iter().map(|token| shown(token, &names, by.at)), desk.as_json);
        }
        TokenCommand::Revoke { name } => {
            let all = tokens::list(&mut db.read().await?).await?;
            let token = all.into_iter().find(|token| token.name == name);
            let token = token.ok_or_else(|| CliError::failed(format!("{name}: no such token")))?;
            api_tokens::revoke(db, &by, token.id).await?;
            Shown::done("revoked", &name)
        }
    };
    done.print(desk.as_json)
}

/// Names of the endpoints there are.
type Names = HashMap<EndpointId, String>;

async fn endpoint_names(db: &Db) -> Result<Names, CliError> {
    let all = endpoints::list(&mut db.read().await?).await?;
    Ok(all.into_iter().map(|endpoint| (endpoint.id, endpoint.name)).collect())
}

/// None: every endpoint.
fn seen<'a>(token: &ApiToken, names: &'a Names) -> Option<Vec<&'a str>> {
    let ids = token.endpoints.as_ref()?;
    Some(ids.iter().filter_map(|id| names.get(id).map(String::as_str)).collect())
}

fn owner(token: &ApiToken) -> &str {
    match &token.owner {
        Some(owner) => &owner.email,
        None if token.is_of_command_line() => "command line",
        None => "unknown owner; check whether it is still needed",
    }
}

fn shown(token: &ApiToken, names: &Names, now: i64) -> Shown {
    let state = match () {
        () if token.is_usable(now) => "",
        () if token.owner.as_ref().is_some_and(|owner| owner.is_disabled) => {
            " (revoked: its owner is disabled)"
        }
        () => " (revoked or expired)",
    };
    let of = match seen(token, names) {
        None => "every endpoint".to_owned(),
        Some(names) if names.is_empty() => "no remaining endpoint".to_owned(),
        Some(names) => names.join(", "),
    };
    let used = match (token.last_used_at, &token.last_used_from) {
        (None, _) => "never used".to_owned(),
        (Some(at), None) => format!("last used {}", time::rfc3339(at)),
        (Some(at), Some(from)) => format!("last used {} from {from}", time::rfc3339(at)),
    };
    let text = format!(
        "{} · {} ({}) · {of} · of {} · {used} · …{}{state}",
        token.name,
        token.role_now(),
        Scope::words(&token.scopes),
        owner(token),
        token.hint
    );
    let value = json!({
        "id": token.id,
        "name": token.name,
        "role": token.role,
        "role_now": token.role_now(),
        "scopes": token.scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>(),
        "endpoints": seen(token, names),
        "owner": token.owner.as_ref().map(|owner| &owner.email),
        "hint": token.hint,
        "usable": token.is_usable(now),
        "created_at": time::rfc3339(token.created_at),
        "created_by": token.created_by,
        "expires_at": token.expires_at.map(time::rfc3339),
        "last_used_at": token.last_used_at.map(time::rfc3339),
        "last_used_from": token.last_used_from,
    });
    Shown(value, text)
}
