//! Trying a channel: one message, now, and what came of it.

use super::round;
use crate::{
    alerts::channels::{Carrier, Message, Secrets},
    db::{self, Db, notices},
    model::{
        error::{AppError, not_found},
        ids::ChannelId,
        notice::{NoticeContent, NoticeKind},
        severity::Severity,
    },
};

/// The caller tries it itself, once; should it die meanwhile, the sender finds the message after this time.
const LEASE_MS: i64 = 60_000;

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
pub async fn test(db: &Db, carrier: &Carrier, by: &str, id: ChannelId, now: i64) -> Result<Trial, AppError> {
    let channel = db::channels::by_id(&mut *db.read().await?, id).await?;
    let channel = channel.ok_or_else(|| not_found("channel"))?;
    let secrets = Secrets::of(db, id).await?.ok_or_else(|| not_found("channel"))?;
    let content = NoticeContent {
        incident: None,
        severity: Severity::Info,
        title: format!("Test of the channel {}", channel.name),
        text: format!("{by} tries this channel. Nothing is wrong."),
        rule: "test".to_owned(),
        object: None,
        url: format!("{}/alerts/channels/{id}", carrier.base_url()),
        opened_at: now,
        at: now,
    };
    let queued = db
        .write(move |c| {
            Box::pin(async move {
                let lease = now.saturating_add(LEASE_MS);
                let notice = notices::insert(c, id, NoticeKind::Test, &content, lease, now).await?;
                notices::by_id(c, notice).await
            })
        })
        .await?;
    let notice = queued.ok_or_else(|| not_found("channel"))?;
    let message = Message { notices: &[notice], first: None, base_url: carrier.base_url() };
    let outcome = carrier.carry(&channel, &secrets, &message).await;
    let notice = message.notices[0].id;
    let why = outcome.clone().map_err(|refusal| refusal.why);
    let written = why.clone();
    let failures = db
        .write(move |c| {
            Box::pin(async move {
                match &written {
                    Ok(but) => notices::note_sent(c, notice, now, but.as_deref()).await?,
                    Err(why) => notices::note_failed(c, notice, why, None).await?,
                }
                db::channels::note_try(c, id, written.as_ref().err().map(String::as_str)).await
            })
        })
        .await?;
    round::log(&channel, &outcome, failures);
    Ok(Trial { notice, outcome: why })
}
