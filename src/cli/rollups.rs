//! `hookpost rollups check|rebuild`: the counts behind charts and alerts, held against the rows they count.

use super::{CliError, output};
use crate::{
    db::{Db, measures::check},
    runtime::clock::Clock,
};
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
    /// Count all rows again and say whether the counts are the same; exit code 1 when they are not
    Check,
    /// Make the counts anew from the rows, a day at a time, beside a running server
    Rebuild,
}

pub(super) async fn run(args: RollupsArgs, as_json: bool, db: &Db, clock: &Clock) -> Result<(), CliError> {
    let now = clock.now_ms();
    let endpoints = check::countable(&mut *db.read().await?).await?;
    let mut differing = 0;
    for endpoint in &endpoints {
        let mut different = 0;
        for day in endpoint.days(now) {
            let id = endpoint.id;
            if matches!(args.command, RollupsCommand::Rebuild) {
                db.write(move |c| Box::pin(async move { check::rebuild(c, id, day).await })).await?;
            }
            different += check::differences(&mut *db.read_at_leisure().await?, id, day).await?;
        }
        if as_json {
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
            "the counts of {differing} endpoints are not those of their rows; `hookpost rollups rebuild` mends them"
        )))
    }
}

fn said(different: i64) -> String {
    if different == 0 { "the same as a full count".to_owned() } else { format!("{different} counts differ") }
}
