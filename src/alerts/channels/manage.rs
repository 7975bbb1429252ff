//! Changing channels: what is allowed, and what the audit log says of it.

mod checked;

pub use checked::{MOST_RECIPIENTS, PAGERDUTY_URL};

use super::Secrets;
use crate::{
    db::{Db, audit, channels},
    error::{AppError, ResultExt, invalid, not_found},
    model::{
        audit::{Action, Actor},
        channel::{Channel, ChannelKind, ChannelSettings, EmailSettings},
        ids::ChannelId,
        severity::Severity,
    },
    outbound::AllowList,
    verify,
};
use checked::checked;

const NAME_TAKEN: &str = "name: there is a channel with this name already; choose another";
/// Hours that a secret may go on signing after a rotation.
pub const LONGEST_OVERLAP_HOURS: i64 = 30 * 24;

/// What a person says of a channel. Each kind looks at its own fields.
#[derive(Clone, Debug)]
pub struct NewChannel {
    /// Its name.
    pub name: String,
    /// What is milder is not sent.
    pub min_severity: Severity,
    /// Of e-mail.
    pub mail: EmailSettings,
    /// Of PagerDuty: where events are posted to; empty: the usual place.
    pub events_url: String,
    /// What is secret. What is left empty in a change stays.
    pub secrets: Secrets,
}

/// Makes a channel. Returns it, for programs with the new signing secret, which is never shown again.
///
/// # Errors
/// A value cannot be taken, the name is taken, or the URL or mail server may not be reached.
pub async fn add(
    db: &Db,
    allowed: &AllowList,
    by: &Actor,
    kind: ChannelKind,
    new: NewChannel,
) -> Result<(Channel, Option<String>), AppError> {
    let name = crate::endpoints::check_name(&new.name)?;
    let min_severity = new.min_severity;
    let (settings, mut secrets) = checked(kind, allowed, new, None)?;
    let signing = if kind == ChannelKind::Webhook { Some(verify::generate_secret()?) } else { None };
    secrets.signing = signing.clone().unwrap_or_default();
    let channel = Channel {
        id: ChannelId::new(),
        name,
        kind,
        settings,
        min_severity,
        paused_at: None,
        failures: 0,
        error: None,
        created_at: by.at,
        created_by: by.name.clone(),
    };
    let entry = by.entry(Action::ChannelAdded, channel.id, &channel.name, described(&channel));
    let (row, key, sealed) = (channel.clone(), db.key(), secrets.to_json());
    db.write(move |c| {
        Box::pin(async move {
            channels::insert(c, &key, &row, &sealed).await?;
            audit::insert(c, &entry).await
        })
    })
    .await
    .on_constraint("channels.name", "name", NAME_TAKEN)?;
    Ok((channel, signing))
}

/// Changes a channel; its kind stays. What waits goes out by the new settings.
///
/// # Errors
/// As [`add`]; or there is no such channel.
pub async fn change(
    db: &Db,
    allowed: &AllowList,
    by: &Actor,
    id: ChannelId,
    new: NewChannel,
) -> Result<(), AppError> {
    let (before, kept) = opened(db, id).await?;
    let name = crate::endpoints::check_name(&new.name)?;
    let min_severity = new.min_severity;
    let (settings, secrets) = checked(before.kind, allowed, new, Some((&before.settings, &kept)))?;
    let channel = Channel { name, settings, min_severity, ..before };
    store(db, by, channel, &secrets, None).await
}

/// Gives a channel to a program a new signing secret, which is returned and never shown again. The one until now signs too
/// for `overlap_hours`, so that the receiver can change over in between.
///
/// # Errors
/// There is no such channel, it does not sign, or the overlap is too long.
pub async fn rotate(db: &Db, by: &Actor, id: ChannelId, overlap_hours: i64) -> Result<String, AppError> {
    if !(0..=LONGEST_OVERLAP_HOURS).contains(&overlap_hours) {
        return Err(invalid("overlap", "overlap: give 0 to 720 hours"));
    }
    let (before, mut secrets) = opened(db, id).await?;
    let ChannelSettings::Signed { origin, .. } = before.settings else {
        return Err(invalid("id", "id: only a channel of the kind webhook has a signing secret"));
    };
    let text = verify::generate_secret()?;
    secrets.old_signing = std::mem::replace(&mut secrets.signing, text.clone());
    let old_until = Some(by.at.saturating_add(overlap_hours * 3_600_000));
    let channel = Channel { settings: ChannelSettings::Signed { origin, old_until }, ..before };
    let detail = format!("new signing secret; the one before signs too for {overlap_hours} h");
    store(db, by, channel, &secrets, Some(detail)).await?;
    Ok(text)
}

async fn store(
    db: &Db,
    by: &Actor,
    channel: Channel,
    secrets: &Secrets,
    detail: Option<String>,
) -> Result<(), AppError> {
    let detail = detail.unwrap_or_else(|| described(&channel));
    let entry = by.entry(Action::ChannelChanged, channel.id, &channel.name, detail);
    let (key, sealed) = (db.key(), secrets.to_json());
    let found = db
        .write(move |c| {
            Box::pin(async move {
                audit::insert(c, &entry).await?;
                channels::update(c, &key, &channel, &sealed).await
            })
        })
        .await
        .on_constraint("channels.name", "name", NAME_TAKEN)?;
    if found { Ok(()) } else { Err(not_found("channel")) }
}

/// Lets nothing go out over a channel until it is resumed; nothing new is queued for it, and what is queued waits.
///
/// # Errors
/// There is no such channel.
pub async fn pause(db: &Db, by: &Actor, id: ChannelId) -> Result<(), AppError> {
    set_paused(db, by, id, Some(by.at)).await
}

/// Lets a channel go on.
///
/// # Errors
/// There is no such channel.
pub async fn resume(db: &Db, by: &Actor, id: ChannelId) -> Result<(), AppError> {
    set_paused(db, by, id, None).await
}

async fn set_paused(db: &Db, by: &Actor, id: ChannelId, at: Option<i64>) -> Result<(), AppError> {
    let channel = by_id(db, id).await?;
    let detail = if at.is_some() { "paused" } else { "resumed" };
    let entry = by.entry(Action::ChannelChanged, id, &channel.name, detail);
    let found = db
        .write(move |c| {
            Box::pin(async move {
                audit::insert(c, &entry).await?;
                channels::set_paused(c, id, at).await
            })
        })
        .await?;
    if found { Ok(()) } else { Err(not_found("channel")) }
}

/// Removes a channel with what is queued for it, and the list of what it was sent.
///
/// # Errors
/// There is no such channel.
pub async fn remove(db: &Db, by: &Actor, id: ChannelId) -> Result<(), AppError> {
    let channel = by_id(db, id).await?;
    let entry = by.entry(Action::ChannelRemoved, id, &channel.name, described(&channel));
    let found = db
        .write(move |c| {
            Box::pin(async move {
                audit::insert(c, &entry).await?;
                channels::remove(c, id).await
            })
        })
        .await?;
    if found { Ok(()) } else { Err(not_found("channel")) }
}

/// The channel with this name.
///
/// # Errors
/// When there is none.
pub async fn find(db: &Db, name: &str) -> Result<Channel, AppError> {
    let all = channels::list(&mut *db.read().await?).await?;
    all.into_iter().find(|channel| channel.name == name).ok_or_else(|| not_found("channel"))
}

async fn by_id(db: &Db, id: ChannelId) -> Result<Channel, AppError> {
    channels::by_id(&mut *db.read().await?, id).await?.ok_or_else(|| not_found("channel"))
}

async fn opened(db: &Db, id: ChannelId) -> Result<(Channel, Secrets), AppError> {
    let channel = by_id(db, id).await?;
    let secrets = Secrets::of(db, id).await?.ok_or_else(|| not_found("channel"))?;
    Ok((channel, secrets))
}

/// For the audit log: kind and place, nothing secret.
fn described(channel: &Channel) -> String {
    format!("{}, {}, from {} on", channel.kind, channel.place(), channel.min_severity)
}
