//! Creating and changing endpoints: what is allowed, keys, secrets. Used by the command line and the UI alike.

use crate::{
    crypto::{random, token},
    db::{Db, endpoints, secrets},
    error::{AppError, ResultExt, invalid, not_found},
    model::{
        endpoint::Endpoint,
        ids::{EndpointId, SecretId},
        scheme::{Scheme, SecretFormat},
    },
    verify::{self, SecretWarning},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret, SecretString};

/// Bytes of randomness in the key of an ingest URL.
const KEY_BYTES: usize = 16;
const LONGEST_NAME: usize = 64;
const DEFAULT_RETENTION_DAYS: i64 = 90;

/// What it takes to make an endpoint.
#[derive(Debug)]
pub struct NewEndpoint {
    /// Its name.
    pub name: String,
    /// How its senders sign.
    pub scheme: Scheme,
    /// The signing secret; every scheme but `none` needs one to accept anything, and it may be added later, since
    /// providers show it only once the URL was registered.
    pub secret: Option<SecretString>,
    /// How the secret's text is read.
    pub format: SecretFormat,
}

/// Makes an endpoint.
///
/// # Errors
/// The name is empty, too long or taken; the secret cannot be parsed; the database fails.
pub async fn create(db: &Db, now: i64, new: NewEndpoint) -> Result<(Endpoint, Vec<SecretWarning>), AppError> {
    let name = check_name(&new.name)?;
    let secret = new.secret.filter(|text| !text.expose_secret().trim().is_empty());
    let warnings = match &secret {
        Some(text) => check_secret(new.scheme, new.format, text)?,
        None => Vec::new(),
    };
    let endpoint = Endpoint {
        id: EndpointId::new(),
        name,
        key: token::<KEY_BYTES>()?,
        scheme: new.scheme,
        enabled: true,
        body_limit: None,
        retention_days: DEFAULT_RETENTION_DAYS,
        created_at: now,
    };
    let secret = secret.map(|text| new_secret(&endpoint, "first", new.format, text, now));
    let (row, key) = (endpoint.clone(), db.key().clone());
    db.write(move |c| {
        Box::pin(async move {
            endpoints::insert(c, &row).await?;
            if let Some(secret) = &secret {
                secrets::insert(c, &key, secret).await?;
            }
            Ok(())
        })
    })
    .await
    .on_constraint(
        "endpoints.name",
        "name",
        "name: there is an endpoint with this name already; choose another",
    )?;
    Ok((endpoint, warnings))
}

/// Adds a secret to an endpoint; the ones there stay in use.
///
/// # Errors
/// There is no such endpoint, its scheme takes no secret, or the text cannot be parsed; the database fails.
pub async fn add_secret(
    db: &Db,
    now: i64,
    id: EndpointId,
    label: &str,
    format: SecretFormat,
    text: SecretString,
) -> Result<Vec<SecretWarning>, AppError> {
    let endpoint = find(db, id).await?;
    let warnings = check_secret(endpoint.scheme, format, &text)?;
    let label = if label.trim().is_empty() { "secret" } else { label.trim() };
    let secret = new_secret(&endpoint, label, format, text, now);
    let key = db.key().clone();
    db.write(move |c| Box::pin(async move { secrets::insert(c, &key, &secret).await })).await?;
    Ok(warnings)
}

/// Bytes of a secret made for test events, as long as those that OpenAI makes.
const TEST_SECRET_BYTES: usize = 32;

/// Adds a random secret that nobody is shown: test events can be signed before the sender's own secret is there.
///
/// # Errors
/// There is no such endpoint, or its scheme takes no such secret; the database fails.
pub async fn add_test_secret(db: &Db, now: i64, id: EndpointId) -> Result<(), AppError> {
    let text = format!("whsec_{}", STANDARD.encode(random::<TEST_SECRET_BYTES>()?));
    add_secret(db, now, id, "for test events", SecretFormat::Prefixed, text.into())
        .await
        .map(|_no_warnings| ())
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
pub async fn change(db: &Db, id: EndpointId, changes: Changes) -> Result<Endpoint, AppError> {
    let name = check_name(&changes.name)?;
    if changes.body_limit.is_some_and(|bytes| !(1..=67_108_864).contains(&bytes)) {
        return Err(invalid("body_limit", "body limit: give 1 to 67108864 bytes, or leave it empty"));
    }
    if !(1..=3_650).contains(&changes.retention_days) {
        return Err(invalid("retention_days", "retention: give 1 to 3650 days"));
    }
    let endpoint = Endpoint {
        name,
        enabled: changes.enabled,
        body_limit: changes.body_limit,
        retention_days: changes.retention_days,
        ..find(db, id).await?
    };
    store(db, &endpoint).await?;
    Ok(endpoint)
}

/// Gives an endpoint a new key: its old URL answers 404 from now on.
///
/// # Errors
/// There is no such endpoint.
pub async fn change_key(db: &Db, id: EndpointId) -> Result<Endpoint, AppError> {
    let endpoint = Endpoint { key: token::<KEY_BYTES>()?, ..find(db, id).await? };
    store(db, &endpoint).await?;
    Ok(endpoint)
}

async fn store(db: &Db, endpoint: &Endpoint) -> Result<(), AppError> {
    let row = endpoint.clone();
    let found =
        db.write(move |c| Box::pin(async move { endpoints::update(c, &row).await })).await.on_constraint(
            "endpoints.name",
            "name",
            "name: there is an endpoint with this name already; choose another",
        )?;
    if found { Ok(()) } else { Err(not_found("endpoint")) }
}

/// Removes an endpoint with its secrets and deliveries.
///
/// # Errors
/// There is no such endpoint.
pub async fn remove(db: &Db, id: EndpointId) -> Result<(), AppError> {
    let found = db.write(move |c| Box::pin(async move { endpoints::remove(c, id).await })).await?;
    if found { Ok(()) } else { Err(not_found("endpoint")) }
}

fn check_name(name: &str) -> Result<String, AppError> {
    let name = name.trim();
    let fits =
        !name.is_empty() && name.chars().count() <= LONGEST_NAME && !name.chars().any(char::is_control);
    if fits {
        Ok(name.to_owned())
    } else {
        Err(invalid("name", "name: give 1 to 64 characters, such as prod-openai"))
    }
}

fn check_secret(
    scheme: Scheme,
    format: SecretFormat,
    text: &SecretString,
) -> Result<Vec<SecretWarning>, AppError> {
    if !scheme.needs_secret() {
        return Err(invalid(
            "secret",
            format!("secret: the scheme {scheme} checks no signature and takes no secret"),
        ));
    }
    verify::parse_secret(scheme, format, text.expose_secret())
        .map(|(_parsed, warnings)| warnings)
        .map_err(|error| invalid("secret", format!("secret: {error}")))
}

fn new_secret(
    endpoint: &Endpoint,
    label: &str,
    format: SecretFormat,
    text: SecretString,
    now: i64,
) -> secrets::NewSecret {
    secrets::NewSecret {
        id: SecretId::new(),
        endpoint_id: endpoint.id,
        label: label.to_owned(),
        format,
        text,
        created_at: now,
    }
}
