//! `hookpost doctor`: looks for what is wrong or soon will be, and says what to do. It changes and makes nothing, beside a
//! running server as well as on a stopped one.

mod database;
mod files;
mod finding;
mod settings;
mod work;

use super::{CliError, output};
use crate::{
    crypto::MasterKey,
    db::backup as open,
    jobs::backup,
    runtime::{clock::Clock, config::Settings},
};
use clap::Args;
use finding::{Finding, Findings, Severity};
use serde_json::json;

/// Arguments of `hookpost doctor`.
#[derive(Args, Debug)]
pub struct DoctorArgs {
    /// Also check every index and all counts; takes minutes on a large database
    #[arg(long)]
    full: bool,
}

/// Input of the checks.
struct Case<'a> {
    settings: &'a Settings,
    key: Option<MasterKey>,
    now: i64,
    full: bool,
}

pub(super) async fn run(
    args: DoctorArgs,
    as_json: bool,
    settings: &Settings,
    clock: &Clock,
) -> Result<(), CliError> {
    let mut found = Findings::default();
    settings::check(settings, &mut found);
    files::check(settings, &mut found);
    let key = key(settings, &mut found);
    let case = Case { settings, key, now: clock.now_ms(), full: args.full };
    if settings.database.exists() {
        match open::open_untouched(&settings.database).await {
            Ok(mut connection) => {
                if !database::is_prerelease(&mut connection, &mut found).await {
                    database::check(&case, &mut connection, &mut found).await;
                    work::check(&case, &mut connection, &mut found).await;
                }
                // It was read from only.
                let _closed = connection.close().await;
            }
            Err(error) => found.error(
                "integrity",
                format!("cannot read {}: {}", settings.database.display(), crate::telemetry::chain(&error)),
                "Keep the file and replace it with the latest backup: hookpost restore BACKUP --database NEW",
            ),
        }
    }
    tell(&found, as_json)?;
    if found.is_ok() { Ok(()) } else { Err(CliError::told()) }
}

fn key(settings: &Settings, found: &mut Findings) -> Option<MasterKey> {
    match backup::key_as_it_is(settings) {
        Ok(Some((key, _))) => Some(key),
        Ok(None) if !settings.database.exists() => None,
        Ok(None) => {
            found.error(
                "key",
                format!("the master key file {} is missing", settings.key_file().display()),
                "Restore the key from its backup, or set HOOKPOST_ENCRYPTION_KEY_FILE. Without it, stored secrets \
                 can't be read and the server does not start",
            );
            None
        }
        Err(error) => {
            found.error("key", error.to_string(), "Replace it with the backup of the key");
            None
        }
    }
}

fn tell(found: &Findings, as_json: bool) -> Result<(), CliError> {
    if as_json {
        return output::json(&json!({ "ok": found.is_ok(), "findings": found.all() }));
    }
    for Finding { check, severity, message, what_to_do } in found.all() {
        output::line(&format!("{severity}: {check}: {message}"))?;
        output::line(&format!("    {what_to_do}"))?;
    }
    let count = |severity| found.all().iter().filter(|finding| finding.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    output::line(&match (errors, warnings) {
        (0, 0) => "no problems found".to_owned(),
        (0, warnings) => format!("no errors, {warnings} warnings"),
        (errors, warnings) => format!("{errors} errors, {warnings} warnings"),
    })
}
