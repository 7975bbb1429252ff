//! Creating and changing endpoints: what is allowed, keys, secrets. Used by the command line and the UI alike. Every
//! change is written to the audit log in the transaction that makes it.

pub mod secrets;

use crate::{
    crypto::token,
    db::{self, Db, alert_presets, audit, endpoints},
    error::{AppError, ResultExt, invalid, not_found},
    model::{
        audit::{Action, Actor},
        endpoint::Endpoint,
        hmac::HmacOptions,
        ids::EndpointId,
        scheme::Scheme,
    },
    verify::SecretWarning,
};
use secrets::SecretText;

/// Bytes of randomness in the key of an ingest URL.
const KEY_BYTES: usize = 16;
const LONGEST_NAME: usize = 64;
const DEFAULT_RETENTION_DAYS: i64 = 90;
const NAME_TAKEN: &str = "name: there is an endpoint with this name already; choose another";

/// What it takes to make an endpoint.
#[derive(Debug)]
pub struct NewEndpoint {
    /// Its name.
    pub name: String,
    /// How its senders sign.
    pub scheme: Scheme,
    /// What they sign, when the scheme is `hmac`.
    pub hmac: Option<HmacOptions>,
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
        created_at: by.at,
    };
    let secret = new.secret.filter(|text| !text.is_empty());
    let (secret, warnings) = match secret {
        Some(text) => {
            let (secret, warnings) = text.check(&endpoint, "first", by)?;
            (Some(secret), warnings)
        }
        None => (None, Vec::new()),
    };
    let (row, key) = (endpoint.clone(), db.key());
    let entry = by.entry(Action::EndpointAdded, row.id, &row.name, format!("scheme {}", row.scheme));
    db.write(move |c| {
        Box::pin(async move {
            endpoints::insert(c, &row).await?;
            alert_presets::give(c, row.created_at).await?;
            if let Some(secret) = &secret {
                db::secrets::insert(c, &key, secret).await?;
            }
            audit::insert(c, &entry).await
        })
    })
    .await
    .on_constraint("endpoints.name", "name", NAME_TAKEN)?;
    Ok((endpoint, warnings))
}

/// The endpoint with this id.
///
/// # Errors
/// When there is none.
pub async fn find(db: &Db, id: EndpointId) -> Result<Endpoint, AppError> {
    endpoints::by_id(&mut *db.read().await?, id).await?.ok_or_else(|| not_found("endpoint"))
}

/// What a person may change of an endpoint.
#[derive(Clone, Debug)]
pub struct Changes {
    /// Its name.
    pub name: String,
    /// Whether it takes webhooks.
    pub enabled: bool,
    /// Largest body in bytes; none: the server's setting.
    pub body_limit: Option<i64>,
    /// Days for which deliveries are kept.
    pub retention_days: i64,
}

/// Changes an endpoint.
///
/// # Errors
/// A value is out of bounds, the name is taken, or there is no such endpoint.
pub async fn change(db: &Db, by: &Actor, id: EndpointId, changes: Changes) -> Result<Endpoint, AppError> {
    let name = check_name(&changes.name)?;
    if changes.body_limit.is_some_and(|bytes| !(1..=67_108_864).contains(&bytes)) {
        return Err(invalid("body_limit", "body limit: give 1 to 67108864 bytes, or leave it empty"));
    }
    if !(1..=3_650).contains(&changes.retention_days) {
        return Err(invalid("retention_days", "retention: give 1 to 3650 days"));
    }
    let before = find(db, id).await?;
    let endpoint = Endpoint {
        name,
        enabled: changes.enabled,
        body_limit: changes.body_limit,
        retention_days: changes.retention_days,
        ..before.clone()
    };
    let detail = differences(&before, &endpoint);
    store(db, by, Action::EndpointChanged, &endpoint, detail).await?;
    Ok(endpoint)
}

/// What was changed, for the audit log.
fn differences(before: &Endpoint, after: &Endpoint) -> String {
    let limit =
        |limit: Option<i64>| limit.map_or_else(|| "the server's".to_owned(), |bytes| bytes.to_string());
    let state = |enabled| if enabled { "enabled" } else { "disabled" }.to_owned();
    [
        ("name", before.name.clone(), after.name.clone()),
        ("state", state(before.enabled), state(after.enabled)),
        ("body limit", limit(before.body_limit), limit(after.body_limit)),
        ("days kept", before.retention_days.to_string(), after.retention_days.to_string()),
    ]
    .into_iter()
    .filter(|(_, before, after)| before != after)
    .map(|(what, before, after)| format!("{what}: {before} → {after}"))
    .collect::<Vec<_>>()
    .join("; ")
}

/// Gives an endpoint a new key: its old URL answers 404 from now on.
///
/// # Errors
/// There is no such endpoint.
pub async fn change_key(db: &Db, by: &Actor, id: EndpointId) -> Result<Endpoint, AppError> {
    let endpoint = Endpoint { key: token::<KEY_BYTES>()?, ..find(db, id).await? };
    store(db, by, Action::EndpointUrlChanged, &endpoint, String::new()).await?;
    Ok(endpoint)
}

async fn store(
    db: &Db,
    by: &Actor,
    action: Action,
    endpoint: &Endpoint,
    detail: String,
) -> Result<(), AppError> {
    let (row, entry) = (endpoint.clone(), by.entry(action, endpoint.id, &endpoint.name, detail));
    let found = db
        .write(move |c| {
            Box::pin(async move {
                let found = endpoints::update(c, &row).await?;
                if found {
                    audit::insert(c, &entry).await?;
                }
                Ok(found)
            })
        })
        .await
        .on_constraint("endpoints.name", "name", NAME_TAKEN)?;
    if found { Ok(()) } else { Err(not_found("endpoint")) }
}

/// Removes an endpoint with its secrets and deliveries.
///
/// # Errors
/// There is no such endpoint.
pub async fn remove(db: &Db, by: &Actor, id: EndpointId) -> Result<(), AppError> {
    let endpoint = find(db, id).await?;
    let entry = by.entry(Action::EndpointRemoved, id, &endpoint.name, "");
    let found = db
        .write(move |c| {
            Box::pin(async move {
                let found = endpoints::remove(c, id).await?;
                if found {
                    audit::insert(c, &entry).await?;
                }
                Ok(found)
            })
        })
        .await?;
    if found { Ok(()) } else { Err(not_found("endpoint")) }
}

/// What things are called.
///
/// # Errors
/// It is empty, too long, or holds control characters.
pub(crate) fn check_name(name: &str) -> Result<String, AppError> {
    let name = name.trim();
    let fits =
        !name.is_empty() && name.chars().count() <= LONGEST_NAME && !name.chars().any(char::is_control);
    if fits {
        Ok(name.to_owned())
    } else {
        Err(invalid("name", "name: give 1 to 64 characters, such as prod-openai"))
    }
}

/// Only the scheme `hmac` has options, and it must have some that make sense.
fn check_hmac(scheme: Scheme, options: Option<HmacOptions>) -> Result<Option<HmacOptions>, AppError> {
    if scheme != Scheme::Hmac {
        return Ok(None);
    }
    let options = options.unwrap_or_default().normal();
    options.check().map_err(|(field, message)| invalid(field, message))?;
    Ok(Some(options))
}
