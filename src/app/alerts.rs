//! Alerts: what is and was wrong, what is watched, who is told.

pub(crate) mod channels;
mod deliveries;
pub(crate) mod functions;
pub(crate) mod incidents;
pub(crate) mod rules;
mod state;
