//! Sending events to destinations: the queue, its schedule, circuits and rates, and the requests that go out.

mod circuit;
pub(crate) mod outgoing;
mod rate_limit;
pub mod replay;
mod request;
pub(crate) mod schedule;
pub(crate) mod try_out;
pub(crate) mod via;
pub(crate) mod worker;

use crate::{
    db::Db,
    destinations::Destinations,
    live::Live,
    net::GuardedClient,
    runtime::{clock::Clock, wake::Wake},
    telemetry::{metrics::Metrics, tasks::Stop},
};
use std::sync::Arc;

/// What sending needs; cheap to clone.
#[derive(Clone, Debug)]
pub struct Forwarding {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    /// The URL under which people reach us, without a slash at its end.
    pub(crate) base_url: Arc<str>,
    pub(crate) destinations: Destinations,
    pub(crate) guarded: GuardedClient,
    pub(crate) live: Live,
    pub(crate) metrics: Metrics,
    pub(crate) wake: Arc<Wake>,
    pub(crate) stop: Stop,
}
