//! `hookpost rollups check|rebuild`: the counts behind charts and alerts, compared with the rows they count.

use super::{CliError, desk::Desk, output};
use crate::db::{Db, counts::check};
use clap::{Args, Subcommand};
use serde_json::json;

/// Arguments of `hookpost rollups`.
#[derive(Args, Debug)]
pub struct RollupsArgs {
    #[command(subcommand)]
    command: RollupsCommand,
}

#[derive(Subcommand, Debug)]
enum RollupsCommand {
    /// Count all rows and compare them with the counts; exit code 1 if they differ
    Check,
    /// Rebuild the counts from the rows, one day at a time, even while the server runs
    Rebuild,
}

pub(super) async fn run(args: RollupsArgs, desk: &Desk, db: &Db) -> Result<(), CliError> {
    let now = desk.clock.now_ms();
    let endpoints = check::countable(&mut db.read().await?).await?;
    let mut differing = 0;
    for endpoint in &endpoints {
        let mut different = 0;
        for day in endpoint.days(now) {
            let id = endpoint.id;
            if matches!(args.command, RollupsCommand::Rebuild) {
                let mut tx = db.begin().await?;
                check::rebuild(&mut tx, id, day).await?;
                tx.commit().await?;
            }
            different += check::differences(&mut db.read_at_leisure().await?, id, day).await?;
        }
        if desk.as_json {
            output::json(&json!({ "endpoint": endpoint.name, "different": different }))?;
        } else {
            output::line(&format!("{}: {}", endpoint.name, said(different)))?;
        }
        differing += i64::from(different > 0);
    }
    if differing == 0 {
        Ok(())
    } else {
        Err(CliError::failed(format!(
            "the counts of {differing} endpoints differ from their rows; repair them with `hookpost rollups rebuild`"
        )))
    }
}

fn said(different: i64) -> String {
    if different == 0 { "matches a full count".to_owned() } else { format!("{different} counts differ") }
}
