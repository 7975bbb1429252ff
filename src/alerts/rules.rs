//! Changing alert rules: what is allowed, and what the audit log says of it.

use super::quiet;
use crate::{
    db::{Db, DbFuture, alert_rules, audit, channels, destinations, endpoints, meanwhile},
    model::{
        alert::{About, Quiet, Rule, RuleKind, RuleSettings},
        audit::{Action, Actor, NewEntry},
        channel::Channel,
        error::{AppError, invalid, not_found},
        ids::{ChannelId, RuleId},
        time,
        which::Which,
    },
};
use sqlx::SqliteConnection;

/// What a rule is to be.
#[derive(Clone, Debug)]
pub struct NewRule {
    /// What it watches.
    pub kind: RuleKind,
    /// Name of the endpoint or destination; none: all together, or the server.
    pub object: Option<String>,
    /// When it holds, and what follows.
    pub settings: RuleSettings,
}

/// One rule.
pub async fn find(db: &Db, id: RuleId) -> Result<Rule, AppError> {
    alert_rules::by_id(&mut *db.read().await?, id).await?.ok_or_else(|| not_found("rule"))
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
    match (kind.about(), &object) {
        (About::Endpoint, Some(name)) => {
            let found = endpoints::by_name(&mut connection, name).await?.map(|one| one.id);
            endpoint =
                Some(found.ok_or_else(|| {
                    invalid("object", format!("object: there is no endpoint called {name}"))
                })?);
        }
        (About::Destination, Some(name)) => {
            let all = destinations::list(&mut connection).await?;
            let found = all.iter().find(|one| one.name == *name).map(|one| one.id);
            destination = Some(found.ok_or_else(|| {
                invalid("object", format!("object: there is no destination called {name}"))
            })?);
        }
        (About::Server, Some(_)) => {
            return Err(invalid("object", "object: this kind is about the server itself"));
        }
        (_, None) => {}
    }
    Ok(Rule {
        id: RuleId::new(),
        kind,
        endpoint,
        destination,
        object,
        settings,
        enabled: true,
        created_at: now,
        changed_at: now,
        version: 1,
    })
}

async fn check(
    connection: &mut SqliteConnection,
    kind: RuleKind,
    settings: &RuleSettings,
) -> Result<(), AppError> {
    settings.check(kind).map_err(|(field, sentence)| invalid(field, sentence))?;
    if let Some(hours) = &settings.quiet
        && !quiet::is_zone(&hours.zone)
    {
        return Err(invalid("zone", "zone: give the name of a time zone, such as Europe/Berlin or UTC"));
    }
    let known = channels::list(connection).await?;
    if settings.channels.named().iter().any(|id| known.iter().all(|channel| channel.id != *id)) {
        return Err(invalid("channels", "channels: one of them is gone; choose again"));
    }
    Ok(())
}

/// Adds a rule.
///
/// # Errors
/// As [`draft`].
pub async fn add(db: &Db, by: &Actor, new: NewRule) -> Result<Rule, AppError> {
    let rule = draft(db, new, by.at).await?;
    let entry = by.entry(Action::RuleAdded, rule.id, &rule.title(), rule.condition());
    let row = rule.clone();
    db.write(move |c| {
        Box::pin(async move {
            alert_rules::insert(c, &row).await?;
            audit::insert(c, &entry).await
        })
    })
    .await?;
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
    let rule = find(db, id).await?;
    check(&mut *db.read().await?, rule.kind, &settings).await?;
    let by = by.clone();
    db.write(move |c| {
        Box::pin(async move {
            let Some(before) = alert_rules::by_id(c, id).await? else { return Ok(Err(not_found("rule"))) };
            if version.is_some_and(|version| version != before.version) {
                return Ok(Err(meanwhile(c, &id.to_string()).await?));
            }
            let after = Rule { settings, ..before.clone() };
            alert_rules::update(c, id, &after.settings, by.at).await?;
            let channels = channels::list(c).await?;
            let detail = differences(&before, &after, &channels);
            audit::insert(c, &by.entry(Action::RuleChanged, id, &after.title(), detail)).await?;
            Ok(Ok(()))
        })
    })
    .await?
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
                channels.iter().find(|one| one.id == *id).map_or("a removed one", |one| &one.name)
            };
            ids.iter().map(name).collect::<Vec<_>>().join(", ")
        }
    };
    let minutes = |ms: Option<i64>| ms.map_or_else(|| "never".to_owned(), time::duration);
    let parts = |rule: &Rule| {
        let settings = &rule.settings;
        [
            ("holds at", rule.condition()),
            ("over at", rule.kind.unit().show(settings.recovery)),
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
pub async fn switch(db: &Db, by: &Actor, id: RuleId, enabled: bool) -> Result<(), AppError> {
    let rule = find(db, id).await?;
    let detail = if enabled { "switched on" } else { "switched off" };
    let entry = by.entry(Action::RuleChanged, id, &rule.title(), detail);
    let now = by.at;
    audited(db, entry, move |c| Box::pin(async move { alert_rules::switch(c, id, enabled, now).await })).await
}

/// Removes a rule; its incidents stay.
pub async fn remove(db: &Db, by: &Actor, id: RuleId) -> Result<(), AppError> {
    let rule = find(db, id).await?;
    let entry = by.entry(Action::RuleRemoved, id, &rule.title(), rule.condition());
    audited(db, entry, move |c| Box::pin(async move { alert_rules::remove(c, id).await })).await
}

/// Makes a change with its entry in the audit log, in one transaction. `change` says whether there is such a rule.
async fn audited<F>(db: &Db, entry: NewEntry, change: F) -> Result<(), AppError>
where
    F: for<'c> FnOnce(&'c mut SqliteConnection) -> DbFuture<'c, bool> + Send + 'static,
{
    let found = db
        .write(move |c| {
            Box::pin(async move {
                let found = change(c).await?;
                if found {
                    audit::insert(c, &entry).await?;
                }
                Ok(found)
            })
        })
        .await?;
    if found { Ok(()) } else { Err(not_found("rule")) }
}
