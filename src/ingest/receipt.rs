//! What the log says of a webhook: one line that reads alone and carries fields. Never the key of its URL, its query,
//! headers or body: they are secret, or the sender's.

use super::answer::Refusal;
use crate::{
    db::writer::Stored,
    ingest::Ingest,
    model::delivery::{DeliverySummary, Outcome},
    net::client_addr::ClientAddr,
};
use std::time::Duration;
use tracing::info;

/// Tells of a stored webhook. Each kind has a target of its own, by which `HOOKPOST_LOG` can leave it out.
pub(super) fn stored(stored: &Stored, client: ClientAddr, took: Duration) {
    let row: &DeliverySummary = &stored.summary;
    let on = row.endpoint.name.as_str();
    macro_rules! line {
        ($target:literal, $($message:tt)+) => {
            info!(
                target: $target,
                delivery = %row.id, endpoint = on, outcome = row.outcome.as_str(), reason = row.reason.as_deref(),
                r#type = row.event_type.as_deref(), bytes = row.body_size, answer_ms = milliseconds(took),
                client = %client.0, $($message)+
            )
        };
    }
    match row.outcome {
        Outcome::Accepted => line!("hookpost::received", "webhook on {on} accepted"),
        Outcome::Duplicate => line!("hookpost::received", "webhook on {on} is a duplicate"),
        Outcome::Rejected => {
            line!("hookpost::rejected", "webhook on {on} rejected: {}", row.reason.as_deref().unwrap_or("?"));
        }
    }
}

/// Tells of a request that was not stored, unless there are too many of them. `key` is that of its URL.
pub(super) fn refused(ingest: &Ingest, refusal: Refusal, key: Option<&str>, client: ClientAddr) {
    // What could not be stored was told of with its cause.
    if refusal == Refusal::Unavailable || !ingest.refusals.log.admits() {
        return;
    }
    let cause = refusal.cause();
    match key.and_then(|key| ingest.registry.by_key(key)) {
        Some(live) => {
            let on = live.endpoint.name.as_str();
            info!(target: "hookpost::refused", cause, endpoint = on, client = %client.0, "webhook on {on} refused: {cause}");
        }
        None => info!(target: "hookpost::refused", cause, client = %client.0, "webhook refused: {cause}"),
    }
}

/// In hundredths: more would only be noise.
fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 100_000.0).round() / 100.0
}
