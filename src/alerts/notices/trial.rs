//! Trying a channel: one message, now, and what came of it.

use super::round;
use crate::{
    alerts::channels::{Message, Secrets, Sender},
    db::{Db, channels, notices},
    model::{
        error::{AppError, not_found},
        ids::ChannelId,
        notice::{NoticeContent, NoticeKind},
        severity::Severity,
        time::MINUTE_MS,
    },
};

/// The caller tries it itself, once; should it die meanwhile, the sender finds the message after this time.
const LEASE_MS: i64 = MINUTE_MS;

/// What came of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// Id of the message.
    pub notice: i64,
    /// Taken, with what is to be known all the same; or why it was not.
    pub outcome: Result<Option<String>, String>,
}

/// Sends a test over a channel, also one that is paused, and waits for what comes of it: some 15 s at most. It is not tried
/// again.
pub async fn test(db: &Db, sender: &Sender, by: &str, id: ChannelId, now: i64) -> Result<Trial, AppError> {
    let channel = channels::by_id(&mut db.read().await?, id).await?.ok_or_else(|| not_found("channel"))?;
    let secrets = Secrets::of(db, id).await?.ok_or_else(|| not_found("channel"))?;
    let content = NoticeContent {
        incident: None,
        severity: Severity::Info,
        title: format!("Test of the channel {}", channel.name),
        text: format!("{by} is testing this channel. Nothing is wrong."),
        rule: "test".to_owned(),
        object: None,
        url: format!("{}/alerts/channels/{id}", sender.base_url()),
        opened_at: now,
        at: now,
    };
    let mut tx = db.begin().await?;
    let lease = now.saturating_add(LEASE_MS);
    let notice = notices::insert(&mut tx, id, NoticeKind::Test, &content, lease, now).await?;
    let notice = notices::by_id(&mut tx, notice).await?.ok_or_else(|| not_found("channel"))?;
    tx.commit().await?;
    let all = [notice];
    let message = Message { notices: &all, first: None, base_url: sender.base_url() };
    let outcome = sender.send(&channel, &secrets, &message).await;
    let failures = round::note(db, id, &all, &outcome, now).await?;
    round::log(&channel, &outcome, failures);
    Ok(Trial { notice: all[0].id, outcome: outcome.map_err(|refusal| refusal.why) })
}
