//! `hookpost audit export`. Works beside a running server.

use super::{CliError, desk::Desk, output};
use crate::{
    auth::audit_export,
    db::{Db, audit},
    model::audit::{Action, Actor, AuditFilter},
};
use clap::{Args, Subcommand};
use futures::{StreamExt, pin_mut};

/// Arguments of `hookpost audit`.
#[derive(Args, Debug)]
pub struct AuditArgs {
    #[command(subcommand)]
    command: AuditCommand,
}

#[derive(Subcommand, Debug)]
enum AuditCommand {
    /// Print the audit log, oldest entry first, one JSON object per line
    Export {
        /// Only entries from this time on: 24h, 7d or 2026-11-23T12:00:00Z
        #[arg(long)]
        since: Option<String>,
        /// Only entries before this time
        #[arg(long)]
        until: Option<String>,
        /// Only entries with this action, such as login.failed
        #[arg(long)]
        action: Option<String>,
        /// Only entries of actors whose name contains this
        #[arg(long)]
        who: Option<String>,
    },
}

pub(super) async fn run(args: AuditArgs, desk: &Desk, db: &Db) -> Result<(), CliError> {
    let AuditCommand::Export { since, until, action, who } = args.command;
    let now = desk.clock.now_ms();
    let given = [("since", since), ("until", until), ("action", action), ("who", who)];
    let pairs = given.iter().filter_map(|(name, value)| Some((*name, value.as_deref()?)));
    let filter = AuditFilter::from_pairs(pairs, now)
        .map_err(|(_, sentence)| CliError::usage(format!("--{sentence}")))?;
    let entry = Actor::command_line(now).entry(Action::AuditExported, "", "", "on the command line");
    let mut tx = db.begin().await?;
    audit::insert(&mut tx, &entry).await?;
    tx.commit().await?;
    let lines = audit_export::lines(db.clone(), filter);
    pin_mut!(lines);
    while let Some(piece) = lines.next().await {
        for line in piece?.lines() {
            output::line(line)?;
        }
    }
    Ok(())
}
