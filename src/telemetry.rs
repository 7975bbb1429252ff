//! The log: one line per happening, to standard error, as text or JSON. And traces, for who collects them.

mod export;
pub(crate) mod log_once;
pub(crate) mod metrics;
pub(crate) mod request_id;
pub(crate) mod spans;
pub(crate) mod tasks;

use crate::runtime::config::{LogFormat, Settings};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::trace::SdkTracerProvider;
use std::{
    io::{IsTerminal, stderr},
    time::Duration,
};
use tracing_subscriber::{
    EnvFilter, Layer, Registry,
    filter::{LevelFilter, Targets},
    fmt,
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

/// How long the end of the process waits for traces to get out.
const LAST_EXPORT: Duration = Duration::from_secs(5);

/// Keeps the export of traces running.
#[derive(Debug)]
#[must_use = "traces that wait are sent by `finish`"]
pub struct Telemetry(Option<SdkTracerProvider>);

/// Starts the log as the settings say. A filter that cannot be read counts as `info`, and is said so. Traces are exported
/// by the server alone.
pub fn start(settings: &Settings, serves: bool) -> Telemetry {
    let (filter, bad) = match EnvFilter::try_new(&settings.log) {
        Ok(filter) => (filter, None),
        Err(error) => (EnvFilter::new("info"), Some(error)),
    };
    // Anyone can send cookies of no session, and each would have its warning.
    let filter = ["tower_sessions=error", "tower_sessions_core=error"]
        .iter()
        .filter(|_| !settings.log.contains("tower_sessions"))
        .filter_map(|directive| directive.parse().ok())
        .fold(filter, EnvFilter::add_directive);
    let lines = fmt::layer().with_writer(stderr).with_ansi(stderr().is_terminal());
    let lines: Box<dyn Layer<Registry> + Send + Sync> = match settings.log_format {
        LogFormat::Text => lines.with_target(false).with_filter(filter).boxed(),
        // The span that is entered holds what those around it hold.
        LogFormat::Json => lines.json().with_span_list(false).with_filter(filter).boxed(),
    };
    let endpoint = settings.otlp_endpoint.as_ref().filter(|_| serves);
    let (provider, failed) = match endpoint.map(export::provider).transpose() {
        Ok(provider) => (provider, None),
        Err(error) => (None, Some(error)),
    };
    let traces = provider.as_ref().map(|provider| {
        tracing_opentelemetry::layer()
            .with_tracer(provider.tracer("hookpost"))
            .with_filter(Targets::new().with_target(spans::EXPORTED, LevelFilter::TRACE))
    });
    tracing_subscriber::registry().with(lines).with(traces).init();
    if let Some(error) = bad {
        tracing::warn!(%error, "HOOKPOST_LOG is not a valid log filter, logging at info: {error}");
    }
    if let Some(error) = failed {
        tracing::error!(%error, "traces are not exported: {error}");
    }
    Telemetry(provider)
}

impl Telemetry {
    /// Sends the traces that wait.
    pub async fn finish(self) {
        let Some(provider) = self.0 else { return };
        // It waits for a thread that needs this runtime.
        let shut = tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(LAST_EXPORT)).await;
        if let Ok(Err(error)) = shut {
            tracing::warn!(%error, "the last traces were not exported: {error}");
        }
    }
}

/// The whole chain of causes, for the log.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    std::iter::successors(Some(error), |&e| e.source())
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}
