//! `hookpost replay DELIVERY --destination NAME`: queues a delivery for a running server, and waits for what became of it.

use super::{CliError, desk::Desk, output};
use crate::{
    db::{Db, deliveries, forwards},
    destinations,
    forward::replay,
    model::{
        destination::{ForwardState, ReplayAsk, ReplayMode},
        ids::DeliveryId,
    },
};
use clap::Args;
use serde_json::json;
use std::time::{Duration, Instant};

/// As long as a request may take, and a little.
const WAIT: Duration = Duration::from_secs(20);

/// Arguments of `hookpost replay`.
#[derive(Args, Debug)]
pub struct ReplayArgs {
    /// Delivery id, as in the URL of its page
    delivery: DeliveryId,
    /// Name of the destination
    #[arg(long, value_name = "NAME")]
    destination: String,
    /// fresh: new timestamp, signed by Hookpost; verbatim: the sender's headers
    #[arg(long, default_value = "fresh")]
    mode: ReplayMode,
}

pub(super) async fn run(args: ReplayArgs, desk: &Desk, db: &Db) -> Result<(), CliError> {
    let by = desk.by();
    let destination = destinations::find(db, &args.destination).await?;
    if deliveries::by_id(&mut db.read().await?, args.delivery).await?.is_none() {
        return Err(CliError::failed(format!("{}: no such delivery", args.delivery)));
    }
    if args.mode == ReplayMode::Edited {
        return Err(CliError::failed(
            "mode: edited replays are only available in the web interface and the API".to_owned(),
        ));
    }
    let ask = ReplayAsk { mode: args.mode, ..ReplayAsk::default() };
    let queued = replay::queue_replay(db, &by, args.delivery, &[&destination], &ask).await?;
    let Some(id) = queued.first().map(|one| one.forward) else {
        return Err(CliError::failed("nothing was queued".to_owned()));
    };
    let begun = Instant::now();
    let state = loop {
        let state = forwards::state_of(&mut db.read().await?, id).await?;
        match state {
            Some((ForwardState::Queued, 0)) if begun.elapsed() < WAIT => {}
            Some((ForwardState::Queued, _)) if begun.elapsed() < Duration::from_secs(1) => {}
            state => break state,
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    let word = match state {
        Some((ForwardState::Delivered, _)) => "delivered",
        Some((ForwardState::Dead, _)) => "dead",
        Some((ForwardState::Skipped, _)) => "skipped",
        Some((ForwardState::Queued, 0)) => "queued",
        Some((ForwardState::Queued, _)) => "failed",
        None => "removed",
    };
    if desk.as_json {
        output::json(
            &json!({ "forward": id, "delivery": args.delivery, "destination": args.destination, "state": word }),
        )?;
    } else {
        output::line(&format!("{word}: delivery {} to {}", args.delivery, args.destination))?;
    }
    match word {
        "delivered" => Ok(()),
        "queued" => Err(CliError::failed(
            "still queued: the server is not running, or the destination is paused".to_owned(),
        )),
        _ => Err(CliError::failed("not delivered; see the delivery's page for the reason".to_owned())),
    }
}
