//! The strip of totals above the timeline.

use super::timeline::Counts;
use crate::{
    app::components::when::When,
    model::{
        delivery::Outcome,
        filter::{DeliveryFilter, VerdictFilter},
        ids::DeliveryId,
        time,
    },
};
use leptos::prelude::*;

/// The address of the list of deliveries behind a count.
pub fn list_of(outcome: Outcome, endpoint: Option<String>, since: i64) -> String {
    let filter = DeliveryFilter {
        endpoint,
        verdict: Some(VerdictFilter::Outcome(outcome)),
        after: Some(time::rfc3339(since)),
        ..DeliveryFilter::default()
    };
    format!("/events?{}", filter.to_query())
}

/// Accepted, rejected, duplicate and the age of the newest delivery; each leads to what it counts.
#[component]
pub fn Totals(
    /// The totals.
    counts: Counts,
    /// Name of the endpoint, when they are of one.
    endpoint: Option<String>,
    /// Since when they are counted, unix ms.
    since: i64,
    /// The newest delivery.
    newest: Option<DeliveryId>,
    /// Unix ms.
    now: i64,
) -> impl IntoView {
    let part = |outcome: Outcome, count: i64, label: &'static str| {
        let href = list_of(outcome, endpoint.clone(), since);
        let alarming = outcome == Outcome::Rejected && count > 0;
        view! { <a href=href><b class:bad-text=alarming>{time::count(count)}</b><small>{label}</small></a> }
    };
    let newest = newest.map(|id| {
        view! { <a href=format!("/events/{id}")><b><When at=id.given_at() now/></b><small>"Last delivery"</small></a> }
    });
    view! {
        <div class="strip">
            {part(Outcome::Accepted, counts.accepted, "Accepted")}
            {part(Outcome::Rejected, counts.rejected, "Rejected")}
            {part(Outcome::Duplicate, counts.duplicate, "Duplicate")}
            {newest}
        </div>
    }
}
