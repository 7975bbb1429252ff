//! Hookpost: a self-hosted webhook dashboard. One binary, one SQLite file.
//!
//! `docs/architecture.md` follows one webhook through the modules below. Arrows point down only:
//! `app, api, cli → auth, outbound, live, ingest → db → model`, and `verify → model`.

pub mod model;

#[cfg(feature = "ssr")]
pub mod verify;
