//! Hookpost: a self-hosted webhook dashboard. One binary, one SQLite file.
//!
//! `docs/architecture.md` follows one webhook through the modules below. Arrows point down only, in the order of this
//! list; `src/tests/arrows.rs` reads the imports and fails on one that runs against it.

#![cfg_attr(not(feature = "ssr"), expect(dead_code, reason = "the browser uses a part of the shared types"))]

/// The commands, a file each. They may use everything.
#[cfg(feature = "ssr")]
pub mod cli;

/// The process that serves: listening, routes, background tasks, health and metrics.
#[cfg(feature = "ssr")]
pub mod server;

/// The web UI, a folder per domain with its pages, forms and server functions. Only the server imports it.
pub mod app;

/// The REST API for programs, and its description. It knows no pages.
#[cfg(feature = "ssr")]
pub mod api;

/// Long work in slices: replays, re-verification, backups.
#[cfg(feature = "ssr")]
pub mod jobs;

/// What all requests share. It holds the parts below and is known only above.
#[cfg(feature = "ssr")]
pub mod state;

/// Alert rules, incidents, and the channels that tell of them.
#[cfg(feature = "ssr")]
pub mod alerts;

/// Sending events to destinations: queue, schedule, circuits, rates, requests.
#[cfg(feature = "ssr")]
pub mod forward;

/// Destinations as people set them up, stored and in memory. It sends nothing.
#[cfg(feature = "ssr")]
pub mod destinations;

/// The live stream of deliveries.
#[cfg(feature = "ssr")]
pub(crate) mod live;

/// The webhook route: limits, body, verification, hand-off, answers.
#[cfg(feature = "ssr")]
pub(crate) mod ingest;

/// Endpoints, their secrets and references, and the registry of them in memory.
#[cfg(feature = "ssr")]
pub mod endpoints;

/// Passwords, sessions, tokens, roles, CSRF, headers, audit.
#[cfg(feature = "ssr")]
pub mod auth;

/// Requests that Hookpost makes: the guarded client, names and addresses. It knows no database.
#[cfg(feature = "ssr")]
pub mod net;

/// The database: all SQL. It knows no HTTP.
#[cfg(feature = "ssr")]
pub mod db;

/// Signatures: pure functions, no input or output, no clock, no database.
#[cfg(feature = "ssr")]
pub mod verify;

/// What the process tells about itself: log, traces, metrics, the state of its tasks.
#[cfg(feature = "ssr")]
pub mod telemetry;

/// What the process is started with and runs by: settings and clock.
#[cfg(feature = "ssr")]
pub mod runtime;

/// Sealing, hashing, random values, key files. It knows nothing else of Hookpost.
#[cfg(feature = "ssr")]
pub mod crypto;

/// Words and plain types that server and browser share, with the one error that people read.
pub mod model;

/// Starts the islands of a page in the browser.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
