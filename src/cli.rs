//! The command line: one file per command.

mod audit;
mod backup;
mod channel;
mod destination;
mod doctor;
mod endpoint;
mod error;
mod hmac;
mod key;
mod listen;
mod output;
mod replay;
mod restore;
mod rollups;
mod send;
mod serve;
mod token;
mod transport;
pub(crate) mod user;
pub(crate) mod verify;

pub use error::CliError;

use crate::{
    db::Db,
    runtime::{clock::Clock, config::Settings},
    server::master_key,
};
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Self-hosted webhook dashboard: one binary, one SQLite file.
#[derive(Parser, Debug)]
#[command(version, about, max_term_width = 110)]
pub struct Cli {
    /// What every command can be told.
    #[command(flatten)]
    pub settings: Settings,
    /// Print one JSON object instead of text
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Run the server (the default)
    Serve,
    /// Add and change users
    User(user::UserArgs),
    /// Add, list and remove endpoints; a running server takes changes in within a second
    Endpoint(endpoint::EndpointArgs),
    /// Add, list, pause and remove destinations, to which accepted events are forwarded
    Destination(destination::DestinationArgs),
    /// Add, list, try, pause and remove channels, over which news of incidents goes out
    Channel(channel::ChannelArgs),
    /// Send a stored delivery to a destination again
    Replay(replay::ReplayArgs),
    /// Make, list and revoke API tokens
    Token(token::TokenArgs),
    /// Print the audit log
    Audit(audit::AuditArgs),
    /// Hold the counts behind charts and alerts against the rows they count
    Rollups(rollups::RollupsArgs),
    /// Make a checked copy of the database, beside a server that writes
    Backup(backup::BackupArgs),
    /// Make a backup a database again, where none lies
    Restore(restore::RestoreArgs),
    /// Look for what is wrong or soon will be, and say what to do; exit code 1 when something is wrong
    Doctor(doctor::DoctorArgs),
    /// Change the master key that seals signing secrets
    Key(key::KeyArgs),
    /// Hand deliveries of a server to a handler on this machine, without a tunnel
    Listen(listen::ListenArgs),
    /// Check the signature of a request and say why it holds or fails
    Verify(verify::VerifyArgs),
    /// Send signed events, as OpenAI would
    Send(send::SendArgs),
}

impl Cli {
    /// Whether it runs the server.
    pub fn serves(&self) -> bool {
        matches!(self.command, None | Some(Command::Serve))
    }

    /// Runs the command. 0: done; 1: it failed; 2: it was called wrongly.
    pub async fn run(self) -> ExitCode {
        let Self { settings, json, command } = self;
        let clock = Clock::system();
        let outcome = match command.unwrap_or(Command::Serve) {
            Command::Serve => serve::run(settings, clock).await,
            Command::User(args) => match open(&settings, &clock, true).await {
                Ok(db) => closing(&db, user::run(args, json, &settings, &db, &clock)).await,
                Err(error) => Err(error),
            },
            Command::Endpoint(args) => match open(&settings, &clock, true).await {
                Ok(db) => closing(&db, endpoint::run(args, json, &settings, &db, &clock)).await,
                Err(error) => Err(error),
            },
            Command::Destination(args) => match open(&settings, &clock, true).await {
                Ok(db) => closing(&db, destination::run(args, json, &settings, &db, &clock)).await,
                Err(error) => Err(error),
            },
            Command::Channel(args) => match open(&settings, &clock, true).await {
                Ok(db) => closing(&db, channel::run(args, json, &settings, &db, &clock)).await,
                Err(error) => Err(error),
            },
            Command::Replay(args) => match open(&settings, &clock, false).await {
                Ok(db) => closing(&db, replay::run(args, json, &db, &clock)).await,
                Err(error) => Err(error),
            },
            Command::Token(args) => match open(&settings, &clock, true).await {
                Ok(db) => closing(&db, token::run(args, json, &db, &clock)).await,
                Err(error) => Err(error),
            },
            Command::Audit(args) => match open(&settings, &clock, false).await {
                Ok(db) => closing(&db, audit::run(args, &db, &clock)).await,
                Err(error) => Err(error),
            },
            Command::Rollups(args) => match open(&settings, &clock, false).await {
                Ok(db) => closing(&db, rollups::run(args, json, &db, &clock)).await,
                Err(error) => Err(error),
            },
            Command::Key(args) => match open(&settings, &clock, false).await {
                Ok(db) => closing(&db, key::run(args, json, &settings, &db, &clock)).await,
                Err(error) => Err(error),
            },
            Command::Backup(args) => backup::run(args, json, &settings, &clock).await,
            Command::Restore(args) => restore::run(args, json, &settings).await,
            Command::Doctor(args) => doctor::run(args, json, &settings, &clock).await,
            Command::Listen(args) => listen::run(args, json, &clock).await,
            Command::Send(args) => send::run(args, json, &clock).await,
            Command::Verify(args) => return verify::run(args, json),
        };
        outcome.map_or_else(|error| output::failure(&error, json), |()| ExitCode::SUCCESS)
    }
}

/// Opens the database beside a server that may be running. What changes or tells of what is there makes none: of a mistyped
/// name nobody should hear that all is done.
async fn open(settings: &Settings, clock: &Clock, may_make: bool) -> Result<Db, CliError> {
    if !may_make && !settings.database.exists() {
        let shown = settings.database.display();
        return Err(CliError::usage(format!("there is no database {shown}: name it with --database")));
    }
    Ok(Db::open_beside(&settings.database, master_key(settings)?, clock.clone()).await?)
}

/// Runs a command and closes the database after it, whatever came of it.
async fn closing(db: &Db, command: impl Future<Output = Result<(), CliError>>) -> Result<(), CliError> {
    let outcome = command.await;
    db.close().await;
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_setting_takes_entries_separated_by_commas() {
        let parse = |value| Cli::try_parse_from(["hookpost", "serve", "--allow-outbound", value]);
        let allowed = parse("127.0.0.1:5000, 10.0.0.0/8,LocalHost").unwrap().settings.allow_outbound;
        let shown: Vec<_> = allowed.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["127.0.0.1:5000", "10.0.0.0/8", "localhost"]);
        let error = parse("127.0.0.1:5000,*.lan").unwrap_err().to_string();
        assert!(error.contains("allow-outbound: `*.lan` is none of `127.0.0.1:5000`"), "{error}");
    }
}
