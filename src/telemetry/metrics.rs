//! What happened since the start, counted in memory for `/metrics`. See `docs/metrics.md`.
//!
//! Each server has a registry of its own: several run in one test. What happens is counted by who does it, once it is
//! done: some relaxed additions in the request's own task, after the commit. A task that followed the commits instead could
//! lag behind and lose some, and would not know how long an answer took.

mod families;
mod types;

pub use families::Families;

use crate::{
    model::{
        delivery::{DeliverySummary, Outcome},
        destination::Attempt,
        verdict::Reason,
    },
    net::SendError,
};
use prometheus::{HistogramVec, IntCounterVec};
use std::{sync::Arc, time::Duration};
use types::Types;

/// Bounds of answer times, seconds. A sender waits for a few seconds; most answers take milliseconds.
const ANSWER: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0];
/// Bounds of lags, seconds: from at once to the three days for which senders try again.
const LAG: [f64; 12] = [0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1_800.0, 7_200.0, 43_200.0, 259_200.0];
/// Bounds of attempts, seconds. A destination may take 30 at first, or as much as it was given.
const ATTEMPT: [f64; 12] = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];

/// The counts of one server; cheap to clone.
#[derive(Clone, Debug)]
pub struct Metrics(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    families: Families,
    webhooks: IntCounterVec,
    bytes: IntCounterVec,
    rejected: IntCounterVec,
    retried: IntCounterVec,
    events: IntCounterVec,
    types: Types,
    answer: HistogramVec,
    lag: HistogramVec,
    attempts: IntCounterVec,
    attempt: HistogramVec,
    untold: IntCounterVec,
}

impl Metrics {
    /// Counts that all stand at zero. `started_at` is in unix ms.
    ///
    /// # Errors
    /// When two series have one name.
    pub fn new(started_at: i64) -> prometheus::Result<Self> {
        let families = Families::default();
        families
            .gauges("hookpost_build_info", "Running version; the value is always 1.", &["version"])?
            .with_label_values(&[env!("CARGO_PKG_VERSION")])
            .set(1.0);
        families.gauge(
            "hookpost_process_start_time_seconds",
            "Start time of the process in unix seconds.",
            started_at as f64 / 1_000.0,
        )?;
        let counters = |name, help, labels: &[&str]| families.counters(name, help, labels);
        let histograms =
            |name, help, label, bounds: &[f64]| families.histograms(name, help, &[label], bounds);
        let inner = Inner {
            webhooks: counters(
                "hookpost_webhooks_total",
                "Stored webhooks, by outcome.",
                &["endpoint", "outcome"],
            )?,
            bytes: counters(
                "hookpost_webhook_body_bytes_total",
                "Bytes of the bodies of stored webhooks.",
                &["endpoint"],
            )?,
            rejected: counters(
                "hookpost_webhooks_rejected_total",
                "Rejected webhooks, by reason.",
                &["endpoint", "reason"],
            )?,
            retried: counters(
                "hookpost_webhooks_retried_total",
                "Webhooks that repeat an event key: sender retries.",
                &["endpoint"],
            )?,
            events: counters(
                "hookpost_events_total",
                "Accepted events, by type; from an endpoint's 51st type on as other.",
                &["endpoint", "type"],
            )?,
            types: Types::default(),
            answer: histograms(
                "hookpost_webhook_answer_seconds",
                "Time from a webhook's headers to its answer, including the commit.",
                "endpoint",
                &ANSWER,
            )?,
            lag: histograms(
                "hookpost_webhook_lag_seconds",
                "Time from an event's creation to its acceptance, by the two clocks.",
                "endpoint",
                &LAG,
            )?,
            attempts: counters(
                "hookpost_forward_attempts_total",
                "Requests to destinations, by answer class (2xx) or error code (timeout).",
                &["destination", "class"],
            )?,
            attempt: histograms(
                "hookpost_forward_attempt_seconds",
                "Duration of requests to destinations.",
                "destination",
                &ATTEMPT,
            )?,
            untold: counters(
                "hookpost_forward_conditions_untold_total",
                "Events not sent because the destination's condition could not be evaluated.",
                &["destination"],
            )?,
            families,
        };
        Ok(Self(Arc::new(inner)))
    }

    /// The registry, for what else is counted, and to be read.
    pub fn families(&self) -> &Families {
        &self.0.families
    }

    /// Counts a webhook that was stored, and how long its answer took.
    pub fn webhook(&self, row: &DeliverySummary, took: Duration) {
        let (counts, endpoint) = (&*self.0, row.endpoint.name.as_str());
        counts.webhooks.with_label_values(&[endpoint, row.outcome.as_str()]).inc();
        counts.bytes.with_label_values(&[endpoint]).inc_by(u64::try_from(row.body_size).unwrap_or(0));
        counts.answer.with_label_values(&[endpoint]).observe(took.as_secs_f64());
        if row.try_number > 1 {
            counts.retried.with_label_values(&[endpoint]).inc();
        }
        match row.outcome {
            Outcome::Accepted => {
                let label = counts.types.label(row.endpoint.id, row.event_type.as_deref());
                counts.events.with_label_values(&[endpoint, label]).inc();
                if let Some(ms) = row.lag_ms() {
                    counts.lag.with_label_values(&[endpoint]).observe(ms.max(0) as f64 / 1_000.0);
                }
            }
            Outcome::Duplicate => {}
            Outcome::Rejected => {
                let reason = row.reason.as_deref().unwrap_or_default();
                counts.rejected.with_label_values(&[endpoint, reason]).inc();
            }
        }
    }

    /// Counts a request to a destination.
    pub fn attempt(&self, destination: &str, attempt: &Attempt) {
        let class = attempt.class();
        self.0.attempts.with_label_values(&[destination, class.as_str()]).inc();
        self.0.attempt.with_label_values(&[destination]).observe(attempt.ms as f64 / 1_000.0);
    }

    /// Counts an event that was not sent because a destination's condition could not be told.
    pub fn untold(&self, destination: &str) {
        self.0.untold.with_label_values(&[destination]).inc();
    }

    /// Shows an endpoint before anything reaches it: a series that begins above zero hides its first increase.
    pub fn expect_endpoint(&self, name: &str) {
        for outcome in [Outcome::Accepted, Outcome::Duplicate, Outcome::Rejected] {
            self.0.webhooks.with_label_values(&[name, outcome.as_str()]);
        }
        for reason in Reason::ALL {
            self.0.rejected.with_label_values(&[name, reason.as_str()]);
        }
        self.0.bytes.with_label_values(&[name]);
        self.0.retried.with_label_values(&[name]);
        self.0.answer.with_label_values(&[name]);
        self.0.lag.with_label_values(&[name]);
    }

    /// The same for a destination.
    pub fn expect_destination(&self, name: &str) {
        for class in ["2xx", "3xx", "4xx", "5xx"].into_iter().chain(SendError::CODES) {
            self.0.attempts.with_label_values(&[name, class]);
        }
        self.0.attempt.with_label_values(&[name]);
        self.0.untold.with_label_values(&[name]);
    }
}
