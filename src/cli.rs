//! The command line: one file per command.

mod audit;
mod backup;
mod channel;
mod desk;
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
mod scheme;
mod send;
mod serve;
mod token;
mod transport;
pub(crate) mod user;
pub(crate) mod verify;

pub use error::CliError;

use crate::runtime::{clock::Clock, config::Settings};
use clap::{Parser, Subcommand};
use desk::Desk;
use std::process::ExitCode;

/// Self-hosted webhook dashboard: one binary, one SQLite file.
#[derive(Parser, Debug)]
#[command(version, about, max_term_width = 110)]
pub struct Cli {
    /// Settings shared by all commands.
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
    /// Add, list and remove endpoints; a running server picks up changes within a second
    Endpoint(endpoint::EndpointArgs),
    /// Add, list, pause and remove destinations for accepted events
    Destination(destination::DestinationArgs),
    /// Add, list, test, pause and remove alert channels
    Channel(channel::ChannelArgs),
    /// Replay a stored delivery to a destination
    Replay(replay::ReplayArgs),
    /// Create, list and revoke API tokens
    Token(token::TokenArgs),
    /// Print the audit log
    Audit(audit::AuditArgs),
    /// Check or rebuild the counts behind charts and alerts
    Rollups(rollups::RollupsArgs),
    /// Back up the database, even while the server runs, and check the copy
    Backup(backup::BackupArgs),
    /// Restore a backup to a new database file
    Restore(restore::RestoreArgs),
    /// Check the installation for problems and suggest remedies; exit code 1 if there are errors
    Doctor(doctor::DoctorArgs),
    /// Change the master key that encrypts stored secrets
    Key(key::KeyArgs),
    /// Forward deliveries from a server to a handler on this machine, without a tunnel
    Listen(listen::ListenArgs),
    /// Verify a request's signature and explain the result
    Verify(verify::VerifyArgs),
    /// Send signed test events, as OpenAI would
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
        let desk = Desk { settings, clock: Clock::system(), as_json: json };
        let outcome = match command.unwrap_or(Command::Serve) {
            Command::Serve => serve::run(desk.settings, desk.clock).await,
            Command::User(args) => desk.on_database(true, async |db| user::run(args, &desk, db).await).await,
            Command::Endpoint(args) => {
                desk.on_database(true, async |db| endpoint::run(args, &desk, db).await).await
            }
            Command::Destination(args) => {
                desk.on_database(true, async |db| destination::run(args, &desk, db).await).await
            }
            Command::Channel(args) => {
                desk.on_database(true, async |db| channel::run(args, &desk, db).await).await
            }
            Command::Replay(args) => {
                desk.on_database(false, async |db| replay::run(args, &desk, db).await).await
            }
            Command::Token(args) => {
                desk.on_database(true, async |db| token::run(args, &desk, db).await).await
            }
            Command::Audit(args) => {
                desk.on_database(false, async |db| audit::run(args, &desk, db).await).await
            }
            Command::Rollups(args) => {
                desk.on_database(false, async |db| rollups::run(args, &desk, db).await).await
            }
            Command::Key(args) => desk.on_database(false, async |db| key::run(args, &desk, db).await).await,
            Command::Backup(args) => backup::run(args, json, &desk.settings, &desk.clock).await,
            Command::Restore(args) => restore::run(args, json, &desk.settings).await,
            Command::Doctor(args) => doctor::run(args, json, &desk.settings, &desk.clock).await,
            Command::Listen(args) => listen::run(args, json, &desk.clock).await,
            Command::Send(args) => send::run(args, json, &desk.clock).await,
            Command::Verify(args) => return verify::run(args, json),
        };
        outcome.map_or_else(|error| output::failure(&error, json), |()| ExitCode::SUCCESS)
    }
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
        assert!(
            error.contains("allow-outbound: `*.lan` is not valid; use a form such as `127.0.0.1:5000`"),
            "{error}"
        );
    }
}
