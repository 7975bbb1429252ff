//! Destinations: what people set up so that events go somewhere, as it is stored and as it is kept in memory.

pub(crate) mod condition;
mod live;
mod manage;
pub(crate) mod settings;

pub(crate) use condition::{Condition, NAMES as CONDITION_NAMES};
pub(crate) use live::{Destinations, LiveDestination};
pub use manage::{LONGEST_OVERLAP_HOURS, NewDestination, add, change, find, pause, remove, resume, rotate};
