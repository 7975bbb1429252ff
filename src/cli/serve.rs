//! `hookpost serve`.

use super::CliError;
use crate::{
    runtime::{clock::Clock, config::Settings},
    server::Server,
};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Serves until the first SIGTERM or SIGINT, then finishes what is in flight; the second ends the process at once.
pub(super) async fn run(settings: Settings, clock: Clock) -> Result<(), CliError> {
    // Before the log says that we listen: whoever reads it may signal right away.
    let mut signals =
        Signals { term: signal(SignalKind::terminate())?, int: signal(SignalKind::interrupt())? };
    let server = tokio::select! {
        started = Server::start(settings, clock) => started?,
        // It may wait for room on the disk.
        () = signals.next() => {
            tracing::info!("stopped before the start");
            return Ok(());
        }
    };
    tracing::info!(address = %server.address(), url = &*server.state().base_url, "listening");
    if let Some(url) = server.setup_link().await? {
        tracing::info!("nobody can log in yet: open the set-up link to create the first admin");
        tracing::info!(url, valid = "24 h, once", "set-up link");
    }
    server
        .run(async {
            signals.next().await;
            tracing::info!(
                "stopping: finishing requests in flight; send a second signal to stop immediately"
            );
            tokio::spawn(async move {
                signals.next().await;
                std::process::exit(130);
            });
        })
        .await;
    tracing::info!("stopped");
    Ok(())
}

struct Signals {
    term: Signal,
    int: Signal,
}

impl Signals {
    async fn next(&mut self) {
        tokio::select! {
            _ = self.term.recv() => {}
            _ = self.int.recv() => {}
        }
    }
}
