//! Changing alert rules: what is allowed, and what the audit log says of it.

use super::{Rule, Spec, presets};
use crate::{
    alerts::quiet,
    db::{Connection, Db, alert_rules, audit, channels, destinations, endpoints, meanwhile},
    model::{
        alert::{About, Quiet, RuleSettings},
        audit::{Action, Actor},
        channel::Channel,
        error::{AppError, invalid, not_found},
        ids::{ChannelId, RuleId},
        time,
        which::Which,
    },
};

/// What a rule is to be.
#[derive(Clone, Debug)]
pub struct NewRule {
    /// What is watched, and how.
    pub kind: &'static Spec,
    /// Name of the endpoint or destination; none: all together, or the server.
    pub object: Option<String>,
    /// When it holds, and what follows.
    pub settings: RuleSettings,
}

/// Every rule: by endpoint, then by destination, then those of the server. What is new gets its usual rules first; kinds of
/// a later version are left out.
///
/// # Errors
/// When the database fails.
pub async fn list(db: &Db, now: i64) -> Result<Vec<Rule>, AppError> {
    if let Err(error) = presets::give(db, now).await {
        // What there is can be shown and watched all the same, also while nothing can be written.
        tracing::warn!(%error, "new objects got no usual rules yet: {error}");
    }
    let all = alert_rules::list(&mut db.read().await?).await?;
    Ok(all.into_iter().filter_map(Rule::of).collect())
}

/// One rule.
///
/// # Errors
/// There is no such rule.
pub async fn find(db: &Db, id: RuleId) -> Result<Rule, AppError> {
    by_id(&mut db.read().await?, id).await
}

async fn by_id(connection: &mut Connection, id: RuleId) -> Result<Rule, AppError> {
    alert_rules::by_id(connection, id).await?.and_then(Rule::of).ok_or_else(|| not_found("rule"))
}

/// A rule as it would be; nothing is stored.
///
/// # Errors
/// A value cannot be taken, or there is no such endpoint, destination or channel.
pub async fn draft(db: &Db, new: NewRule, now: i64) -> Result<Rule, AppError> {
    let NewRule { kind, object, settings } = new;
    let mut connection = db.read().await?;
    check(&mut connection, kind, &settings).await?;
    let object = object.filter(|name| !name.is_empty());
    let (mut endpoint, mut destination) = (None, None);
    let gone = |what: &str, name: &str| invalid("object", format!("object: unknown {what} {name}"));
    match (kind.about, &object) {
        (About::Endpoint, Some(name)) => {
            let found = endpoints::by_name(&mut connection, name).await?;
            endpoint = Some(found.ok_or_else(|| gone("endpoint", name))?.id);
        }
        (About::Destination, Some(name)) => {
            let found = destinations::by_name(&mut connection, name).await?;
            destination = Some(found.ok_or_else(|| gone("destination", name))?.id);
        }
        (About::Server, Some(_)) => {
            return Err(invalid("object", "object: this kind applies to the server itself"));
        }
        (_, None) => {}
    }
    Ok(Rule::usual(kind, endpoint, destination, now).named(object).with(settings))
}

/// A rule as it would be with other settings; nothing is stored.
///
/// # Errors
/// A value cannot be taken, or a channel is gone.
pub async fn changed(db: &Db, rule: &Rule, settings: RuleSettings) -> Result<Rule, AppError> {
    check(&mut db.read().await?, rule.kind, &settings).await?;
    Ok(rule.with(settings))
}

async fn check(connection: &mut Connection, kind: &Spec, settings: &RuleSettings) -> Result<(), AppError> {
    kind.check(settings)?;
    if let Some(hours) = &settings.quiet
        && !quiet::is_zone(&hours.zone)
    {
        return Err(invalid("zone", "zone: must be a time zone, such as Europe/Berlin or UTC"));
    }
    let known = channels::list(connection).await?;
    if settings.channels.named().iter().any(|id| known.iter().all(|channel| channel.id != *id)) {
        return Err(invalid("channels", "channels: one of them was removed; choose again"));
    }
    Ok(())
}

/// Adds a rule.
///
/// # Errors
/// As [`draft`].
pub async fn add(db: &Db, by: &Actor, new: NewRule) -> Result<Rule, AppError> {
    let rule = draft(db, new, by.at).await?;
    let mut tx = db.begin().await?;
    alert_rules::insert(&mut tx, &rule).await?;
    audit::insert(&mut tx, &by.entry(Action::RuleAdded, rule.id, &rule.title(), rule.condition())).await?;
    tx.commit().await?;
    Ok(rule)
}

/// Changes when a rule holds, and what follows. Incidents that are open go on by it. `version` is the one that the change
/// was made from; none: whatever it is by now.
///
/// # Errors
/// There is no such rule, a value cannot be taken, or it is not as it was when the change was begun.
pub async fn change(
    db: &Db,
    by: &Actor,
    id: RuleId,
    settings: RuleSettings,
    version: Option<i64>,
) -> Result<(), AppError> {
    let mut tx = db.begin().await?;
    let before = by_id(&mut tx, id).await?;
    check(&mut tx, before.kind, &settings).await?;
    if version.is_some_and(|version| version != before.version) {
        return Err(meanwhile(&mut tx, &id.to_string()).await?);
    }
    let after = before.with(settings);
    alert_rules::update(&mut tx, id, &after.settings, by.at).await?;
    let detail = differences(&before, &after, &channels::list(&mut tx).await?);
    audit::insert(&mut tx, &by.entry(Action::RuleChanged, id, &after.title(), detail)).await?;
    Ok(tx.commit().await?)
}

/// What was changed, for the audit log. Empty: nothing.
fn differences(before: &Rule, after: &Rule, channels: &[Channel]) -> String {
    let list = |words: &[String]| if words.is_empty() { "none".to_owned() } else { words.join(" ") };
    let quiet = |quiet: &Option<Quiet>| match quiet {
        None => "none".to_owned(),
        Some(quiet) => format!("{} {:?} {}", quiet.hours_text(), quiet.days, quiet.zone),
    };
    let told = |which: &Which<ChannelId>| match which {
        Which::All => "every channel".to_owned(),
        Which::These(ids) => {
            let name = |id: &ChannelId| {
                channels.iter().find(|one| one.id == *id).map_or("a removed channel", |one| &one.name)
            };
            ids.iter().map(name).collect::<Vec<_>>().join(", ")
        }
    };
    let minutes = |ms: Option<i64>| ms.map_or_else(|| "never".to_owned(), time::duration);
    let parts = |rule: &Rule| {
        let settings = &rule.settings;
        [
            ("condition", rule.condition()),
            ("recovers at", rule.kind.unit.show(settings.recovery)),
            ("cooldown", time::duration(settings.cooldown_ms())),
            ("severity", settings.severity.to_string()),
            ("reminders", minutes(settings.remind_ms())),
            ("type", settings.event_type.clone().unwrap_or_else(|| "any".to_owned())),
            ("ends", list(&settings.end_types)),
            ("quiet", quiet(&settings.quiet)),
            ("tells", told(&settings.channels)),
        ]
    };
    parts(before)
        .into_iter()
        .zip(parts(after))
        .filter(|(before, after)| before != after)
        .map(|((what, before), (_, after))| format!("{what}: {before} → {after}"))
        .collect::<Vec<_>>()
        .join("; ")
}

/// Switches a rule on or off. An incident of it that is open is closed by the next look.
///
/// # Errors
/// There is no such rule.
pub async fn switch(db: &Db, by: &Actor, id: RuleId, enabled: bool) -> Result<(), AppError> {
    let mut tx = db.begin().await?;
    let rule = by_id(&mut tx, id).await?;
    alert_rules::switch(&mut tx, id, enabled, by.at).await?;
    let detail = if enabled { "switched on" } else { "switched off" };
    audit::insert(&mut tx, &by.entry(Action::RuleChanged, id, &rule.title(), detail)).await?;
    Ok(tx.commit().await?)
}

/// Removes a rule; its incidents stay.
///
/// # Errors
/// There is no such rule.
pub async fn remove(db: &Db, by: &Actor, id: RuleId) -> Result<(), AppError> {
    let mut tx = db.begin().await?;
    let rule = by_id(&mut tx, id).await?;
    alert_rules::remove(&mut tx, id).await?;
    audit::insert(&mut tx, &by.entry(Action::RuleRemoved, id, &rule.title(), rule.condition())).await?;
    Ok(tx.commit().await?)
}
