//! Watching: what is usual, and what is not; and telling people.

pub mod channels;
pub mod notices;
pub mod rhythm;
