//! Watching: what is usual, what is not, and who is told.
//!
//! [`evaluate`] looks at every rule each few seconds: its kind says what the value is, [`decide`] what follows. Whatever
//! follows is written in one transaction with the messages that tell of it, so that a crash loses none and doubles none.

pub mod channels;
mod decide;
pub mod evaluate;
pub mod incidents;
pub(crate) mod notices;
mod open_count;
pub mod preview;
pub(crate) mod quiet;
mod ranges;
pub mod rules;
mod sample;
pub mod uptime;
pub(crate) mod usual_interval;
pub mod values;

pub use channels::Sender;
pub use open_count::{Open, OpenCount};

use crate::{
    db::{Db, disk::DiskGuard},
    runtime::{clock::Clock, config::Settings, wake::Wake},
};
use std::sync::Arc;
use tokio::sync::Mutex;

/// What watching and telling need; cheap to clone.
#[derive(Clone, Debug)]
pub struct Alerts {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) settings: Arc<Settings>,
    pub(crate) disk: DiskGuard,
    pub(crate) sender: Sender,
    pub(crate) wake: Arc<Wake>,
    /// How many incidents are open.
    pub(crate) open: OpenCount,
    /// Whoever looks at the rules again and again holds it meanwhile, so that nobody else does.
    pub turn: Arc<Mutex<()>>,
}
