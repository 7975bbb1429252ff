//! `hookpost restore FILE --database NEW`: a backup becomes a database again.

use super::{CliError, backup::PassphraseArgs, output};
use crate::{
    jobs::backup::{self, restore::KeyPlace},
    model::time,
    runtime::config::Settings,
};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// Arguments of `hookpost restore`.
#[derive(Args, Debug)]
pub struct RestoreArgs {
    /// Backup to restore, encrypted or not. A database file copied by another tool works too
    file: PathBuf,
    /// Source of the passphrase
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

pub(super) async fn run(args: RestoreArgs, as_json: bool, settings: &Settings) -> Result<(), CliError> {
    let passphrase = args.passphrase.read()?;
    let restored = backup::restore(&args.file, settings, passphrase).await?;
    let (word, key_file) = match &restored.key {
        KeyPlace::Placed(file) => ("placed", Some(file)),
        KeyPlace::There(file) => ("there", Some(file)),
        KeyPlace::Given => ("given", None),
        KeyPlace::Needed(file) => ("needed", Some(file)),
    };
    if as_json {
        return output::json(&json!({
            "database": settings.database,
            "bytes": restored.bytes,
            "rows": restored.looked.rows,
            "deliveries": restored.looked.deliveries,
            "migration": restored.looked.version,
            "made_at": restored.info.as_ref().map(|info| time::rfc3339(info.made_at)),
            "made_by": restored.info.as_ref().map(|info| &info.program),
            "key": word,
            "key_file": key_file,
            "checked": true,
        }));
    }
    output::line(&format!(
        "{}: {}, {} rows, including {} deliveries; checked",
        settings.database.display(),
        time::size(i64::try_from(restored.bytes).unwrap_or(i64::MAX)),
        time::count(restored.looked.rows),
        time::count(restored.looked.deliveries),
    ))?;
    if let Some(info) = &restored.info {
        output::line(&format!("created {} by Hookpost {}", time::full(info.made_at), info.program))?;
    }
    output::line(&match &restored.key {
        KeyPlace::Placed(file) => {
            format!("the master key from the backup was saved to {}", file.display())
        }
        KeyPlace::There(file) => format!("the master key in {} fits", file.display()),
        KeyPlace::Given => "the master key in HOOKPOST_ENCRYPTION_KEY fits".to_owned(),
        KeyPlace::Needed(file) => format!(
            "the backup does not contain the master key: before you start the server, put the key in {} or set \
             --encryption-key-file or HOOKPOST_ENCRYPTION_KEY",
            file.display()
        ),
    })?;
    output::line(&format!(
        "start the server with `hookpost serve --database {}`",
        settings.database.display()
    ))
}
