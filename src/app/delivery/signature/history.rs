//! The later verdicts on a delivery.

use crate::{
    app::{delivery::signature::name, kit::prelude::*},
    db::reverifications::Reverification,
    model::{endpoint::SecretInfo, verdict::Verdict},
};

/// When, who, and what came out.
pub(super) fn card(later: &[Reverification], secrets: &[SecretInfo], now: i64) -> impl IntoView + use<> {
    let lines = later.iter().map(|one| {
        let verdict = Verdict::from_json(&one.verdict).unwrap_or_default();
        let outcome = match verdict.reason() {
            None => tag("ok", "Verified"),
            Some(reason) => tag("bad", reason.label()),
        };
        let with = verdict.matched_secret().map(|id| visible(&format!(" with {}", name(secrets, id))));
        let by = format!(" by {}, age not checked", visible(&one.actor));
        (one.at, view! { {outcome} {with} <small class="dim">{by}</small> })
    });
    let lines = timeline(lines, now).into_any();
    view! { <Card title="Re-verification history">{lines}</Card> }
}
