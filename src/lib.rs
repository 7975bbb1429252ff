//! Hookpost: a self-hosted webhook dashboard. One binary, one SQLite file.
//!
//! `docs/architecture.md` follows one webhook through the modules below. Arrows point down only, in the order of this
//! list; `src/tests/arrows.rs` reads the imports and fails on one that runs against it.

#![cfg_attr(not(feature = "ssr"), expect(dead_code, reason = "the browser uses a part of the shared types"))]

// The commands, one file each. They may use everything.
#[cfg(feature = "ssr")]
pub mod cli;

// The process that serves: listening, routes, background tasks, health and metrics.
#[cfg(feature = "ssr")]
pub mod server;

// The web UI: a folder per domain with its pages, forms and server functions. Only the server imports it.
pub mod app;

// The REST API for programs and its description. It knows no pages.
#[cfg(feature = "ssr")]
pub mod api;

// Long work in slices: replays, re-verification, backups.
#[cfg(feature = "ssr")]
pub mod jobs;

// The state that all requests share. It holds the parts below, which do not know it.
#[cfg(feature = "ssr")]
pub mod state;

// Alert rules, incidents, and the channels that notify people of them.
#[cfg(feature = "ssr")]
pub mod alerts;

// Sending events to destinations: queue, schedule, circuits, rates, requests.
#[cfg(feature = "ssr")]
pub mod forward;

// The live stream of deliveries.
#[cfg(feature = "ssr")]
pub(crate) mod live;

// The webhook route: limits, body, verification, hand-off, answers.
#[cfg(feature = "ssr")]
pub(crate) mod ingest;

// Destinations as people set them up, stored and in memory. This module sends nothing.
#[cfg(feature = "ssr")]
pub mod destinations;

// Endpoints, their secrets and references, and their registry in memory.
#[cfg(feature = "ssr")]
pub mod endpoints;

// Passwords, sessions, tokens, roles, CSRF, headers, audit.
#[cfg(feature = "ssr")]
pub mod auth;

// The database: all SQL. It knows no HTTP.
#[cfg(feature = "ssr")]
pub mod db;

// Signatures: pure functions without I/O, clock or database.
#[cfg(feature = "ssr")]
pub mod verify;

// Log, traces, metrics and the state of background tasks.
#[cfg(feature = "ssr")]
pub mod telemetry;

// Requests that Hookpost makes: the guarded client, names and addresses. It knows no database.
#[cfg(feature = "ssr")]
pub mod net;

// Settings and clock.
#[cfg(feature = "ssr")]
pub mod runtime;

// Encryption, hashing, random values and key files. It knows nothing else of Hookpost.
#[cfg(feature = "ssr")]
pub mod crypto;

// Plain types that server and browser share, and the one error type that people see.
pub mod model;

/// Starts the islands of a page in the browser.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
