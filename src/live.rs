//! The live stream: server-sent events with the deliveries as they are committed.
//!
//! A stream subscribes first and then replays what it missed from the database (`Last-Event-ID`), so that there is no
//! hole. Frames are sent at most every [`TICK`], each with all rows of that time. A receiver that is too far behind gets
//! `event: resync` and is expected to load the page again.

mod places;
mod stream;

pub use places::{Places, Watcher};
pub use stream::{Access, Shape, last_seen, open, stream};

use crate::{
    auth::Auth,
    db::{Db, writer::Stored},
    model::ids::DeliveryId,
    runtime::config::Settings,
};
use std::{sync::Arc, time::Duration};
use tokio::sync::{broadcast, watch};

/// Rows that arrive within this time share a frame.
pub const TICK: Duration = Duration::from_millis(75);
/// A comment goes out when nothing else did, so that proxies keep the connection.
pub const HEARTBEAT: Duration = Duration::from_secs(15);
/// More rows than this are not replayed or put into one frame.
pub const MOST_ROWS: usize = 200;

/// Ended attempts that a live view may lag behind; then it loads the page again.
const FORWARDED: usize = 4_096;

/// The feed of live views; cheap to clone.
#[derive(Clone, Debug)]
pub struct Live {
    db: Db,
    /// Tells whether a viewer is still logged in.
    auth: Auth,
    /// Deliveries of which an attempt ended, or that are not sent.
    pub forwarded: broadcast::Sender<DeliveryId>,
    /// Who watches.
    pub places: Arc<Places>,
    /// Becomes true when the server stops: streams end, so that it can.
    stopping: watch::Sender<bool>,
}

impl Live {
    /// A feed of what `db`'s writer commits.
    pub fn new(settings: &Settings, db: &Db, auth: Auth) -> Self {
        Self {
            db: db.clone(),
            auth,
            forwarded: broadcast::Sender::new(FORWARDED),
            places: Places::new(settings),
            stopping: watch::Sender::new(false),
        }
    }

    /// Each committed batch from now on.
    fn subscribe(&self) -> broadcast::Receiver<Arc<[Stored]>> {
        self.db.writer.subscribe()
    }

    /// How many streams are open.
    pub fn viewers(&self) -> usize {
        // Each of them, and nothing else, follows what was forwarded.
        self.forwarded.receiver_count()
    }

    /// Ends all streams.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }
}
