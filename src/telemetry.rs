//! The log: one line per happening, to standard error, as text or JSON.

use crate::config::{LogFormat, Settings};
use std::io::{IsTerminal, stderr};
use tracing_subscriber::{EnvFilter, fmt};

/// Starts the log as the settings say. A filter that cannot be read counts as `info`, and is said so.
pub fn start(settings: &Settings) {
    let (filter, bad) = match EnvFilter::try_new(&settings.log) {
        Ok(filter) => (filter, None),
        Err(error) => (EnvFilter::new("info"), Some(error)),
    };
    let lines = fmt().with_env_filter(filter).with_writer(stderr).with_ansi(stderr().is_terminal());
    match settings.log_format {
        LogFormat::Text => lines.with_target(false).init(),
        LogFormat::Json => lines.json().init(),
    }
    if let Some(error) = bad {
        tracing::warn!(%error, "HOOKPOST_LOG is no log filter, logging at info: {error}");
    }
}
