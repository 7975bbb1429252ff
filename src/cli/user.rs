//! `hookpost user add|list|set-password|unlock|disable|enable`. Works beside a running server.

use super::{CliError, output};
use crate::{
    auth::{accounts, password::Hasher},
    db::{Db, tokens, users},
    model::{
        audit::Actor,
        time,
        user::{Role, User},
    },
    runtime::{clock::Clock, config::Settings},
};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

/// Arguments of `hookpost user`.
#[derive(Args, Debug)]
pub struct UserArgs {
    #[command(subcommand)]
    command: UserCommand,
}

#[derive(Subcommand, Debug)]
enum UserCommand {
    /// Add a user
    Add {
        /// E-mail address
        #[arg(long)]
        email: String,
        /// What the user may do
        #[arg(long, value_enum)]
        role: Role,
        /// Read the password from standard input
        #[arg(long, required = true)]
        password_stdin: bool,
    },
    /// List users
    List,
    /// Set a user's password; all its sessions end
    SetPassword {
        /// E-mail address
        #[arg(long)]
        email: String,
        /// Read the password from standard input
        #[arg(long, required = true)]
        password_stdin: bool,
    },
    /// Let a user's failed logins not count any more: the next login is looked at without a wait
    Unlock {
        /// E-mail address
        email: String,
    },
    /// Disable a user; all its sessions and API tokens end
    Disable {
        /// E-mail address
        #[arg(long)]
        email: String,
    },
    /// Enable a user again
    Enable {
        /// E-mail address
        #[arg(long)]
        email: String,
    },
}

/// Runs the command.
///
/// # Errors
/// What was asked for cannot be done, or the database fails.
pub async fn run(
    args: UserArgs,
    as_json: bool,
    settings: &Settings,
    db: &Db,
    clock: &Clock,
) -> Result<(), CliError> {
    let by = Actor::command_line(clock.now_ms());
    let hasher = Hasher::new(settings.public_url.as_ref().map_or("", |url| url.as_str()));
    match args.command {
        UserCommand::Add { email, role, password_stdin: _ } => {
            let user = accounts::add(db, &hasher, &by, &email, role, output::line_from_stdin()?).await?;
            print(&user, as_json)
        }
        UserCommand::List => {
            let all = users::list(&mut *db.read().await?).await?;
            if as_json {
                return output::json(&all.iter().map(shown).collect::<Vec<_>>());
            }
            all.iter().try_for_each(|user| print(user, false))
        }
        UserCommand::SetPassword { email, password_stdin: _ } => {
            let user = find(db, &email).await?;
            accounts::set_password(db, &hasher, &by, &user, output::line_from_stdin()?).await?;
            print(&user, as_json)?;
            let counts = tokens::count_by_owner(&mut *db.read().await?, by.at).await?;
            match counts.iter().find(|(id, _)| *id == user.id) {
                Some((_, count)) if !as_json => output::line(&format!(
                    "still in force: {count} API {} of this user (hookpost token list)",
                    if *count == 1 { "token" } else { "tokens" }
                )),
                _ => Ok(()),
            }
        }
        UserCommand::Disable { email } => {
            let id = find(db, &email).await?.id;
            let done = accounts::set_disabled(db, &by, id, true).await?;
            if as_json {
                let mut value = shown(&done.user);
                value["revoked_tokens"] = json!(done.tokens);
                return output::json(&value);
            }
            print(&done.user, false)?;
            done.tokens.iter().try_for_each(|name| output::line(&format!("revoked the API token {name}")))
        }
        UserCommand::Enable { email } => {
            let id = find(db, &email).await?.id;
            print(&accounts::set_disabled(db, &by, id, false).await?.user, as_json)
        }
        UserCommand::Unlock { email } => {
            let id = find(db, &email).await?.id;
            print(&accounts::unlock(db, &by, id).await?, as_json)
        }
    }
}

async fn find(db: &Db, email: &str) -> Result<User, CliError> {
    let email = accounts::check_email(email)?;
    let found = users::with_hash(&mut *db.read().await?, &email).await?;
    found.map(|(user, _)| user).ok_or_else(|| CliError::failed(format!("{email}: there is no such user")))
}

/// One shape for every command.
fn shown(user: &User) -> Value {
    json!({
        "id": user.id,
        "email": user.email,
        "role": user.role,
        "disabled": user.disabled_at.is_some(),
        "created_at": time::rfc3339(user.created_at),
        "last_login_at": user.last_login_at.map(time::rfc3339),
    })
}

fn print(user: &User, as_json: bool) -> Result<(), CliError> {
    if as_json {
        return output::json(&shown(user));
    }
    let state = if user.disabled_at.is_some() { " (disabled)" } else { "" };
    output::line(&format!("{} · {}{state}", user.email, user.role))
}
