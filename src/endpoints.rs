//! Creating and changing endpoints: what is allowed, keys, secrets. Used by the command line and the UI alike. Every
//! change is written to the audit log in the transaction that makes it.

pub mod reference;
pub(crate) mod registry;
pub mod secrets;

use crate::{
    crypto::token,
    db::{self, Db, ResultExt as _, Transaction, audit, destinations, endpoints, header_passes, meanwhile},
    model::{
        audit::{Action, Actor, NewEntry},
        endpoint::{Endpoint, MOST_BODY_BYTES},
        error::{AppError, invalid, must_exist, not_found},
        headers::parse_secret_names,
        hmac::HmacOptions,
        ids::EndpointId,
        name::check_name,
        scheme::Scheme,
    },
    verify::SecretWarning,
};
use secrets::SecretText;

/// Bytes of randomness in the key of an ingest URL.
const KEY_BYTES: usize = 16;
const DEFAULT_RETENTION_DAYS: i64 = 90;
const NAME_TAKEN: &str = "name: an endpoint with this name already exists";

/// What it takes to make an endpoint.
#[derive(Debug)]
pub struct NewEndpoint {
    /// Its name.
    pub name: String,
    /// How its senders sign.
    pub scheme: Scheme,
    /// What they sign, when the scheme is `hmac`.
    pub hmac: Option<HmacOptions>,
    /// Headers whose values are credentials besides those that always are, separated by commas.
    pub secret_headers: String,
    /// The signing secret; every scheme but `none` needs one to accept anything, and it may be added later, since
    /// providers show it only once the URL was registered.
    pub secret: Option<SecretText>,
}

/// Makes an endpoint.
///
/// # Errors
/// The name is empty, too long or taken; the secret cannot be parsed; the database fails.
pub async fn create(
    db: &Db,
    by: &Actor,
    new: NewEndpoint,
) -> Result<(Endpoint, Vec<SecretWarning>), AppError> {
    let endpoint = Endpoint {
        id: EndpointId::new(),
        name: check_name(&new.name)?,
        key: token::<KEY_BYTES>()?,
        scheme: new.scheme,
        hmac: check_hmac(new.scheme, new.hmac)?,
        enabled: true,
        body_limit: None,
        retention_days: DEFAULT_RETENTION_DAYS,
        secret_headers: check_secret_headers(&new.secret_headers)?,
        created_at: by.at,
        version: 1,
    };
    let secret = new.secret.filter(|text| !text.is_empty());
    let (secret, warnings) = match secret {
        Some(text) => {
            let (secret, warnings) = text.check(&endpoint, "first", by)?;
            (Some(secret), warnings)
        }
        None => (None, Vec::new()),
    };
    let entry = by.entry(Action::EndpointAdded, endpoint.id, &endpoint.name, described(&endpoint));
    let mut tx = db.begin().await?;
    endpoints::insert(&mut tx, &endpoint).await.on_constraint("endpoints.name", "name", NAME_TAKEN)?;
    if let Some(secret) = &secret {
        db::secrets::insert(&mut tx, &db.key(), secret).await?;
    }
    audit::insert(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok((endpoint, warnings))
}

/// The endpoint with this id.
pub async fn find(db: &Db, id: EndpointId) -> Result<Endpoint, AppError> {
    endpoints::by_id(&mut db.read().await?, id).await?.ok_or_else(|| not_found("endpoint"))
}

/// What a person may change of an endpoint in its form.
#[derive(Clone, Debug)]
pub struct Changes {
    /// Its name.
    pub name: String,
    /// Largest body in bytes; none: the server's setting.
    pub body_limit: Option<i64>,
    /// Days for which deliveries are kept.
    pub retention_days: i64,
    /// Headers whose values are credentials besides those that always are; see [`crate::model::headers::parse_secret_names`].
    /// None: nothing is said of them, so they stay.
    pub secret_headers: Option<String>,
    /// The version that the change was made from. None: whatever it is by now.
    pub version: Option<i64>,
}

/// Changes an endpoint.
///
/// # Errors
/// A value is out of bounds, the name is taken, there is no such endpoint, or it is not as it was when the change was
/// begun.
pub async fn change(db: &Db, by: &Actor, id: EndpointId, changes: Changes) -> Result<(), AppError> {
    let name = check_name(&changes.name)?;
    if changes.body_limit.is_some_and(|bytes| !(1..=MOST_BODY_BYTES).contains(&bytes)) {
        let message = format!("body limit: must be 1 to {MOST_BODY_BYTES} bytes, or empty");
        return Err(invalid("body_limit", message));
    }
    if !(1..=3_650).contains(&changes.retention_days) {
        return Err(invalid("retention_days", "retention: must be 1 to 3650 days"));
    }
    let secret_headers = changes.secret_headers.as_deref().map(check_secret_headers).transpose()?;
    let mut tx = db.begin().await?;
    let before = endpoints::by_id(&mut tx, id).await?.ok_or_else(|| not_found("endpoint"))?;
    if changes.version.is_some_and(|version| version != before.version) {
        return Err(meanwhile(&mut tx, &id.to_string()).await?);
    }
    let Changes { body_limit, retention_days, .. } = changes;
    let secret_headers = secret_headers.unwrap_or_else(|| before.secret_headers.clone());
    let after = Endpoint { name, body_limit, retention_days, secret_headers, ..before.clone() };
    if after.secret_headers.iter().any(|name| !before.secret_headers.contains(name)) {
        // What is stored already is sealed too.
        header_passes::start(&mut tx, id, by.at).await?;
    }
    endpoints::update(&mut tx, &after).await.on_constraint("endpoints.name", "name", NAME_TAKEN)?;
    let entry = by.entry(Action::EndpointChanged, id, &after.name, differences(&before, &after));
    audit::insert(&mut tx, &entry).await?;
    Ok(tx.commit().await?)
}

/// What was changed, for the audit log.
fn differences(before: &Endpoint, after: &Endpoint) -> String {
    let limit =
        |limit: Option<i64>| limit.map_or_else(|| "the server's".to_owned(), |bytes| bytes.to_string());
    let names = |endpoint: &Endpoint| match endpoint.secret_headers.as_slice() {
        [] => "none".to_owned(),
        names => names.join(", "),
    };
    [
        ("name", before.name.clone(), after.name.clone()),
        ("body limit", limit(before.body_limit), limit(after.body_limit)),
        ("secret headers", names(before), names(after)),
        ("days kept", before.retention_days.to_string(), after.retention_days.to_string()),
    ]
    .into_iter()
    .filter(|(_, before, after)| before != after)
    .map(|(what, before, after)| format!("{what}: {before} → {after}"))
    .collect::<Vec<_>>()
    .join("; ")
}

/// An endpoint that was added, for the audit log: its scheme, and what is signed where that was described.
fn described(added: &Endpoint) -> String {
    let options = added.hmac.as_ref().map(|options| {
        let header = |name: &Option<String>| name.clone().unwrap_or_else(|| "none".to_owned());
        format!(
            "; {} of {} in {} in {}, timestamp in {}, id in {}",
            options.algorithm,
            options.signed,
            options.encoding,
            options.header,
            header(&options.timestamp_header),
            header(&options.id_header)
        )
    });
    format!("scheme {}{}", added.scheme, options.unwrap_or_default())
}

/// Enables or disables an endpoint; a disabled one answers 404.
pub async fn enable(db: &Db, by: &Actor, id: EndpointId, enabled: bool) -> Result<(), AppError> {
    let endpoint = find(db, id).await?;
    let word = |enabled| if enabled { "enabled" } else { "disabled" };
    let detail = if endpoint.enabled == enabled {
        String::new()
    } else {
        format!("state: {} → {}", word(endpoint.enabled), word(enabled))
    };
    let entry = by.entry(Action::EndpointChanged, id, &endpoint.name, detail);
    let mut tx = db.begin().await?;
    let found = endpoints::set_enabled(&mut tx, id, enabled).await?;
    noted(tx, found, &entry).await
}

/// Gives an endpoint a new key: its old URL answers 404 from now on.
pub async fn change_key(db: &Db, by: &Actor, id: EndpointId) -> Result<Endpoint, AppError> {
    let endpoint = find(db, id).await?;
    let entry = by.entry(Action::EndpointUrlChanged, id, &endpoint.name, "");
    let key = token::<KEY_BYTES>()?;
    let mut tx = db.begin().await?;
    let found = endpoints::set_key(&mut tx, id, &key).await?;
    noted(tx, found, &entry).await?;
    find(db, id).await
}

/// Commits a change with its entry in the audit log, when there was such an endpoint.
async fn noted(mut tx: Transaction, found: bool, entry: &NewEntry) -> Result<(), AppError> {
    must_exist(found, "endpoint")?;
    audit::insert(&mut tx, entry).await?;
    Ok(tx.commit().await?)
}

/// Removes an endpoint with its secrets and deliveries. Destinations that named it do so no more: one that named nothing
/// else takes nothing from then on.
pub async fn remove(db: &Db, by: &Actor, id: EndpointId) -> Result<(), AppError> {
    let endpoint = find(db, id).await?;
    let entry = by.entry(Action::EndpointRemoved, id, &endpoint.name, "");
    let mut tx = db.begin().await?;
    let found = endpoints::remove(&mut tx, id, by.at).await?;
    for destination in destinations::forget_endpoint(&mut tx, id).await? {
        let left = if destination.takes_nothing() { "none left" } else { "others are left" };
        let detail = format!("source: removed endpoint {} taken out; {left}", endpoint.name);
        let entry = by.entry(Action::DestinationChanged, destination.id, &destination.name, detail);
        audit::insert(&mut tx, &entry).await?;
    }
    noted(tx, found, &entry).await
}

/// What the removal of an endpoint does to destinations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Affected {
    /// Names of those that take its events alone: they will take nothing.
    pub emptied: Vec<String>,
    /// Names of those that take others too.
    pub narrowed: Vec<String>,
}

/// Which destinations name an endpoint.
pub async fn affected_by_removal(db: &Db, id: EndpointId) -> Result<Affected, AppError> {
    let mut affected = Affected::default();
    for destination in destinations::list(&mut db.read().await?).await? {
        match destination.endpoints.named() {
            [one] if *one == id => affected.emptied.push(destination.name),
            named if named.contains(&id) => affected.narrowed.push(destination.name),
            _ => {}
        }
    }
    Ok(affected)
}

/// Reads the names of headers that are credentials.
fn check_secret_headers(names: &str) -> Result<Vec<String>, AppError> {
    parse_secret_names(names)
        .map_err(|message| invalid("secret_headers", format!("secret headers: {message}")))
}

/// Only the scheme `hmac` has options, and it must have some that make sense.
fn check_hmac(scheme: Scheme, options: Option<HmacOptions>) -> Result<Option<HmacOptions>, AppError> {
    if scheme != Scheme::HMAC {
        return Ok(None);
    }
    let options = options.unwrap_or_default().normal();
    options.check().map_err(|(field, message)| invalid(field, message))?;
    Ok(Some(options))
}
