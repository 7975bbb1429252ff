//! One round of a channel: what is due, in order, until something is not taken.

use super::{
    grouping::{self, Pace},
    schedule,
};
use crate::{
    alerts::channels::{Carrier, Message, Refusal, Secrets},
    db::{self, Db, DbError, channels, notices},
    model::{
        channel::Channel,
        ids::ChannelId,
        notice::{Notice, NoticeKind},
    },
    state::AppState,
};
use std::time::Duration;
use tokio::sync::OwnedMutexGuard;

/// Messages of one round, at most.
const MOST: i64 = 500;
/// Between two tries to write down what came of a message.
const WRITE_AGAIN: Duration = Duration::from_secs(2);
const NEVER_TOLD: &str = "the channel was not told that it began, so it is not told that it is over";

pub(super) async fn run(state: AppState, carrier: Carrier, id: ChannelId, mut pace: OwnedMutexGuard<Pace>) {
    if let Err(error) = send_due(&state, &carrier, id, &mut pace).await {
        tracing::warn!(channel = %id, %error, "messages of a channel could not be looked up: {error}");
    }
}

async fn send_due(
    state: &AppState,
    carrier: &Carrier,
    id: ChannelId,
    pace: &mut Pace,
) -> Result<(), DbError> {
    let now = state.clock.now_ms();
    let mut connection = state.db.read().await?;
    let Some(channel) = channels::by_id(&mut connection, id).await? else { return Ok(()) };
    let mut due = notices::due(&mut connection, id, now, MOST).await?;
    drop(connection);
    let for_people = channel.kind.is_for_people();
    if for_people && pace.rests(now) {
        due.retain(|notice| notice.kind == NoticeKind::Test);
    }
    let due = without_unheard_ends(&state.db, due).await?;
    if due.is_empty() {
        return Ok(());
    }
    let Some(secrets) = Secrets::of(&state.db, id).await? else { return Ok(()) };
    for group in grouping::groups(&due, for_people) {
        let outcome = carry(&state.db, carrier, &channel, &secrets, group).await?;
        let now = state.clock.now_ms();
        write_down(&state.db, &channel, group, &outcome, now).await;
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

async fn carry(
    db: &Db,
    carrier: &Carrier,
    channel: &Channel,
    secrets: &Secrets,
    group: &[Notice],
) -> Result<Result<Option<String>, Refusal>, DbError> {
    let first = match group {
        [one] => first_of(db, one).await?,
        _ => None,
    };
    let message = Message { notices: group, first, base_url: carrier.base_url() };
    Ok(carrier.carry(channel, secrets, &message).await)
}

/// The message that opened the conversation which this one goes on with.
async fn first_of(db: &Db, notice: &Notice) -> Result<Option<i64>, DbError> {
    match notice.content.incident {
        Some(incident) => {
            notices::first_of(&mut *db.read().await?, notice.channel_id, incident, notice.id).await
        }
        None => Ok(None),
    }
}

/// An opening that was given up is not followed by the news that it is over.
async fn without_unheard_ends(db: &Db, due: Vec<Notice>) -> Result<Vec<Notice>, DbError> {
    let mut kept = Vec::new();
    for notice in due {
        if notice.kind.is_end() && first_of(db, &notice).await?.is_none() {
            let id = notice.id;
            db.write(move |c| Box::pin(async move { notices::note_failed(c, id, NEVER_TOLD, None).await }))
                .await?;
        } else {
            kept.push(notice);
        }
    }
    Ok(kept)
}

/// Writes down what came of messages. It does not give up: what was sent and is not written down would be sent again.
async fn write_down(
    db: &Db,
    channel: &Channel,
    group: &[Notice],
    outcome: &Result<Option<String>, Refusal>,
    now: i64,
) {
    let failures = loop {
        let (id, outcome) = (channel.id, outcome.clone());
        let tries: Vec<(i64, i64, bool)> = group
            .iter()
            .map(|notice| (notice.id, notice.attempts + 1, notice.kind == NoticeKind::Test))
            .collect();
        let written = db.write(move |c| {
            Box::pin(async move {
                for (notice, tries, is_test) in tries {
                    match &outcome {
                        Ok(but) => notices::note_sent(c, notice, now, but.as_deref()).await?,
                        Err(refusal) => {
                            // Someone waits for the outcome of a test: a later one is of no use.
                            let wait = if is_test { None } else { schedule::wait(tries, refusal) };
                            let next_at = wait.map(|wait| now.saturating_add(wait));
                            notices::note_failed(c, notice, &refusal.why, next_at).await?;
                        }
                    }
                }
                let why = outcome.as_ref().err().map(|refusal| refusal.why.as_str());
                db::channels::note_try(c, id, why).await
            })
        });
        match written.await {
            Ok(failures) => break failures,
            Err(error) => {
                tracing::error!(channel = channel.name, %error, "what became of a message was not written down: {error}");
                tokio::time::sleep(WRITE_AGAIN).await;
            }
        }
    };
    log(channel, outcome, failures);
}

/// A streak of failures is said once, and its end.
pub(super) fn log(channel: &Channel, outcome: &Result<Option<String>, Refusal>, failures_before: i64) {
    let (name, kind) = (channel.name.as_str(), channel.kind.as_str());
    match outcome {
        Err(refusal) if failures_before == 0 => {
            tracing::warn!(channel = name, kind, "the channel {name} takes no messages: {}", refusal.why);
        }
        Err(refusal) => {
            tracing::debug!(channel = name, kind, "the channel {name} still fails: {}", refusal.why);
        }
        Ok(_) if failures_before > 0 => {
            tracing::info!(channel = name, kind, "the channel {name} takes messages again");
        }
        Ok(_) => {}
    }
}
