//! Destinations: what is allowed, changing them, and the ones there are in memory.

use super::{AllowList, check_url, headers::parse_custom_headers};
use crate::{
    db::{Db, DbError, audit, destinations, endpoints},
    error::{AppError, ResultExt, invalid, not_found},
    model::{
        audit::{Action, Actor},
        destination::Destination,
        ids::{DestinationId, EndpointId},
        scheme::{Scheme, SecretFormat},
    },
    verify::{self, ParsedSecret},
};
use axum::http::HeaderMap;
use secrecy::{ExposeSecret, SecretString};
use std::{sync::Arc, time::Duration};
use tokio::{sync::watch, time::MissedTickBehavior};
use url::Url;

const POLL_EVERY: Duration = Duration::from_millis(300);
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(10);
const TIMEOUT_MS: i64 = 15_000;
const IN_FLIGHT: i64 = 8;

/// A destination ready for use.
#[derive(Debug)]
pub struct LiveDestination {
    /// As stored.
    pub destination: Destination,
    /// Signs what goes there.
    pub secret: ParsedSecret,
    /// Where it is.
    pub url: Url,
    /// Further headers.
    pub headers: HeaderMap,
}

#[derive(Debug, Default)]
struct Snapshot {
    revision: i64,
    all: Vec<Arc<LiveDestination>>,
}

/// The destinations as they are now; cheap to clone.
#[derive(Clone, Debug)]
pub struct Destinations(watch::Sender<Arc<Snapshot>>);

impl Destinations {
    /// Reads all destinations.
    ///
    /// # Errors
    /// When the database fails or a secret does not open.
    pub async fn load(db: &Db) -> Result<Self, DbError> {
        Ok(Self(watch::Sender::new(Arc::new(read(db).await?))))
    }

    /// Those that get an event of this type from this endpoint; paused ones too, for their queue waits.
    pub fn of_event(&self, endpoint: EndpointId, event_type: Option<&str>) -> Vec<DestinationId> {
        let snapshot = self.0.borrow();
        let takes = |live: &&Arc<LiveDestination>| live.destination.takes(endpoint, event_type);
        snapshot.all.iter().filter(takes).map(|live| live.destination.id).collect()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.borrow().all.is_empty()
    }

    /// The destination with this id.
    pub fn by_id(&self, id: DestinationId) -> Option<Arc<LiveDestination>> {
        self.0.borrow().all.iter().find(|live| live.destination.id == id).cloned()
    }

    /// Takes in what was changed. Call it after every change that this process makes itself.
    ///
    /// # Errors
    /// When the database fails or a secret does not open.
    pub async fn reload(&self, db: &Db) -> Result<(), DbError> {
        self.0.send_replace(Arc::new(read(db).await?));
        Ok(())
    }

    /// Takes in changes that other processes make, for ever.
    pub async fn follow(self, db: Db) {
        let mut tick = tokio::time::interval(POLL_EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            tick.tick().await;
            if let Err(error) = self.reload_if_changed(&db).await {
                tracing::warn!(%error, "destinations could not be read again: {error}");
                // The cause may last, such as a master key that was changed for one we were not given.
                tokio::time::sleep(PAUSE_AFTER_FAILURE).await;
            }
        }
    }

    async fn reload_if_changed(&self, db: &Db) -> Result<(), DbError> {
        let revision = endpoints::revision(&mut *db.read().await?).await?;
        let known = self.0.borrow().revision;
        if revision == known { Ok(()) } else { self.reload(db).await }
    }
}

async fn read(db: &Db) -> Result<Snapshot, DbError> {
    match read_once(db).await {
        // The master key may have been changed by another process since.
        Err(DbError::Sealed(_)) => {
            db.find_key_again().await?;
            read_once(db).await
        }
        outcome => outcome,
    }
}

async fn read_once(db: &Db) -> Result<Snapshot, DbError> {
    let mut connection = db.read().await?;
    let revision = endpoints::revision(&mut connection).await?;
    let all = destinations::open_all(&mut connection, &db.key()).await?;
    let all = all
        .into_iter()
        .filter_map(|(destination, secret)| open(destination, &secret).map(Arc::new))
        .collect();
    Ok(Snapshot { revision, all })
}

/// Everything was looked at before it was saved; what cannot be read any more is left out, and said so.
fn open(destination: Destination, secret: &SecretString) -> Option<LiveDestination> {
    let parsed =
        verify::parse_secret(Scheme::StandardWebhooks, SecretFormat::Prefixed, secret.expose_secret());
    let (url, headers) = (destination.url.parse(), parse_custom_headers(&destination.headers));
    match (parsed, url, headers) {
        (Ok((secret, _warnings)), Ok(url), Ok(headers)) => {
            Some(LiveDestination { destination, secret, url, headers })
        }
        _ => {
            tracing::error!(destination = destination.name, "a stored destination cannot be used");
            None
        }
    }
}

/// What it takes to make a destination.
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
    /// Further headers, one `Name: value` a line.
    pub headers: String,
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
    let url: Url = new.url.trim().parse().map_err(|error| invalid("url", format!("url: {error}")))?;
    check_url(&url, allowed).map_err(|error| invalid("url", error.to_string()))?;
    parse_custom_headers(&new.headers).map_err(|error| invalid("headers", format!("headers: {error}")))?;
    let destination = Destination {
        id: DestinationId::new(),
        name: crate::endpoints::check_name(&new.name)?,
        url: url.to_string(),
        endpoint_ids: endpoint_ids(db, &new.endpoints).await?,
        types: check_types(new.types)?,
        headers: new.headers,
        timeout_ms: TIMEOUT_MS,
        in_flight: IN_FLIGHT,
        paused_at: None,
        paused_why: None,
        created_at: by.at,
    };
    let text = verify::generate_secret()?;
    let (row, key, secret, by_name) =
        (destination.clone(), db.key(), SecretString::from(text.clone()), by.name.clone());
    let entry = by.entry(Action::DestinationAdded, row.id, &row.name, url.origin().ascii_serialization());
    db.write(move |c| {
        Box::pin(async move {
            destinations::insert(c, &key, &row, &secret, &by_name).await?;
            audit::insert(c, &entry).await
        })
    })
    .await
    .on_constraint(
        "destinations.name",
        "name",
        "name: there is a destination with this name already; choose another",
    )?;
    Ok((destination, text))
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
