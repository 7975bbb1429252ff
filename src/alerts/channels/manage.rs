//! Changing channels: what is allowed, and what the audit log says of it.

use super::{
    FieldKind, Secrets, Spec,
    check::{OLD_UNTIL, checked},
    spec::place,
};
use crate::{
    db::{Db, ResultExt as _, audit, channels, meanwhile},
    model::{
        audit::{Action, Actor},
        channel::Channel,
        error::{AppError, invalid, not_found},
        ids::ChannelId,
        name::check_name,
        severity::Severity,
        time::HOUR_MS,
    },
    net::AllowList,
    verify,
};

const NAME_TAKEN: &str = "name: a channel with this name already exists";
/// Hours that a secret may go on signing after a rotation.
pub const LONGEST_OVERLAP_HOURS: i64 = 30 * 24;

/// What a person says of a channel.
#[derive(Clone, Debug)]
pub struct NewChannel {
    /// What people call it; unique.
    pub name: String,
    /// What is milder is not sent.
    pub min_severity: Severity,
    /// Its fields as typed. A secret that is left empty in a change stays.
    pub typed: Secrets,
    /// The version that a change was made from. None: whatever it is by now.
    pub version: Option<i64>,
}

/// Makes a channel. Returns it; of a kind that signs with the new secret, which is never shown again.
///
/// # Errors
/// A value cannot be taken, the name is taken, or the URL or mail server may not be reached.
pub async fn add(
    db: &Db,
    allowed: &AllowList,
    by: &Actor,
    kind: &Spec,
    new: NewChannel,
) -> Result<(Channel, Option<String>), AppError> {
    let name = check_name(&new.name)?;
    let (settings, mut secrets) = checked(kind, allowed, &new.typed, None)?;
    let mut made = None;
    for field in kind.fields.iter().filter(|field| field.kind == FieldKind::Made) {
        secrets.set(field.name, made.insert(verify::generate_secret()?));
    }
    let channel = Channel {
        id: ChannelId::new(),
        name,
        kind: kind.word.to_owned(),
        settings,
        min_severity: new.min_severity,
        paused_at: None,
        failures: 0,
        error: None,
        created_at: by.at,
        created_by: by.name.clone(),
        version: 1,
    };
    let entry = by.entry(Action::ChannelAdded, channel.id, &channel.name, described(&channel));
    let mut tx = db.begin().await?;
    channels::insert(&mut tx, &db.key(), &channel, &secrets.to_json()).await.on_constraint(
        "channels.name",
        "name",
        NAME_TAKEN,
    )?;
    audit::insert(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok((channel, made))
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
    let (before, kind, kept) = opened(db, id).await?;
    let name = check_name(&new.name)?;
    let (settings, secrets) = checked(kind, allowed, &new.typed, Some((&before.settings, &kept)))?;
    let version = new.version.unwrap_or(before.version);
    let channel = Channel { name, settings, min_severity: new.min_severity, version, ..before.clone() };
    let mut detail = differences(kind, &before, &channel);
    if kind.fields.iter().any(|field| field.secret && !field.typed(&new.typed).is_empty()) {
        detail.push_str(if detail.is_empty() { "secrets: changed" } else { "; secrets: changed" });
    }
    store(db, by, channel, &secrets, detail).await
}

/// Gives a channel that signs a new secret, which is returned and never shown again. The one until now signs too for
/// `overlap_hours`, so that the receiver can change over in between.
///
/// # Errors
/// There is no such channel, it does not sign, or the overlap is too long.
pub async fn rotate(db: &Db, by: &Actor, id: ChannelId, overlap_hours: i64) -> Result<String, AppError> {
    if !(0..=LONGEST_OVERLAP_HOURS).contains(&overlap_hours) {
        return Err(invalid("overlap", "overlap: must be 0 to 720 hours"));
    }
    let (mut channel, kind, mut secrets) = opened(db, id).await?;
    let Some(field) = kind.fields.iter().find(|field| field.kind == FieldKind::Made) else {
        return Err(invalid("id", "id: only webhook channels have a signing secret"));
    };
    let text = verify::generate_secret()?;
    let old = secrets.get(field.name).to_owned();
    secrets.set(&format!("old_{}", field.name), &old);
    secrets.set(field.name, &text);
    let old_until = by.at.saturating_add(overlap_hours.saturating_mul(HOUR_MS));
    channel.settings.insert(OLD_UNTIL.to_owned(), old_until.to_string());
    let detail = format!("new signing secret; the previous one also signs for {overlap_hours} h");
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
    let mut tx = db.begin().await?;
    let stored = channels::update(&mut tx, &db.key(), &channel, &secrets.to_json()).await;
    if stored.on_constraint("channels.name", "name", NAME_TAKEN)? {
        audit::insert(&mut tx, &entry).await?;
        return Ok(tx.commit().await?);
    }
    let is_there = channels::by_id(&mut tx, channel.id).await?.is_some();
    Err(if is_there { meanwhile(&mut tx, &channel.id.to_string()).await? } else { not_found("channel") })
}

/// Lets nothing go out over a channel until it is resumed; nothing new is queued for it, and what is queued waits.
///
/// # Errors
/// There is no such channel.
pub async fn pause(db: &Db, by: &Actor, id: ChannelId) -> Result<(), AppError> {
    set_paused(db, by, id, Some(by.at), "paused").await
}

/// Lets a channel go on.
///
/// # Errors
/// There is no such channel.
pub async fn resume(db: &Db, by: &Actor, id: ChannelId) -> Result<(), AppError> {
    set_paused(db, by, id, None, "resumed").await
}

async fn set_paused(
    db: &Db,
    by: &Actor,
    id: ChannelId,
    at: Option<i64>,
    detail: &str,
) -> Result<(), AppError> {
    let mut tx = db.begin().await?;
    let channel = channels::by_id(&mut tx, id).await?.ok_or_else(|| not_found("channel"))?;
    channels::set_paused(&mut tx, id, at).await?;
    audit::insert(&mut tx, &by.entry(Action::ChannelChanged, id, &channel.name, detail)).await?;
    Ok(tx.commit().await?)
}

/// Removes a channel with what is queued for it, and the list of what it was sent.
///
/// # Errors
/// There is no such channel.
pub async fn remove(db: &Db, by: &Actor, id: ChannelId) -> Result<(), AppError> {
    let mut tx = db.begin().await?;
    let channel = channels::by_id(&mut tx, id).await?.ok_or_else(|| not_found("channel"))?;
    channels::remove(&mut tx, id).await?;
    let entry = by.entry(Action::ChannelRemoved, id, &channel.name, described(&channel));
    audit::insert(&mut tx, &entry).await?;
    Ok(tx.commit().await?)
}

/// The channel with this name.
///
/// # Errors
/// When there is none.
pub async fn find(db: &Db, name: &str) -> Result<Channel, AppError> {
    channels::by_name(&mut db.read().await?, name).await?.ok_or_else(|| not_found("channel"))
}

async fn opened(db: &Db, id: ChannelId) -> Result<(Channel, &'static Spec, Secrets), AppError> {
    let channel = channels::by_id(&mut db.read().await?, id).await?.ok_or_else(|| not_found("channel"))?;
    let secrets = Secrets::of(db, id).await?.ok_or_else(|| not_found("channel"))?;
    let kind = super::kind(&channel.kind)?;
    Ok((channel, kind, secrets))
}

/// For the audit log: kind and place, nothing secret.
fn described(channel: &Channel) -> String {
    format!("{}, {}, {} and above", channel.kind, place(channel), channel.min_severity)
}

/// What was changed, for the audit log, with nothing secret. Empty: nothing.
fn differences(kind: &Spec, before: &Channel, after: &Channel) -> String {
    let parts = |channel: &Channel| {
        let fields =
            kind.fields.iter().filter_map(|field| Some((field.name, field.seen(&channel.settings)?)));
        let mut all = vec![("name", channel.name.clone())];
        all.extend(fields);
        all.push(("minimum severity", channel.min_severity.to_string()));
        all
    };
    parts(before)
        .into_iter()
        .zip(parts(after))
        .filter(|(before, after)| before != after)
        .map(|((what, before), (_, after))| format!("{what}: {before} → {after}"))
        .collect::<Vec<_>>()
        .join("; ")
}
