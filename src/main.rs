//! The program: parses the command line, starts the log and runs the command.

use clap::Parser;
use hookpost::{cli::Cli, telemetry};
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let telemetry = telemetry::start(&cli.settings, cli.serves());
    let code = cli.run().await;
    telemetry.finish().await;
    code
}
