//! `hookpost user add|list|set-password|unlock|disable|enable`. Works beside a running server.

use super::{
    CliError,
    desk::Desk,
    output::{self, Shown},
};
use crate::{
    auth::{accounts, password::Hasher},
    db::{Db, tokens, users},
    model::{
        time,
        user::{Role, User},
    },
};
use clap::{Args, Subcommand};
use serde_json::json;

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
        /// Role
        #[arg(long, value_enum)]
        role: Role,
        /// Read the password from standard input
        #[arg(long, required = true)]
        password_stdin: bool,
    },
    /// List users
    List,
    /// Set a user's password; all their sessions end
    SetPassword {
        /// E-mail address
        #[arg(long)]
        email: String,
        /// Read the password from standard input
        #[arg(long, required = true)]
        password_stdin: bool,
    },
    /// Reset a user's failed logins, so that the next login does not have to wait
    Unlock {
        /// E-mail address
        email: String,
    },
    /// Disable a user; all their sessions and API tokens end
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

pub(super) async fn run(args: UserArgs, desk: &Desk, db: &Db) -> Result<(), CliError> {
    let by = desk.by();
    let hasher = Hasher::new(desk.settings.public_url.as_ref().map_or("", |url| url.as_str()));
    let done = match args.command {
        UserCommand::Add { email, role, password_stdin: _ } => {
            let user = accounts::add(db, &hasher, &by, &email, role, output::line_from_stdin()?).await?;
            shown(&user)
        }
        UserCommand::List => {
            let all = users::list(&mut db.read().await?).await?;
            return Shown::print_all(all.iter().map(shown), desk.as_json);
        }
        UserCommand::SetPassword { email, password_stdin: _ } => {
            let user = find(db, &email).await?;
            accounts::set_password(db, &hasher, &by, &user, output::line_from_stdin()?).await?;
            let counts = tokens::count_by_owner(&mut db.read().await?, by.at).await?;
            match counts.iter().find(|(id, _)| *id == user.id) {
                Some((_, count)) => shown(&user).and(&format!(
                    "still valid: {count} API {} of this user (see hookpost token list)",
                    if *count == 1 { "token" } else { "tokens" }
                )),
                None => shown(&user),
            }
        }
        UserCommand::Disable { email } => {
            let done = accounts::set_disabled(db, &by, find(db, &email).await?.id, true).await?;
            let mut user = shown(&done.user);
            user.0["revoked_tokens"] = json!(done.tokens);
            done.tokens.iter().fold(user, |user, name| user.and(&format!("revoked the API token {name}")))
        }
        UserCommand::Enable { email } => {
            shown(&accounts::set_disabled(db, &by, find(db, &email).await?.id, false).await?.user)
        }
        UserCommand::Unlock { email } => shown(&accounts::unlock(db, &by, find(db, &email).await?.id).await?),
    };
    done.print(desk.as_json)
}

async fn find(db: &Db, email: &str) -> Result<User, CliError> {
    let email = accounts::check_email(email)?;
    let found = users::with_hash(&mut db.read().await?, &email).await?;
    found.map(|(user, _)| user).ok_or_else(|| CliError::failed(format!("{email}: no such user")))
}

/// One shape for every command.
fn shown(user: &User) -> Shown {
    let state = if user.disabled_at.is_some() { " (disabled)" } else { "" };
    let text = format!("{} · {}{state}", user.email, user.role);
    let value = json!({
        "id": user.id,
        "email": user.email,
        "role": user.role,
        "disabled": user.disabled_at.is_some(),
        "created_at": time::rfc3339(user.created_at),
        "last_login_at": user.last_login_at.map(time::rfc3339),
    });
    Shown(value, text)
}
