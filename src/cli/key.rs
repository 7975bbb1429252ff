//! `hookpost key rotate`: everything sealed is sealed again under another master key, while the server runs.

use super::{CliError, desk::Desk, output};
use crate::{
    crypto::{MasterKey, key_file},
    db::{Db, key},
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
    /// Re-encrypt all secrets with a new master key; a running server switches to it
    Rotate {
        /// Read the new key from standard input: 32 bytes in base64. Required if the key is not in a file
        #[arg(long)]
        new_key_stdin: bool,
    },
}

pub(super) async fn run(args: KeyArgs, desk: &Desk, db: &Db) -> Result<(), CliError> {
    let KeyCommand::Rotate { new_key_stdin } = args.command;
    let given = if new_key_stdin { Some(output::line_from_stdin()?) } else { None };
    let given = given
        .map(|text| MasterKey::from_base64(text.expose_secret(), "standard input"))
        .transpose()
        .map_err(|error| CliError::usage(error.to_string()))?;
    let by = desk.by();
    let said = match (&db.key_source().file, given) {
        (Some(file), None) => {
            key::rotate_file(db, &by, file).await?;
            format!(
                "done: the new key is in {}; back it up. The old one is kept in {} for existing backups",
                file.display(),
                key_file::old_file(file).display()
            )
        }
        (Some(_), Some(_)) => {
            return Err(CliError::usage(
                "--new-key-stdin: leave it out; the key is in a file, where the new one is stored without being shown",
            ));
        }
        (None, Some(new)) => {
            key::rotate_given(db, &by, &new, &desk.settings.database).await?;
            "done: restart the server with the new key in HOOKPOST_ENCRYPTION_KEY; until then it verifies as \
             before but accepts no new secrets"
                .to_owned()
        }
        (None, None) => {
            return Err(CliError::usage(
                "the master key is in HOOKPOST_ENCRYPTION_KEY: pass the new one with --new-key-stdin, for example \
                 from `openssl rand -base64 32`",
            ));
        }
    };
    if desk.as_json { output::json(&json!({ "rotated": true, "note": said })) } else { output::line(&said) }
}
