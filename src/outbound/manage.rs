//! Changing destinations: what is allowed, and what the audit log says of it.

use super::{AllowList, check_url, condition::Condition, headers::parse_custom_headers};
use crate::{
    db::{Db, alert_presets, audit, destinations, endpoints},
    error::{AppError, ResultExt, invalid, not_found},
    model::{
        audit::{Action, Actor},
        destination::{Destination, Serving},
        ids::{DestinationId, EndpointId},
    },
    verify,
};
use secrecy::SecretString;
use url::Url;

const NAME_TAKEN: &str = "name: there is a destination with this name already; choose another";
/// Hours that a secret may go on signing after a rotation.
pub const LONGEST_OVERLAP_HOURS: i64 = 30 * 24;

/// What a person says of a destination.
#[derive(Clone, Debug, Default)]
pub struct NewDestination {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// Names of the endpoints whose events it gets; none: all.
    pub endpoints: Vec<String>,
    /// Event types; none: all.
    pub types: Vec<String>,
    /// A condition on what they hold, in CEL; empty: none.
    pub condition: String,
    /// Further headers, one `Name: value` a line.
    pub headers: String,
    /// How it is served.
    pub serving: Serving,
}

/// Makes a destination. Returns it with its new signing secret, which is never shown again.
///
/// # Errors
/// A value cannot be taken, the name is taken, or the URL may not be reached.
pub async fn add(
    db: &Db,
    allowed: &AllowList,
    by: &Actor,
    new: NewDestination,
) -> Result<(Destination, String), AppError> {
    let destination = Destination {
        id: DestinationId::new(),
        old_until: None,
        failures: 0,
        open_until: None,
        paused_at: None,
        paused_why: None,
        created_at: by.at,
        ..checked(db, allowed, new).await?
    };
    let text = verify::generate_secret()?;
    let (row, key, secret, by_name) =
        (destination.clone(), db.key(), SecretString::from(text.clone()), by.name.clone());
    let entry = by.entry(Action::DestinationAdded, row.id, &row.name, origin(&row));
    db.write(move |c| {
        Box::pin(async move {
            destinations::insert(c, &key, &row, &secret, &by_name).await?;
            alert_presets::give(c, row.created_at).await?;
            audit::insert(c, &entry).await
        })
    })
    .await
    .on_constraint("destinations.name", "name", NAME_TAKEN)?;
    Ok((destination, text))
}

/// Changes what a destination gets and how it is served. What is queued for it goes to where it is then.
///
/// # Errors
/// As [`add`]; or there is no such destination.
pub async fn change(
    db: &Db,
    allowed: &AllowList,
    by: &Actor,
    id: DestinationId,
    new: NewDestination,
) -> Result<(), AppError> {
    let row = Destination { id, ..checked(db, allowed, new).await? };
    let entry = by.entry(Action::DestinationChanged, id, &row.name, origin(&row));
    let found = db
        .write(move |c| {
            Box::pin(async move {
                audit::insert(c, &entry).await?;
                destinations::update(c, &row).await
            })
        })
        .await
        .on_constraint("destinations.name", "name", NAME_TAKEN)?;
    if found { Ok(()) } else { Err(not_found("destination")) }
}

/// What was said, looked at; what a person does not say is empty.
async fn checked(db: &Db, allowed: &AllowList, new: NewDestination) -> Result<Destination, AppError> {
    let url: Url = new.url.trim().parse().map_err(|error| invalid("url", format!("url: {error}")))?;
    check_url(&url, allowed).map_err(|error| invalid("url", error.to_string()))?;
    parse_custom_headers(&new.headers).map_err(|error| invalid("headers", error))?;
    new.serving.check().map_err(|(field, message)| invalid(field, message))?;
    Ok(Destination {
        id: DestinationId::new(),
        name: crate::endpoints::check_name(&new.name)?,
        url: url.to_string(),
        endpoint_ids: endpoint_ids(db, &new.endpoints).await?,
        types: check_types(new.types)?,
        condition: check_condition(new.condition).await?,
        headers: new.headers,
        serving: new.serving,
        old_until: None,
        failures: 0,
        open_until: None,
        paused_at: None,
        paused_why: None,
        created_at: 0,
    })
}

/// The audit log names where, but not the path: it may hold a secret.
fn origin(destination: &Destination) -> String {
    destination.url.parse::<Url>().map(|url| url.origin().ascii_serialization()).unwrap_or_default()
}

async fn check_condition(text: String) -> Result<Option<String>, AppError> {
    let text = text.trim().to_owned();
    if text.is_empty() {
        return Ok(None);
    }
    // Apart from the others: should the parser of strangers ever panic, it ends with this.
    let parsed = tokio::task::spawn_blocking(move || Condition::parse(&text).map(|_fits| text)).await;
    match parsed {
        Ok(Ok(text)) => Ok(Some(text)),
        Ok(Err(message)) => Err(invalid("condition", format!("condition: {message}"))),
        Err(_) => Err(invalid("condition", "condition: it is no expression")),
    }
}

/// Gives a destination a new signing secret, which is returned and never shown again. The one until now signs too for
/// `overlap_hours`, so that the receiver can change over in between.
///
/// # Errors
/// There is no such destination, or the overlap is too long.
pub async fn rotate(db: &Db, by: &Actor, id: DestinationId, overlap_hours: i64) -> Result<String, AppError> {
    if !(0..=LONGEST_OVERLAP_HOURS).contains(&overlap_hours) {
        return Err(invalid("overlap", "overlap: give 0 to 720 hours"));
    }
    let destination = by_id(db, id).await?;
    let text = verify::generate_secret()?;
    let (key, secret) = (db.key(), SecretString::from(text.clone()));
    let until = by.at.saturating_add(overlap_hours * 3_600_000);
    let detail = format!("the one before signs too for {overlap_hours} h");
    let entry = by.entry(Action::DestinationRotated, id, &destination.name, detail);
    let found = db
        .write(move |c| {
            Box::pin(async move {
                audit::insert(c, &entry).await?;
                destinations::rotate(c, &key, id, &secret, until).await
            })
        })
        .await?;
    if found { Ok(text) } else { Err(not_found("destination")) }
}

async fn endpoint_ids(db: &Db, names: &[String]) -> Result<Vec<EndpointId>, AppError> {
    let all = endpoints::list(&mut *db.read().await?).await?;
    names
        .iter()
        .map(|name| {
            let found = all.iter().find(|endpoint| endpoint.name == *name);
            found
                .map(|endpoint| endpoint.id)
                .ok_or_else(|| invalid("endpoints", format!("endpoints: there is no endpoint called {name}")))
        })
        .collect()
}

/// Exact types and prefixes that end in `*`.
fn check_types(types: Vec<String>) -> Result<Vec<String>, AppError> {
    let types: Vec<String> = types.iter().map(|t| t.trim().to_owned()).filter(|t| !t.is_empty()).collect();
    let fits = |text: &String| {
        let star = text.find('*').is_none_or(|at| at == text.len() - 1);
        star && text.len() <= 128 && text.bytes().all(|b| b.is_ascii_graphic())
    };
    if types.len() <= 50 && types.iter().all(fits) {
        Ok(types)
    } else {
        Err(invalid("types", "types: give types such as batch.completed or batch.*, at most 50"))
    }
}

/// The destination with this name.
///
/// # Errors
/// When there is none.
pub async fn find(db: &Db, name: &str) -> Result<Destination, AppError> {
    let all = destinations::list(&mut *db.read().await?).await?;
    all.into_iter().find(|destination| destination.name == name).ok_or_else(|| not_found("destination"))
}

/// Lets nothing go there until it is resumed; its queue waits.
///
/// # Errors
/// There is no such destination.
pub async fn pause(db: &Db, by: &Actor, id: DestinationId, why: &'static str) -> Result<(), AppError> {
    set_paused(db, by, id, Some(why)).await
}

/// Lets a destination go on.
///
/// # Errors
/// There is no such destination.
pub async fn resume(db: &Db, by: &Actor, id: DestinationId) -> Result<(), AppError> {
    set_paused(db, by, id, None).await
}

async fn set_paused(
    db: &Db,
    by: &Actor,
    id: DestinationId,
    why: Option<&'static str>,
) -> Result<(), AppError> {
    let destination = by_id(db, id).await?;
    let action = if why.is_some() { Action::DestinationPaused } else { Action::DestinationResumed };
    let entry = by.entry(action, id, &destination.name, why.unwrap_or_default());
    let at = by.at;
    let found = db
        .write(move |c| {
            Box::pin(async move {
                audit::insert(c, &entry).await?;
                destinations::set_paused(c, id, why.map(|why| (at, why))).await
            })
        })
        .await?;
    if found { Ok(()) } else { Err(not_found("destination")) }
}

/// Removes a destination with what is queued for it.
///
/// # Errors
/// There is no such destination.
pub async fn remove(db: &Db, by: &Actor, id: DestinationId) -> Result<(), AppError> {
    let destination = by_id(db, id).await?;
    let entry = by.entry(Action::DestinationRemoved, id, &destination.name, "");
    let found = db
        .write(move |c| {
            Box::pin(async move {
                audit::insert(c, &entry).await?;
                destinations::remove(c, id).await
            })
        })
        .await?;
    if found { Ok(()) } else { Err(not_found("destination")) }
}

async fn by_id(db: &Db, id: DestinationId) -> Result<Destination, AppError> {
    let all = destinations::list(&mut *db.read().await?).await?;
    all.into_iter().find(|destination| destination.id == id).ok_or_else(|| not_found("destination"))
}
