//! One round of a channel: what is due, in order, until something is not taken.

use super::{
    grouping::{self, Pace},
    schedule,
};
use crate::{
    alerts::{
        Alerts,
        channels::{Message, Outcome, Secrets, known},
    },
    db::{Db, DbError, channels, notices},
    model::{
        channel::Channel,
        ids::ChannelId,
        notice::{Notice, NoticeKind},
    },
};
use std::time::Duration;
use tokio::sync::OwnedMutexGuard;

/// Messages of one round, at most.
const MOST: i64 = 500;
/// Between two tries to record what came of a message.
const WRITE_AGAIN: Duration = Duration::from_secs(2);
const NEVER_TOLD: &str = "the channel never got the opening message, so the end is not sent";

pub(super) async fn run(alerts: Alerts, id: ChannelId, mut pace: OwnedMutexGuard<Pace>) {
    if let Err(error) = send_due(&alerts, id, &mut pace).await {
        tracing::warn!(channel = %id, %error, "a channel's messages could not be looked up: {error}");
    }
}

async fn send_due(alerts: &Alerts, id: ChannelId, pace: &mut Pace) -> Result<(), DbError> {
    let (db, now) = (&alerts.db, alerts.clock.now_ms());
    let mut connection = db.read().await?;
    let Some(channel) = channels::by_id(&mut connection, id).await? else { return Ok(()) };
    let mut due = notices::due(&mut connection, id, now, MOST).await?;
    drop(connection);
    let for_people = known(&channel).is_some_and(|kind| kind.for_people);
    if for_people && pace.rests(now) {
        due.retain(|notice| notice.kind == NoticeKind::Test);
    }
    let due = without_unheard_ends(db, due).await?;
    if due.is_empty() {
        return Ok(());
    }
    let Some(secrets) = Secrets::of(db, id).await? else { return Ok(()) };
    for group in grouping::groups(&due, for_people) {
        let first = match group {
            [one] => first_of(db, one).await?,
            _ => None,
        };
        let message = Message { notices: group, first, base_url: alerts.sender.base_url() };
        let outcome = alerts.sender.send(&channel, &secrets, &message).await;
        let now = alerts.clock.now_ms();
        write_down(db, &channel, group, &outcome, now).await;
        if outcome.is_err() {
            // What comes after it waits, unless it steps aside: see `db::notices::due`.
            break;
        }
        pace.note(now, group.len() > 1);
        if for_people && pace.rests(now) {
            break;
        }
    }
    Ok(())
}

/// The message that opened the conversation which this one goes on with.
async fn first_of(db: &Db, notice: &Notice) -> Result<Option<i64>, DbError> {
    let Some(incident) = notice.content.incident else { return Ok(None) };
    notices::first_of(&mut db.read().await?, notice.channel_id, incident, notice.id).await
}

/// An opening that was given up is not followed by the news that it is over.
async fn without_unheard_ends(db: &Db, due: Vec<Notice>) -> Result<Vec<Notice>, DbError> {
    let mut kept = Vec::new();
    for notice in due {
        if notice.kind.is_end() && first_of(db, &notice).await?.is_none() {
            let mut tx = db.begin().await?;
            notices::note_failed(&mut tx, notice.id, NEVER_TOLD, None).await?;
            tx.commit().await?;
        } else {
            kept.push(notice);
        }
    }
    Ok(kept)
}

/// Records what came of messages. It does not give up: what was sent and is not recorded would be sent again.
async fn write_down(db: &Db, channel: &Channel, group: &[Notice], outcome: &Outcome, now: i64) {
    let failures = loop {
        match note(db, channel.id, group, outcome, now).await {
            Ok(failures) => break failures,
            Err(error) => {
                tracing::error!(channel = channel.name, %error, "the result of an alert message could not be stored: {error}");
                tokio::time::sleep(WRITE_AGAIN).await;
            }
        }
    };
    log(channel, outcome, failures);
}

/// Says how many tries in a row had failed before.
pub(super) async fn note(
    db: &Db,
    channel: ChannelId,
    group: &[Notice],
    outcome: &Outcome,
    now: i64,
) -> Result<i64, DbError> {
    let mut tx = db.begin().await?;
    for notice in group {
        match outcome {
            Ok(but) => notices::note_sent(&mut tx, notice.id, now, but.as_deref()).await?,
            Err(refusal) => {
                // Someone waits for the outcome of a test: a later one is of no use.
                let is_test = notice.kind == NoticeKind::Test;
                let wait = if is_test { None } else { schedule::wait(notice.attempts + 1, refusal) };
                let next_at = wait.map(|wait| now.saturating_add(wait));
                notices::note_failed(&mut tx, notice.id, &refusal.why, next_at).await?;
            }
        }
    }
    let why = outcome.as_ref().err().map(|refusal| refusal.why.as_str());
    let failures = channels::note_try(&mut tx, channel, why).await?;
    tx.commit().await?;
    Ok(failures)
}

/// A log_once of failures is said once, and its end.
pub(super) fn log(channel: &Channel, outcome: &Outcome, failures_before: i64) {
    let (name, kind) = (channel.name.as_str(), channel.kind.as_str());
    match outcome {
        Err(refusal) if failures_before == 0 => {
            tracing::warn!(channel = name, kind, "the channel {name} is failing: {}", refusal.why);
        }
        Err(refusal) => {
            tracing::debug!(channel = name, kind, "the channel {name} is still failing: {}", refusal.why);
        }
        Ok(_) if failures_before > 0 => {
            tracing::info!(channel = name, kind, "the channel {name} works again");
        }
        Ok(_) => {}
    }
}
