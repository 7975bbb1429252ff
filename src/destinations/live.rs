//! The destinations there are, in memory and ready for use.

use crate::{
    crypto::MasterKey,
    db::{
        Db, DbError,
        destinations::{self, Opened},
        revision,
    },
    destinations::Condition,
    model::{
        destination::Destination,
        ids::{DestinationId, EndpointId},
        scheme::{Scheme, SecretFormat},
    },
    net::parse_custom_headers,
    verify::{self, ParsedSecret},
};
use axum::http::HeaderMap;
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use tokio::sync::watch;
use url::Url;

#[derive(Debug)]
pub struct LiveDestination {
    /// As stored.
    pub destination: Destination,
    /// Signs what goes there.
    pub secret: ParsedSecret,
    /// Signs it too until [`Destination::old_until`].
    pub old: Option<ParsedSecret>,
    /// What its events must hold.
    pub condition: Option<Condition>,
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

    pub fn ids(&self) -> Vec<DestinationId> {
        self.0.borrow().all.iter().map(|live| live.destination.id).collect()
    }

    pub fn names(&self) -> Vec<String> {
        self.0.borrow().all.iter().map(|live| live.destination.name.clone()).collect()
    }

    pub fn by_name(&self, name: &str) -> Option<Arc<LiveDestination>> {
        self.0.borrow().all.iter().find(|live| live.destination.name == name).cloned()
    }

    pub fn by_id(&self, id: DestinationId) -> Option<Arc<LiveDestination>> {
        self.0.borrow().all.iter().find(|live| live.destination.id == id).cloned()
    }

    /// Takes in what was changed. Call it after every change that this process makes itself.
    pub async fn reload(&self, db: &Db) -> Result<(), DbError> {
        self.0.send_replace(Arc::new(read(db).await?));
        Ok(())
    }

    /// Takes in changes that other processes make, forever.
    pub async fn follow(self, db: Db) {
        revision::follow("destinations", || self.reload_if_changed(&db)).await;
    }

    async fn reload_if_changed(&self, db: &Db) -> Result<(), DbError> {
        let revision = revision::read(&mut db.read().await?).await?;
        let known = self.0.borrow().revision;
        if revision == known { Ok(()) } else { self.reload(db).await }
    }
}

async fn read(db: &Db) -> Result<Snapshot, DbError> {
    db.opened(async |key| read_with(db, &key).await).await
}

async fn read_with(db: &Db, key: &MasterKey) -> Result<Snapshot, DbError> {
    let mut connection = db.read().await?;
    let revision = revision::read(&mut connection).await?;
    let all = destinations::open_all(&mut connection, key).await?;
    let all = all.into_iter().filter_map(|opened| open(opened).map(Arc::new)).collect();
    Ok(Snapshot { revision, all })
}

impl LiveDestination {
    /// The secrets that sign at `now` (unix ms), the newest first.
    pub(crate) fn secrets(&self, now: i64) -> impl Iterator<Item = &ParsedSecret> {
        let old = self.old.as_ref().filter(|_| self.destination.old_until.is_some_and(|until| now < until));
        std::iter::once(&self.secret).chain(old)
    }
}

/// Everything was looked at before it was saved; what cannot be read any more is left out, and said so.
fn open(opened: Opened) -> Option<LiveDestination> {
    let Opened { destination, target, secret, old } = opened;
    let parse = |text: &SecretString| {
        let parsed =
            verify::parse_secret(Scheme::STANDARD_WEBHOOKS, SecretFormat::Prefixed, text.expose_secret());
        parsed.map(|(secret, _warnings)| secret)
    };
    let (url, headers) = (target.url.parse(), parse_custom_headers(&target.headers));
    // One that this version does not understand says so: then the destination is paused, and its queue waits.
    let condition = destination.condition.as_deref().map(Condition::load);
    match (parse(&secret), old.as_ref().map(parse).transpose(), url, headers) {
        (Ok(secret), Ok(old), Ok(url), Ok(headers)) => {
            Some(LiveDestination { destination, secret, old, condition, url, headers })
        }
        _ => {
            tracing::error!(destination = destination.name, "a stored destination can't be used");
            None
        }
    }
}
