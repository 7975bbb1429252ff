//! Tools for people who debug webhooks: reading a pasted request, and building signed events with faults.

pub mod event;
pub mod request;
