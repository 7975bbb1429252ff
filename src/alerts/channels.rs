//! Channels: what may be said of them, and how a message goes out over each.
//!
//! Whatever a message tells comes from others in part: names of endpoints, types of events. Each format is written so that
//! no text in it can ping anyone, add a header, a link or a field.

mod carrier;
mod discord;
mod email;
mod manage;
mod message;
mod pagerduty;
mod post;
mod secrets;
mod slack;
mod smtp;
mod teams;
mod webhook;

pub use carrier::{Carrier, Refusal};
pub use manage::{
    LONGEST_OVERLAP_HOURS, MOST_RECIPIENTS, NewChannel, PAGERDUTY_URL, add, change, find, pause, remove,
    resume, rotate,
};
pub use message::Message;
#[cfg(test)]
pub(super) use message::samples;
pub use secrets::Secrets;
