//! `hookpost token add|list|revoke`. Works beside a running server.

use super::{CliError, output};
use crate::{
    auth::{accounts::check_email, tokens as api_tokens, tokens::NewToken},
    db::{Db, endpoints, tokens, users},
    model::{
        audit::Actor,
        ids::EndpointId,
        time,
        token::{ApiToken, Scope},
        user::Role,
    },
    runtime::clock::Clock,
};
use clap::{Args, Subcommand};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use std::collections::HashMap;

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
        /// What it may do at most; default: the weakest role that its scopes need
        #[arg(long, value_enum, required_unless_present = "scopes")]
        role: Option<Role>,
        /// A part of the API that it opens, may be given again; default: all that the role may
        #[arg(long = "scope", value_enum, value_name = "SCOPE")]
        scopes: Vec<Scope>,
        /// Name of an endpoint whose deliveries it sees, may be given again; default: every endpoint
        #[arg(long = "endpoint", value_name = "NAME")]
        endpoints: Vec<String>,
        /// E-mail of the user it belongs to, and ends with; default: nobody's, only the command line or an admin ends it
        #[arg(long)]
        owner: Option<String>,
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
        TokenCommand::Add { name, role, scopes, endpoints, owner, days } => {
            let owner = match owner {
                None => None,
                Some(email) => {
                    let email = check_email(&email)?;
                    let found = users::with_hash(&mut *db.read().await?, &email).await?;
                    let missing = || CliError::failed(format!("{email}: there is no such user"));
                    Some(found.ok_or_else(missing)?.0.id)
                }
            };
            let new = NewToken { name, role, scopes, endpoints, days, owner };
            let (made, text) = api_tokens::add(db, &by, new).await?;
            let names = endpoint_names(db).await?;
            if as_json {
                let mut value = to_json(&made, &names, now);
                value["token"] = json!(text.expose_secret());
                return output::json(&value);
            }
            output::line(&shown(&made, &names, now))?;
            output::line(&format!("token, shown this once: {}", text.expose_secret()))
        }
        TokenCommand::List => {
            let all = tokens::list(&mut *db.read().await?).await?;
            let names = endpoint_names(db).await?;
            if as_json {
                return output::json(
                    &all.iter().map(|token| to_json(token, &names, now)).collect::<Vec<_>>(),
                );
            }
            all.iter().try_for_each(|token| output::line(&shown(token, &names, now)))
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

/// Names of the endpoints there are.
type Names = HashMap<EndpointId, String>;

async fn endpoint_names(db: &Db) -> Result<Names, CliError> {
    let all = endpoints::list(&mut *db.read().await?).await?;
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
        None => "nobody known: look whether it is still needed",
    }
}

fn shown(token: &ApiToken, names: &Names, now: i64) -> String {
    let state = match () {
        () if token.is_usable(now) => "",
        () if token.owner.as_ref().is_some_and(|owner| owner.is_disabled) => {
            " (revoked: its owner is disabled)"
        }
        () => " (revoked or expired)",
    };
    let of = match seen(token, names) {
        None => "every endpoint".to_owned(),
        Some(names) if names.is_empty() => "no endpoint that is still there".to_owned(),
        Some(names) => names.join(", "),
    };
    let used = match (token.last_used_at, &token.last_used_from) {
        (None, _) => "never used".to_owned(),
        (Some(at), None) => format!("last used {}", time::rfc3339(at)),
        (Some(at), Some(from)) => format!("last used {} from {from}", time::rfc3339(at)),
    };
    format!(
        "{} · {} ({}) · {of} · of {} · {used} · …{}{state}",
        token.name,
        token.role_now(),
        Scope::words(&token.scopes),
        owner(token),
        token.hint
    )
}

fn to_json(token: &ApiToken, names: &Names, now: i64) -> Value {
    json!({
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
    })
}
