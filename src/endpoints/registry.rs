//! The endpoints in memory, with their secrets opened. Deliveries are checked against this, never against the database.

use crate::{
    crypto::MasterKey,
    db::{Db, DbError, endpoints, revision, secrets},
    endpoints::reference::{self, Reference, Stamp},
    model::{
        endpoint::{Endpoint, EndpointRef},
        ids::{EndpointId, SecretId},
    },
    runtime::config::AllowedReferences,
    verify::{self, NamedSecret},
};
use secrecy::{ExposeSecret, SecretString};
use std::{collections::HashMap, sync::Arc};
use tokio::sync::watch;

/// An endpoint with what it takes to verify its deliveries.
#[derive(Debug)]
pub struct LiveEndpoint {
    /// As stored.
    pub endpoint: Endpoint,
    /// The part that rows carry.
    pub shown: Arc<EndpointRef>,
    /// Those that are not revoked, newest first.
    pub secrets: Vec<LiveSecret>,
    /// Those that should be in use and cannot be, with the reason.
    pub broken: Vec<(SecretId, String)>,
}

/// A secret ready for use.
#[derive(Debug)]
pub struct LiveSecret {
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
    /// Secrets that are kept in files, and what told their state when they were read.
    files: Vec<(Reference, Stamp)>,
}

/// The endpoints as they are now; cheap to clone.
#[derive(Clone, Debug)]
pub struct Registry {
    current: watch::Sender<Arc<Snapshot>>,
    /// What references to secrets may lead to.
    allowed: Arc<AllowedReferences>,
}

impl Registry {
    /// Reads all endpoints.
    pub async fn load(db: &Db, allowed: AllowedReferences) -> Result<Self, DbError> {
        let current = watch::Sender::new(Arc::new(read(db, &allowed).await?));
        Ok(Self { current, allowed: Arc::new(allowed) })
    }

    /// What references to secrets may lead to.
    pub fn allowed(&self) -> &Arc<AllowedReferences> {
        &self.allowed
    }

    /// The enabled endpoint whose ingest URL ends in `key`.
    pub fn by_key(&self, key: &str) -> Option<Arc<LiveEndpoint>> {
        self.current.borrow().by_key.get(key).filter(|found| found.endpoint.enabled).cloned()
    }

    pub fn by_id(&self, id: EndpointId) -> Option<Arc<LiveEndpoint>> {
        self.current.borrow().by_key.values().find(|found| found.endpoint.id == id).cloned()
    }

    pub fn by_name(&self, name: &str) -> Option<Arc<LiveEndpoint>> {
        self.current.borrow().by_key.values().find(|found| found.endpoint.name == name).cloned()
    }

    /// The names of all endpoints.
    pub fn names(&self) -> Vec<String> {
        self.current.borrow().by_key.values().map(|found| found.endpoint.name.clone()).collect()
    }

    /// Takes in what was changed. Call it after every change that this process makes itself.
    ///
    /// # Errors
    /// When the database fails or a secret does not open; the endpoints stay as they were.
    pub async fn reload(&self, db: &Db) -> Result<(), DbError> {
        self.current.send_replace(Arc::new(read(db, &self.allowed).await?));
        Ok(())
    }

    /// Takes in changes that other processes make, forever.
    pub async fn follow(self, db: Db) {
        revision::follow("endpoints", || self.reload_if_changed(&db)).await;
    }

    async fn reload_if_changed(&self, db: &Db) -> Result<(), DbError> {
        let revision = revision::read(&mut db.read().await?).await?;
        let known = self.current.borrow().clone();
        let unchanged = |(file, stamp): &(Reference, Stamp)| file.stamp(&self.allowed) == *stamp;
        if revision == known.revision && known.files.iter().all(unchanged) {
            Ok(())
        } else {
            self.reload(db).await
        }
    }
}

async fn read(db: &Db, allowed: &AllowedReferences) -> Result<Snapshot, DbError> {
    db.opened(async |key| read_with(db, &key, allowed).await).await
}

async fn read_with(db: &Db, key: &MasterKey, allowed: &AllowedReferences) -> Result<Snapshot, DbError> {
    let mut connection = db.read().await?;
    // The revision first: a change between the questions is then read again by the next poll.
    let revision = revision::read(&mut connection).await?;
    let mut by_endpoint: HashMap<EndpointId, Vec<secrets::OpenSecret>> = HashMap::new();
    let mut files = Vec::new();
    for secret in secrets::open_all(&mut connection, key).await? {
        if secret.info.revoked_at.is_some() {
            continue;
        }
        if let Some(Ok(reference @ Reference::File(_))) = secret.info.reference.as_deref().map(str::parse) {
            // Before it is read: a change in between is then seen by the next poll.
            let stamp = reference.stamp(allowed);
            files.push((reference, stamp));
        }
        by_endpoint.entry(secret.endpoint_id).or_default().push(secret);
    }
    let by_key = endpoints::list(&mut connection)
        .await?
        .into_iter()
        .map(|endpoint| {
            let stored = by_endpoint.remove(&endpoint.id).unwrap_or_default();
            let (mut secrets, mut broken) = (Vec::new(), Vec::new());
            for secret in &stored {
                match open(&endpoint, secret, allowed) {
                    Ok(secret) => secrets.push(secret),
                    // The reason is for the operator.
                    Err(why) => {
                        tracing::error!(
                            endpoint = endpoint.name, secret = %secret.info.id,
                            "a secret of {} can't be used: {why}", endpoint.name
                        );
                        broken.push((secret.info.id, format!("Unusable: {}.", reference::CANNOT_BE_USED)));
                    }
                }
            }
            let shown = Arc::new(endpoint.to_ref());
            (endpoint.key.clone(), Arc::new(LiveEndpoint { endpoint, shown, secrets, broken }))
        })
        .collect();
    Ok(Snapshot { revision, by_key, files })
}

/// Secrets are parsed before they are saved, but what is kept elsewhere may be gone, or be none any more.
fn open(
    endpoint: &Endpoint,
    secret: &secrets::OpenSecret,
    allowed: &AllowedReferences,
) -> Result<LiveSecret, String> {
    let text = text_of(secret, allowed)?;
    let (parsed, _warnings) = verify::parse_secret(endpoint.scheme, secret.info.format, text.expose_secret())
        .map_err(|error| error.to_string())?;
    let id = secret.info.id;
    let named = NamedSecret { id: id.to_string(), secret: parsed };
    Ok(LiveSecret { id, named, expires_at: secret.info.expires_at })
}

/// The text of a secret, wherever it is kept.
///
/// # Errors
/// A sentence that says why it cannot be read.
pub fn text_of(secret: &secrets::OpenSecret, allowed: &AllowedReferences) -> Result<SecretString, String> {
    match (&secret.text, &secret.info.reference) {
        (Some(text), _) => Ok(text.clone()),
        (None, Some(reference)) => {
            let reference: Reference = reference.parse()?;
            reference.resolve(allowed).map_err(|error| error.to_string())
        }
        (None, None) => Err("it has neither a value nor a reference".into()),
    }
}
