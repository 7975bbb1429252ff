//! `hookpost backup FILE`: a checked copy of the database, beside a server that writes.

use super::{CliError, output};
use crate::{
    jobs::backup::{
        self, BackupError,
        make::{Made, Wish},
    },
    model::time,
    runtime::{clock::Clock, config::Settings},
};
use clap::Args;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Larger files hold something else than a passphrase.
const MOST_BYTES: u64 = 4_096;

/// Arguments of `hookpost backup`.
#[derive(Args, Debug)]
pub struct BackupArgs {
    /// Backup file to create, such as /backups/hookpost.db
    file: PathBuf,
    /// Replace an existing backup once the new one is complete
    #[arg(long)]
    force: bool,
    /// Source of the passphrase
    #[command(flatten)]
    passphrase: PassphraseArgs,
    /// Include the master key. Requires a passphrase, because whoever opens the backup can then read every secret
    #[arg(long)]
    with_key: bool,
    /// Include the master key in an unencrypted backup
    #[arg(long, requires = "with_key")]
    allow_unencrypted_key: bool,
    /// Folder for the unencrypted temporary copy; default: the database's folder
    #[arg(long, value_name = "DIR")]
    stage: Option<PathBuf>,
}

/// Source of a passphrase.
#[derive(Args, Debug)]
#[group(multiple = false)]
pub(super) struct PassphraseArgs {
    /// Read the passphrase from standard input
    #[arg(long)]
    passphrase_stdin: bool,
    /// Read the passphrase from the first line of a file
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

impl PassphraseArgs {
    /// The passphrase, if one was given.
    pub(super) fn read(&self) -> Result<Option<SecretString>, CliError> {
        if let Some(file) = &self.passphrase_file {
            return first_line(file).map(Some);
        }
        if !self.passphrase_stdin {
            return Ok(None);
        }
        let passphrase = output::line_from_stdin()?;
        if passphrase.expose_secret().is_empty() {
            return Err(CliError::usage("--passphrase-stdin: standard input is empty"));
        }
        Ok(Some(passphrase))
    }
}

fn first_line(file: &Path) -> Result<SecretString, CliError> {
    let shown = file.display();
    let size = std::fs::metadata(file).map_err(|error| CliError::usage(format!("{shown}: {error}")))?.len();
    if size > MOST_BYTES {
        return Err(CliError::usage(format!("{shown}: too large to be a passphrase")));
    }
    let text: SecretString =
        std::fs::read_to_string(file).map_err(|error| CliError::usage(format!("{shown}: {error}")))?.into();
    match text.expose_secret().lines().next() {
        Some(line) if !line.is_empty() => Ok(line.to_owned().into()),
        _ => Err(CliError::usage(format!("{shown}: the first line is empty"))),
    }
}

impl From<BackupError> for CliError {
    fn from(error: BackupError) -> Self {
        let sentence = error.to_string();
        match error {
            BackupError::ShortPassphrase | BackupError::NeedsPassphrase(_) => Self::usage(sentence),
            _ => Self::failed(sentence),
        }
    }
}

pub(super) async fn run(
    args: BackupArgs,
    as_json: bool,
    settings: &Settings,
    clock: &Clock,
) -> Result<(), CliError> {
    if args.file == Path::new("-") {
        return Err(CliError::usage(
            "name a regular file: a backup is checked before it gets its final name",
        ));
    }
    let passphrase = args.passphrase.read()?;
    if let Some(passphrase) = &passphrase {
        backup::check_passphrase(passphrase)?;
    }
    if args.with_key && passphrase.is_none() && !args.allow_unencrypted_key {
        return Err(CliError::usage(
            "--with-key requires --passphrase-stdin or --passphrase-file, because anyone who finds the backup \
             could read every secret. If the location is as secure as the server itself, add \
             --allow-unencrypted-key",
        ));
    }
    if args.stage.is_some() && passphrase.is_none() {
        return Err(CliError::usage("--stage only applies to encrypted backups"));
    }
    let key = backup::key_as_it_is(settings)?;
    if args.with_key && key.is_none() {
        return Err(CliError::failed(format!(
            "--with-key: there is no key file {}",
            settings.key_file().display()
        )));
    }
    let made = backup::make(Wish {
        database: &settings.database,
        target: &args.file,
        replace: args.force,
        passphrase: passphrase.as_ref(),
        stage: args.stage.as_deref(),
        key: key.as_ref().map(|(key, _)| key),
        key_text: key.as_ref().filter(|_| args.with_key).map(|(_, text)| text.clone()),
        gently: false,
        floor: settings.disk_floor,
        now: clock.now_ms(),
    })
    .await?;
    tell(&args, &made, passphrase.is_some(), settings, as_json)
}

fn tell(
    args: &BackupArgs,
    made: &Made,
    encrypted: bool,
    settings: &Settings,
    as_json: bool,
) -> Result<(), CliError> {
    let odd = made.odd();
    if as_json {
        return output::json(&json!({
            "file": args.file,
            "bytes": made.bytes,
            "seconds": made.took.as_secs_f64(),
            "snapshot_seconds": made.held.as_secs_f64(),
            "rows": made.looked.rows,
            "deliveries": made.looked.deliveries,
            "migration": made.looked.version,
            "encrypted": encrypted,
            "with_key": args.with_key,
            "checked": true,
            "warnings": odd,
        }));
    }
    let took = i64::try_from(made.took.as_millis()).unwrap_or(i64::MAX);
    let size = time::size(i64::try_from(made.bytes).unwrap_or(i64::MAX));
    output::line(&format!(
        "{}: {size}, {} rows, including {} deliveries, in {}; opened and checked{}",
        args.file.display(),
        time::count(made.looked.rows),
        time::count(made.looked.deliveries),
        time::duration(took),
        if encrypted { ", encrypted" } else { "" },
    ))?;
    for sentence in odd {
        output::line(&format!("note: {sentence}"))?;
    }
    if args.with_key {
        output::line("it contains the master key")
    } else if settings.encryption_key.is_some() {
        output::line("it does not contain the master key: store HOOKPOST_ENCRYPTION_KEY in a separate place")
    } else {
        output::line(&format!(
            "it does not contain the master key: store {} in a separate place",
            settings.key_file().display()
        ))
    }
}
