//! Channels: who is told of incidents, and how. A kind of channel is one file below with one [`Spec`], and one line in
//! [`ALL`]. Forms, pages, the command line, checks and the audit log walk it.
//!
//! What a message tells comes from others in part: names of endpoints, types of events. Each format is written so that no
//! text in it can ping anyone, or add a header, a link or a field.

mod check;
mod discord;
mod email;
mod manage;
mod message;
mod ntfy;
mod pagerduty;
mod post;
mod secrets;
mod send;
mod slack;
mod spec;
mod teams;
mod webhook;

pub use check::OLD_UNTIL;
pub use manage::{LONGEST_OVERLAP_HOURS, NewChannel, add, change, find, pause, remove, resume, rotate};
pub use message::Message;
#[cfg(test)]
pub(super) use message::samples;
pub use secrets::Secrets;
pub(super) use send::Outcome;
pub use send::{Refusal, Sender};
pub use spec::{Field, FieldKind, Spec, kind, known, label, place};

/// Every kind, in the order in which they are offered.
pub static ALL: &[&Spec] = &[
    &email::SPEC,
    &slack::SPEC,
    &discord::SPEC,
    &teams::SPEC,
    &ntfy::SPEC,
    &pagerduty::SPEC,
    &webhook::SPEC,
];
