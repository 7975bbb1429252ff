//! The endpoints in memory, with their secrets opened. Deliveries are checked against this, never against the database.

use crate::{
    db::{Db, DbError, endpoints, secrets},
    model::{
        endpoint::{Endpoint, EndpointRef},
        ids::{EndpointId, SecretId},
    },
    verify::{self, NamedSecret},
};
use secrecy::ExposeSecret;
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::sync::watch;

/// A change made beside the server (`hookpost endpoint add`) takes effect within this time.
const POLL_EVERY: Duration = Duration::from_millis(300);

/// An endpoint with what it takes to verify its deliveries.
#[derive(Debug)]
pub struct LiveEndpoint {
    /// As stored.
    pub endpoint: Endpoint,
    /// The part that rows carry.
    pub shown: Arc<EndpointRef>,
    /// Those that are not revoked, newest first.
    pub secrets: Vec<LiveSecret>,
}

/// A secret ready for use.
#[derive(Debug)]
pub struct LiveSecret {
    /// Its id.
    pub id: SecretId,
    /// Parsed; named by its id.
    pub named: NamedSecret,
    /// Unix ms; set while it is expiring.
    pub expires_at: Option<i64>,
}

impl LiveEndpoint {
    /// The secrets that count at `now` (unix ms).
    pub fn usable_secrets(&self, now: i64) -> impl Iterator<Item = &LiveSecret> {
        self.secrets.iter().filter(move |secret| secret.expires_at.is_none_or(|at| now < at))
    }
}

#[derive(Debug, Default)]
struct Snapshot {
    revision: i64,
    by_key: HashMap<String, Arc<LiveEndpoint>>,
}

/// The endpoints as they are now; cheap to clone.
#[derive(Clone, Debug)]
pub struct Registry(watch::Sender<Arc<Snapshot>>);

impl Registry {
    /// Reads all endpoints.
    ///
    /// # Errors
    /// When the database fails or a secret does not open.
    pub async fn load(db: &Db) -> Result<Self, DbError> {
        Ok(Self(watch::Sender::new(Arc::new(read(db).await?))))
    }

    /// The enabled endpoint whose ingest URL ends in `key`.
    pub fn by_key(&self, key: &str) -> Option<Arc<LiveEndpoint>> {
        self.0.borrow().by_key.get(key).filter(|found| found.endpoint.enabled).cloned()
    }

    /// The endpoint with this id.
    pub fn by_id(&self, id: EndpointId) -> Option<Arc<LiveEndpoint>> {
        self.0.borrow().by_key.values().find(|found| found.endpoint.id == id).cloned()
    }

    /// Takes in what was changed. Call it after every change that this process makes itself.
    ///
    /// # Errors
    /// When the database fails or a secret does not open; the endpoints stay as they were.
    pub async fn reload(&self, db: &Db) -> Result<(), DbError> {
        self.0.send_replace(Arc::new(read(db).await?));
        Ok(())
    }

    /// Takes in changes that other processes make, for ever.
    pub async fn follow(self, db: Db) {
        let mut tick = tokio::time::interval(POLL_EVERY);
        loop {
            tick.tick().await;
            if let Err(error) = self.reload_if_changed(&db).await {
                tracing::warn!(%error, "endpoints could not be read again: {error}");
            }
        }
    }

    async fn reload_if_changed(&self, db: &Db) -> Result<(), DbError> {
        let revision = endpoints::revision(&mut *db.read().await?).await?;
        if revision == self.0.borrow().revision { Ok(()) } else { self.reload(db).await }
    }
}

async fn read(db: &Db) -> Result<Snapshot, DbError> {
    let mut connection = db.read().await?;
    // The revision first: a change between the questions is then read again by the next poll.
    let revision = endpoints::revision(&mut connection).await?;
    let mut by_endpoint: HashMap<EndpointId, Vec<secrets::OpenSecret>> = HashMap::new();
    for secret in secrets::open_all(&mut connection, db.key()).await? {
        by_endpoint.entry(secret.endpoint_id).or_default().push(secret);
    }
    let by_key = endpoints::list(&mut connection)
        .await?
        .into_iter()
        .map(|endpoint| {
            let secrets = by_endpoint.remove(&endpoint.id).unwrap_or_default();
            let secrets = secrets.into_iter().filter_map(|secret| open(&endpoint, secret)).collect();
            let shown = Arc::new(endpoint.to_ref());
            (endpoint.key.clone(), Arc::new(LiveEndpoint { endpoint, shown, secrets }))
        })
        .collect();
    Ok(Snapshot { revision, by_key })
}

/// Secrets are parsed before they are saved, so one that does not parse any more is left out, and said so.
fn open(endpoint: &Endpoint, secret: secrets::OpenSecret) -> Option<LiveSecret> {
    match verify::parse_secret(endpoint.scheme, secret.info.format, secret.text.expose_secret()) {
        Ok((parsed, _warnings)) => {
            let id = secret.info.id;
            let named = NamedSecret { id: id.to_string(), secret: parsed };
            Some(LiveSecret { id, named, expires_at: secret.info.expires_at })
        }
        Err(error) => {
            tracing::error!(endpoint = endpoint.name, secret = %secret.info.id, %error, "a stored secret cannot be used: {error}");
            None
        }
    }
}
