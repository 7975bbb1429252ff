//! Server functions, by area. Each is a public URL, so each checks the role first.

pub mod account;
pub mod alerts;
pub mod backups;
pub mod channel_form;
pub mod channels;
pub mod destination_form;
pub mod destinations;
pub mod endpoints;
pub mod hmac_form;
pub mod jobs;
pub mod review;
pub mod rule_form;
pub mod secrets;
pub mod server;
pub mod session;
pub mod team;
pub mod tokens;
pub mod tools;

#[cfg(feature = "ssr")]
mod endpoints_done;
