//! Events that the sender is about to give up.

use super::{
    Field, Spec, Usual,
    spec::{DAY, HOUR, USUAL, rejected},
};
use crate::{
    alerts::values::{Look, MINUTE_MS, Values},
    db::DbError,
    model::severity::Severity,
};

/// For so long OpenAI tries again (its webhook guide); other senders try for less or as long. Minutes.
const SENDER_TRIES: i64 = 72 * HOUR;
const SENDER_TRIES_MS: i64 = SENDER_TRIES * MINUTE_MS;

pub(super) static SPEC: Spec = Spec {
    word: "window-closing",
    label: "Retry window closing",
    says: "Retried events were never accepted, and the sender will soon give up on them. OpenAI retries for 72 hours.",
    usual: Usual { window: 60 * HOUR, severity: Severity::Critical, ..USUAL.usual },
    fields: &[Field::Window {
        label: "Time since the first try",
        line: (", ", " after the first try"),
        // Later there is nothing to be done.
        below: Some((SENDER_TRIES, "must be less than 72 hours, when the sender gives up")),
    }],
    title: |object, _| format!("Events on {object} are about to be lost"),
    fact: |f| {
        format!("{} retried but never accepted, with the first try more than {} ago", f.value, f.window)
    },
    deliveries: |_| Some((3 * DAY * MINUTE_MS, rejected())),
    values: |look| Box::pin(values(look)),
    ..USUAL
};

async fn values(mut look: Look<'_>) -> Result<Values, DbError> {
    let (window, endpoint) = (look.rule.settings.window_ms(), look.rule.endpoint);
    let tried = look.tried(2 * SENDER_TRIES_MS).await?;
    let own = tried.iter().filter(|event| endpoint.is_none_or(|id| id == event.endpoint_id));
    Ok(Values::steps(own.map(|event| {
        let lost = event.first_at.saturating_add(SENDER_TRIES_MS);
        (event.first_at.saturating_add(window), event.accepted_at.map_or(lost, |at| at.min(lost)))
    })))
}
