//! `make bench`: how many webhooks per second Hookpost receives, beside a bare route and the receiver that a user would
//! otherwise write. What is measured and how to read it: `docs/performance.md`.

mod client;
mod latency;
mod load;
mod machine;
mod message;
mod plan;
mod probe;
mod process;
mod report;
mod run;
mod target;
mod wasm;

use clap::{Parser, Subcommand};
use std::path::PathBuf;

/// The program under test allocates with it too.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures how fast Hookpost receives webhooks.
#[derive(Debug, Parser)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    options: Options,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves the bare route on a free port until killed (the benchmark starts this itself)
    #[command(hide = true)]
    BareRoute,
}

/// What to measure, and with what.
#[derive(Debug, clap::Args)]
struct Options {
    /// The program under test, built with `--release`
    #[arg(long, default_value = "target/release/hookpost", value_name = "FILE")]
    hookpost: PathBuf,

    /// An older program, built with `--release`, to be measured beside it in the same run
    #[arg(long, value_name = "FILE")]
    before: Option<PathBuf>,

    /// A Python with flask, gunicorn and openai, for the Flask receiver
    #[arg(long, env = "HOOKPOST_TEST_PYTHON", default_value = "python3", value_name = "FILE")]
    python: PathBuf,

    /// The Flask receiver
    #[arg(long, default_value = "benches/flask_peer.py", value_name = "FILE")]
    peer: PathBuf,

    /// The folder with the browser half as built, to tell its size
    #[arg(long, default_value = "target/site/pkg", value_name = "FOLDER")]
    site: PathBuf,

    /// Where the databases go. It must be on the disk that you ask about: many systems keep /tmp in memory
    #[arg(long, default_value = "target/bench", value_name = "FOLDER")]
    dir: PathBuf,

    /// Seconds per run
    #[arg(long, default_value_t = 4, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=60))]
    seconds: u64,

    /// How often each run is repeated; the runs of a round take turns, so that noise meets all alike
    #[arg(long, default_value_t = 2, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,

    /// Only the runs whose name contains this text
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,

    /// Also write the results to this file, as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    match cli.command {
        Some(Command::BareRoute) => target::bare::serve(),
        None => plan::carry_out(&cli.options),
    }
}
