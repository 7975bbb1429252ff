//! `hookpost key rotate`: everything sealed is sealed anew under another master key, while the server runs.

use super::{CliError, output};
use crate::{
    crypto::{MasterKey, key_file},
    db::{Db, key},
    model::audit::Actor,
    runtime::{clock::Clock, config::Settings},
};
use clap::{Args, Subcommand};
use secrecy::ExposeSecret;
use serde_json::json;

/// Arguments of `hookpost key`.
#[derive(Args, Debug)]
pub struct KeyArgs {
    #[command(subcommand)]
    command: KeyCommand,
}

#[derive(Subcommand, Debug)]
enum KeyCommand {
    /// Seal all secrets anew under another master key; a running server goes on with it
    Rotate {
        /// Read the new key from standard input: 32 bytes in base64. Needed when the key is not in a file
        #[arg(long)]
        new_key_stdin: bool,
    },
}

pub(super) async fn run(
    args: KeyArgs,
    as_json: bool,
    settings: &Settings,
    db: &Db,
    clock: &Clock,
) -> Result<(), CliError> {
    let KeyCommand::Rotate { new_key_stdin } = args.command;
    let given = if new_key_stdin { Some(output::line_from_stdin()?) } else { None };
    let given = given
        .map(|text| MasterKey::from_base64(text.expose_secret(), "standard input"))
        .transpose()
        .map_err(|error| CliError::usage(error.to_string()))?;
    let by = Actor::command_line(clock.now_ms());
    let said = match (&db.key_source().file, given) {
        (Some(file), None) => {
            key::rotate_file(db, &by, file).await?;
            format!(
                "done: the new key is in {}; back it up. The old one is kept in {} for backups made with it",
                file.display(),
                key_file::old_file(file).display()
            )
        }
        (Some(_), Some(_)) => {
            return Err(CliError::usage(
                "--new-key-stdin: the key is in a file, where a new one is put without being shown; leave it out",
            ));
        }
        (None, Some(new)) => {
            key::rotate_given(db, &by, &new, &settings.database).await?;
            "done: start the server again with the new key in HOOKPOST_ENCRYPTION_KEY; until then it verifies as before, \
             and takes no new secrets"
                .to_owned()
        }
        (None, None) => {
            return Err(CliError::usage(
                "the master key is in HOOKPOST_ENCRYPTION_KEY: give the new one with --new-key-stdin, such as \
                 `openssl rand -base64 32` prints",
            ));
        }
    };
    if as_json { output::json(&json!({ "rotated": true, "note": said })) } else { output::line(&said) }
}
