//! Integration tests, in one binary: a real server over real HTTP on a real SQLite file.
//!
//! [`app::TestApp`] runs the server inside the test with a clock of its own; [`process::Process`] runs the binary.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "what goes wrong in a test's own set-up should end the test, here and loudly"
)]

mod accounts;
mod alert_numbers;
mod alerts;
mod api;
mod app;
mod arrows;
mod audit;
mod backup;
mod browser;
mod bulk;
mod channels;
mod cli;
mod cli_user;
mod destination_faults;
mod duplicates;
mod edge;
mod faults;
mod figures;
mod flask;
mod forward_faults;
mod forwarding;
mod ingest;
mod interop;
mod key_rotation;
mod limits;
mod listen;
mod live;
mod logs;
mod measures;
mod metrics;
mod monitoring;
mod odd_input;
mod people;
mod process;
mod receiver;
mod references;
mod reliability;
mod replay;
mod review;
mod roles;
mod sealed_headers;
mod secrets;
mod serving;
mod sessions;
mod smtp;
mod startup;
mod terminal;
mod tokens;
mod tools;
mod transport;
mod vectors;
