//! The strip of totals above the timeline.

use crate::{
    app::{
        figures::bars::Counts,
        kit::{chart::Change, prelude::*},
    },
    model::{
        delivery::Outcome,
        filter::{DeliveryFilter, VerdictFilter},
        ids::DeliveryId,
    },
};

/// Accepted, rejected, duplicate and the age of the newest delivery; each leads to what it counts.
#[component]
pub(crate) fn Totals(
    counts: Counts,
    /// Those of the period before.
    before: Counts,
    /// The list of what they count.
    filter: DeliveryFilter,
    newest: Option<DeliveryId>,
    /// Unix ms.
    now: i64,
) -> impl IntoView {
    let part = |outcome: Outcome, of: fn(&Counts) -> i64, label: &'static str| {
        let (count, was) = (of(&counts), of(&before));
        let verdict = Some(VerdictFilter::Outcome(outcome));
        let href = paths::events(&DeliveryFilter { verdict, ..filter.clone() });
        let alarming = outcome == Outcome::Rejected && count > 0;
        view! {
            <a href=href>
                <b class:bad-text=alarming>{time::count(count)}</b>
                <small>{label} <Change now=count before=was/></small>
            </a>
        }
    };
    let newest = newest.map(|id| {
        view! { <a href=paths::delivery(id)><b><When at=id.given_at() now/></b><small>"Last delivery"</small></a> }
    });
    view! {
        <div class="strip">
            {part(Outcome::Accepted, |c| c.accepted, "Accepted")}
            {part(Outcome::Rejected, |c| c.rejected, "Rejected")}
            {part(Outcome::Duplicate, |c| c.duplicate, "Duplicate")}
            {newest}
        </div>
    }
}
