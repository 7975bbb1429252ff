//! Watching: what is usual, what is not, and who is told.
//!
//! [`evaluate`] looks at every rule each few seconds: [`readings`] says what its value is, [`judge`] what follows. Whatever
//! follows is written in one transaction with the messages that tell of it, so that a crash loses none and doubles none.

pub(crate) mod board;
pub mod channels;
pub mod evaluate;
pub mod incidents;
pub(crate) mod judge;
pub(crate) mod notices;
pub mod preview;
pub(crate) mod quiet;
pub mod readings;
pub(crate) mod rhythm;
pub mod rules;
mod sample;
pub(crate) mod spans;
pub mod uptime;
mod words;

pub use board::Board;
