//! The fault suite: what must hold whatever happens to the process, the disk, the clock and the network. A real server, a
//! sender that knows what was acknowledged to it, and something that goes wrong; one scenario in a file.
//!
//! The short form is part of `make test`, the long one is `make torture`. See docs/reliability.md.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "what goes wrong in a test's own set-up should end the test, here and loudly"
)]

mod clock;
mod corrupt;
mod disk;
mod harness;
mod hostile;
mod http;
mod idle;
mod io_errors;
mod kill;
mod order;
mod panics;
#[path = "../process.rs"]
#[expect(dead_code, reason = "the other tests use all of it")]
mod process;
mod read_only;
mod sender;
mod server;
mod shim;
mod sink;
mod stop;
mod stored;
mod two;
mod upgrade;
