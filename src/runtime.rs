//! What a process is started with and runs by: its settings and its clock.

pub mod clock;
pub mod config;
pub(crate) mod wake;
