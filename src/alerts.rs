//! Watching: what is usual, and what is not.

pub mod rhythm;
