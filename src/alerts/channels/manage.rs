//! Changing channels: what is allowed, and what the audit log says of it.

mod checked;

pub use checked::{MOST_RECIPIENTS, PAGERDUTY_URL};

use super::Secrets;
use crate::{
    db::{Db, audit, channels, meanwhile},
    model::{
        audit::{Action, Actor},
        channel::{Channel, ChannelKind, ChannelSettings, EmailSettings},
        error::{AppError, ResultExt, invalid, not_found},
        ids::ChannelId,
        severity::Severity,
    },
    net::AllowList,
    verify,
};
use checked::checked;

const NAME_TAKEN: &str = "name: there is a channel with this name already; choose another";
/// Hours that a secret may go on signing after a rotation.
pub const LONGEST_OVERLAP_HOURS: i64 = 30 * 24;

/// What a person says of a channel. Each kind looks at its own fields.
#[derive(Clone, Debug)]
pub struct NewChannel {
    /// What people call it; unique.
    pub name: String,
    /// What is milder is not sent.
    pub min_severity: Severity,
    /// Of e-mail.
    pub mail: EmailSettings,
    /// Of PagerDuty: where events are posted to; empty: the usual place.
    pub events_url: String,
    /// What is secret. What is left empty in a change stays.
    pub secrets: Secrets,
    /// The version that a change was made from. None: whatever it is by now.
    pub version: Option<i64>,
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
        version: 1,
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
    let (min_severity, version) = (new.min_severity, new.version.unwrap_or(before.version));
    let new_secrets = new.secrets.any();
    let (settings, secrets) = checked(before.kind, allowed, new, Some((&before.settings, &kept)))?;
    let channel = Channel { name, settings, min_severity, version, ..before.clone() };
    let mut detail = differences(&before, &channel);
    if new_secrets {
        detail.push_str(if detail.is_empty() { "secrets: other ones" } else { "; secrets: other ones" });
    }
    store(db, by, channel, &secrets, detail).await
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
    let old_until = Some(by.at.saturating_add(overlap_hours.saturating_mul(3_600_000)));
    let channel = Channel { settings: ChannelSettings::Signed { origin, old_until }, ..before };
    let detail = format!("new signing secret; the one before signs too for {overlap_hours} h");
    store(db, by, channel, &secrets, detail).await?;
    Ok(text)
}

async fn store(
    db: &Db,
    by: &Actor,
    channel: Channel,
    secrets: &Secrets,
    detail: String,
) -> Result<(), AppError> {
    let entry = by.entry(Action::ChannelChanged, channel.id, &channel.name, detail);
    let (key, sealed) = (db.key(), secrets.to_json());
    db.write(move |c| {
        Box::pin(async move {
            // Looked up before: an entry of our own would be the last.
            let changed_meanwhile = meanwhile(c, &channel.id.to_string()).await?;
            if channels::update(c, &key, &channel, &sealed).await? {
                audit::insert(c, &entry).await?;
                return Ok(Ok(()));
            }
            let is_there = channels::by_id(c, channel.id).await?.is_some();
            Ok(Err(if is_there { changed_meanwhile } else { not_found("channel") }))
        })
    })
    .await
    .on_constraint("channels.name", "name", NAME_TAKEN)?
}

/// Lets nothing go out over a channel until it is resumed; nothing new is queued for it, and what is queued waits.
pub async fn pause(db: &Db, by: &Actor, id: ChannelId) -> Result<(), AppError> {
    set_paused(db, by, id, Some(by.at)).await
}

/// Lets a channel go on.
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

/// What was changed, for the audit log, with nothing secret. Empty: nothing.
fn differences(before: &Channel, after: &Channel) -> String {
    let mail = |channel: &Channel| match &channel.settings {
        ChannelSettings::Email(mail) => {
            format!(
                "{}:{} {:?} as {} from {} to {}",
                mail.host,
                mail.port,
                mail.tls,
                mail.username,
                mail.from,
                mail.to.join(" ")
            )
        }
        _ => channel.place(),
    };
    [
        ("name", before.name.clone(), after.name.clone()),
        ("to", mail(before), mail(after)),
        ("from severity", before.min_severity.to_string(), after.min_severity.to_string()),
    ]
    .into_iter()
    .filter(|(_, before, after)| before != after)
    .map(|(what, before, after)| format!("{what}: {before} → {after}"))
    .collect::<Vec<_>>()
    .join("; ")
}
