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
