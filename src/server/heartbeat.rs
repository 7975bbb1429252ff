//! The dead man's switch: while all is well we call a URL of someone else, who raises the alarm when no call comes.

use crate::{
    net::{OutboundRequest, check_url},
    runtime::config::Settings,
    state::AppState,
    telemetry::log_once::{LogOnce, Turn},
};
use axum::http::{HeaderMap, Method};
use bytes::Bytes;
use prometheus::{Gauge, IntCounter};
use secrecy::ExposeSecret;
use std::{sync::Arc, time::Duration};
use tokio::time::MissedTickBehavior;
use url::Url;

const TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of the answer that are read; only its status counts.
const CAPTURE: usize = 1_024;

/// The URL of the settings; none when there is to be no heartbeat.
///
/// # Errors
/// A sentence that names the setting. It does not hold the URL: whoever knows that can keep the alarm silent.
pub fn url(settings: &Settings) -> Result<Option<Url>, String> {
    let Some(text) = &settings.heartbeat_url else { return Ok(None) };
    let refused = |why: String| format!("HOOKPOST_HEARTBEAT_URL (--heartbeat-url): {why}");
    let url: Url = text
        .expose_secret()
        .parse()
        .map_err(|error| refused(format!("{error}; use a URL such as https://alive.example.com/ping/…")))?;
    check_url(&url, &settings.allow_outbound.clone().into()).map_err(|error| {
        let why = error.to_string();
        refused(why.strip_prefix("url: ").unwrap_or(&why).to_owned())
    })?;
    Ok(Some(url))
}

/// The calls that the settings ask for, with their series in `/metrics`; none when there is to be no heartbeat.
pub(super) fn prepare(state: &AppState) -> Option<Heartbeat> {
    // A bad URL stopped the start.
    let url = url(&state.settings).ok().flatten()?;
    Heartbeat::new(state, url)
        .inspect_err(|error| tracing::error!(%error, "the heartbeat is off: {error}"))
        .ok()
}

/// Calls the URL regularly, forever.
pub(super) async fn run(state: AppState, heartbeat: Arc<Heartbeat>) {
    let mut tick = tokio::time::interval(Duration::from_secs(state.settings.heartbeat_seconds.into()));
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        heartbeat.beat(&state).await;
    }
}

/// The calls, and how they went.
#[derive(Debug)]
pub struct Heartbeat {
    url: Url,
    log_once: LogOnce,
    last_success: Gauge,
    failures: IntCounter,
}

impl Heartbeat {
    /// Calls to `url`, with series in `/metrics`. There is one in a server.
    pub fn new(state: &AppState, url: Url) -> prometheus::Result<Self> {
        let families = state.metrics.families();
        Ok(Self {
            url,
            log_once: LogOnce::default(),
            last_success: families.gauge(
                "hookpost_heartbeat_last_success_timestamp_seconds",
                "Time of the heartbeat URL's last 2xx, in unix seconds; 0: none yet.",
                0.0,
            )?,
            failures: families.counter("hookpost_heartbeat_failures_total", "Failed heartbeat calls.", 0)?,
        })
    }

    /// Calls the URL, if the server is well.
    pub async fn beat(&self, state: &AppState) {
        if !state.readiness.check(state).await.is_ready() {
            return;
        }
        let request = OutboundRequest {
            method: Method::GET,
            url: self.url.clone(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            timeout: TIMEOUT,
            capture: CAPTURE,
        };
        let failure = match state.guarded.send(request).await {
            Ok(answer) if (200..300).contains(&answer.status) => None,
            Ok(answer) => Some(format!("it answered {}", answer.status)),
            // Its sentence may name the host, which may be secret too.
            Err(error) => Some(error.code().to_owned()),
        };
        match &failure {
            None => self.last_success.set(state.clock.now_ms() as f64 / 1_000.0),
            Some(_) => self.failures.inc(),
        }
        match (self.log_once.note(failure.is_none()), failure) {
            (Some(Turn::Broke), Some(why)) => {
                tracing::warn!(why, "the heartbeat fails: {why}");
            }
            (Some(Turn::Recovered(failures)), _) => {
                tracing::info!(failures, "the heartbeat works again after {failures} failures");
            }
            _ => {}
        }
    }
}
