//! Changing destinations: what is allowed, and what the audit log says of it.

mod differences;

use crate::{
    db::{
        Db, DbError, ResultExt as _, audit,
        destinations::{self, Opened, Target},
        endpoints, meanwhile,
    },
    destinations::Condition,
    model::{
        audit::{Action, Actor},
        destination::{DeliveryPolicy, Destination},
        endpoint::Endpoint,
        error::{AppError, invalid, must_exist, not_found},
        ids::{DestinationId, EndpointId},
        name::check_name,
        time::HOUR_MS,
        which::Which,
    },
    net::{AllowList, check_url, parse_custom_headers},
    verify,
};
use differences::{Names, described, differences};
use secrecy::SecretString;
use url::Url;

const NAME_TAKEN: &str = "name: a destination with this name already exists";
const NO_ENDPOINT: &str = "endpoints: choose at least one endpoint or every endpoint (on the command line: \
                           --endpoint NAME or --all-endpoints). To stop sending, pause the destination instead";
const HEADERS_MOVE: &str = "headers: the URL points to a different server, so the current headers are not sent \
                            there. Enter headers for the new server or choose to send none";
/// Hours that a secret may go on signing after a rotation.
pub const LONGEST_OVERLAP_HOURS: i64 = 30 * 24;

/// What a person says of a destination.
#[derive(Clone, Debug, Default)]
pub struct NewDestination {
    /// What people call it; unique.
    pub name: String,
    /// Where it is. Empty in a change: where it was.
    pub url: String,
    /// Names of the endpoints whose events it gets. None: nothing is said of them, which means all for a new one and as it
    /// was for another.
    pub endpoints: Option<Which<String>>,
    /// Event types; none: all.
    pub types: Vec<String>,
    /// A condition on what they hold, in CEL; empty: none.
    pub condition: String,
    /// Further headers, one `Name: value` a line. Empty in a change: those of before.
    pub headers: String,
    /// A change takes its further headers away.
    pub no_headers: bool,
    /// How it is served.
    pub policy: DeliveryPolicy,
    /// The version that a change was made from. None: whatever it is by now.
    pub version: Option<i64>,
}

/// What was said, looked at as far as it can be without the database.
struct Checked {
    name: String,
    url: Option<Url>,
    endpoints: Option<Which<String>>,
    types: Vec<String>,
    condition: Option<String>,
    headers: String,
    no_headers: bool,
    policy: DeliveryPolicy,
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
    let checked = checked(allowed, new).await?;
    let Some(url) = checked.url else { return Err(invalid("url", "url: must not be empty")) };
    let text = verify::generate_secret()?;
    let mut tx = db.begin().await?;
    let known = endpoints::list(&mut tx).await?;
    let row = Destination {
        id: DestinationId::new(),
        name: checked.name,
        origin: url.origin().ascii_serialization(),
        endpoints: endpoint_ids(checked.endpoints.unwrap_or_default(), &known)?,
        types: checked.types,
        condition: checked.condition,
        policy: checked.policy,
        old_until: None,
        failures: 0,
        open_until: None,
        paused_at: None,
        paused_why: None,
        created_at: by.at,
        version: 1,
    };
    let target = Target { url: url.into(), headers: checked.headers };
    let secret = SecretString::from(text.clone());
    let inserted = destinations::insert(&mut tx, &db.key(), &row, &target, &secret, &by.name).await;
    inserted.on_constraint("destinations.name", "name", NAME_TAKEN)?;
    let detail = described(&row, &Names(&known));
    audit::insert(&mut tx, &by.entry(Action::DestinationAdded, row.id, &row.name, detail)).await?;
    tx.commit().await?;
    Ok((row, text))
}

/// Changes what a destination gets and how it is served. What is queued for it goes to where it is then.
///
/// # Errors
/// As [`add`]; there is no such destination; or it is not as it was when the change was begun.
pub async fn change(
    db: &Db,
    allowed: &AllowList,
    by: &Actor,
    id: DestinationId,
    new: NewDestination,
) -> Result<(), AppError> {
    let version = new.version;
    let checked = checked(allowed, new).await?;
    let key = db.key();
    let mut tx = db.begin().await?;
    let opened = match destinations::open_one(&mut tx, &key, id).await {
        // Another process changed the master key: once more, with that one.
        Err(DbError::Sealed(_)) => return Err(DbError::KeyChanged.into()),
        opened => opened?,
    };
    let Opened { destination: before, target, .. } = opened.ok_or_else(|| not_found("destination"))?;
    if version.is_some_and(|version| version != before.version) {
        return Err(meanwhile(&mut tx, &id.to_string()).await?);
    }
    let known = endpoints::list(&mut tx).await?;
    let (after, new_target) = applied(checked, &before, &target, &known)?;
    let updated = destinations::update(&mut tx, &key, &after, &new_target).await;
    updated.on_constraint("destinations.name", "name", NAME_TAKEN)?;
    let detail = differences((&before, &target), (&after, &new_target), &Names(&known));
    audit::insert(&mut tx, &by.entry(Action::DestinationChanged, id, &after.name, detail)).await?;
    Ok(tx.commit().await?)
}

/// What a change makes of a destination.
fn applied(
    checked: Checked,
    before: &Destination,
    target: &Target,
    known: &[Endpoint],
) -> Result<(Destination, Target), AppError> {
    let endpoints = match checked.endpoints {
        Some(which) => endpoint_ids(which, known)?,
        // A form without the field says nothing of it, but what takes nothing is not saved as if that were meant.
        None if before.endpoints == Which::All => Which::All,
        None => return Err(invalid("endpoints", NO_ENDPOINT)),
    };
    let url = checked.url.map(String::from).unwrap_or_else(|| target.url.clone());
    let moved = origin(&url) != origin(&target.url);
    let headers = match checked.headers {
        _ if checked.no_headers => String::new(),
        headers if !headers.trim().is_empty() => headers,
        // Whoever may change a destination is not to learn a credential by sending it to a server of his own.
        _ if moved && !target.headers.trim().is_empty() => return Err(invalid("headers", HEADERS_MOVE)),
        _ => target.headers.clone(),
    };
    let after = Destination {
        name: checked.name,
        origin: origin(&url),
        endpoints,
        types: checked.types,
        condition: checked.condition,
        policy: checked.policy,
        ..before.clone()
    };
    Ok((after, Target { url, headers }))
}

/// What was said, looked at; what a person does not say is empty.
async fn checked(allowed: &AllowList, new: NewDestination) -> Result<Checked, AppError> {
    let url = match new.url.trim() {
        "" => None,
        text => {
            let url: Url = text.parse().map_err(|error| invalid("url", format!("url: {error}")))?;
            check_url(&url, allowed).map_err(|error| invalid("url", error.to_string()))?;
            Some(url)
        }
    };
    parse_custom_headers(&new.headers).map_err(|error| invalid("headers", error))?;
    if new.no_headers && !new.headers.trim().is_empty() {
        return Err(invalid("headers", "headers: enter headers or choose to send none, not both"));
    }
    new.policy.check().map_err(|(field, message)| invalid(field, message))?;
    Ok(Checked {
        name: check_name(&new.name)?,
        url,
        endpoints: new.endpoints,
        types: check_types(new.types)?,
        condition: check_condition(new.condition).await?,
        headers: new.headers,
        no_headers: new.no_headers,
        policy: new.policy,
    })
}

/// All that may be shown of where it is: path and query may hold a secret.
fn origin(url: &str) -> String {
    url.parse::<Url>().map(|url| url.origin().ascii_serialization()).unwrap_or_default()
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
        Err(_) => Err(invalid("condition", "condition: not a valid expression")),
    }
}

/// Gives a destination a new signing secret, which is returned and never shown again. The one until now signs too for
/// `overlap_hours`, so that the receiver can change over in between.
///
/// # Errors
/// There is no such destination, or the overlap is too long.
pub async fn rotate(db: &Db, by: &Actor, id: DestinationId, overlap_hours: i64) -> Result<String, AppError> {
    if !(0..=LONGEST_OVERLAP_HOURS).contains(&overlap_hours) {
        return Err(invalid("overlap", "overlap: must be 0 to 720 hours"));
    }
    let destination = by_id(db, id).await?;
    let text = verify::generate_secret()?;
    let secret = SecretString::from(text.clone());
    let until = by.at.saturating_add(overlap_hours.saturating_mul(HOUR_MS));
    let detail = format!("the previous one also signs for {overlap_hours} h");
    let entry = by.entry(Action::DestinationRotated, id, &destination.name, detail);
    let mut tx = db.begin().await?;
    must_exist(destinations::rotate(&mut tx, &db.key(), id, &secret, until).await?, "destination")?;
    audit::insert(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(text)
}

/// The endpoints of these names.
fn endpoint_ids(which: Which<String>, known: &[Endpoint]) -> Result<Which<EndpointId>, AppError> {
    let Which::These(names) = which else { return Ok(Which::All) };
    if names.is_empty() {
        return Err(invalid("endpoints", NO_ENDPOINT));
    }
    let mut ids = Vec::new();
    for name in names {
        let found = known
            .iter()
            .find(|endpoint| endpoint.name == name)
            .ok_or_else(|| invalid("endpoints", format!("endpoints: unknown endpoint {name}")))?;
        if !ids.contains(&found.id) {
            ids.push(found.id);
        }
    }
    Ok(Which::These(ids))
}

/// Exact types and prefixes that end in `*`.
fn check_types(types: Vec<String>) -> Result<Vec<String>, AppError> {
    let said = !types.is_empty();
    let types: Vec<String> = types.iter().map(|t| t.trim().to_owned()).filter(|t| !t.is_empty()).collect();
    if said && types.is_empty() {
        // Nothing but separators: that is no way to say "all".
        return Err(invalid(
            "types",
            "types: must be types such as batch.completed or batch.*, or empty for all",
        ));
    }
    let fits = |text: &String| {
        let star = text.find('*').is_none_or(|at| at == text.len() - 1);
        star && text.len() <= 128 && text.bytes().all(|b| b.is_ascii_graphic())
    };
    if types.len() <= 50 && types.iter().all(fits) {
        Ok(types)
    } else {
        Err(invalid("types", "types: must be types such as batch.completed or batch.*, at most 50"))
    }
}

/// The destination with this name.
pub async fn find(db: &Db, name: &str) -> Result<Destination, AppError> {
    destinations::by_name(&mut db.read().await?, name).await?.ok_or_else(|| not_found("destination"))
}

/// Lets nothing go there until it is resumed; its queue waits.
pub async fn pause(db: &Db, by: &Actor, id: DestinationId, why: &'static str) -> Result<(), AppError> {
    set_paused(db, by, id, Some(why)).await
}

/// Lets a destination go on.
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
    let mut tx = db.begin().await?;
    must_exist(destinations::set_paused(&mut tx, id, why.map(|why| (by.at, why))).await?, "destination")?;
    audit::insert(&mut tx, &entry).await?;
    Ok(tx.commit().await?)
}

/// Removes a destination with what is queued for it.
pub async fn remove(db: &Db, by: &Actor, id: DestinationId) -> Result<(), AppError> {
    let destination = by_id(db, id).await?;
    let entry = by.entry(Action::DestinationRemoved, id, &destination.name, "");
    let mut tx = db.begin().await?;
    must_exist(destinations::remove(&mut tx, id, by.at).await?, "destination")?;
    audit::insert(&mut tx, &entry).await?;
    Ok(tx.commit().await?)
}

async fn by_id(db: &Db, id: DestinationId) -> Result<Destination, AppError> {
    destinations::by_id(&mut db.read().await?, id).await?.ok_or_else(|| not_found("destination"))
}
