//! The way to older and newer pages.

use crate::{
    app::{events::query::href, kit::prelude::*},
    model::{filter::DeliveryFilter, ids::DeliveryId},
};

/// Links; nothing when everything fits on one page.
#[component]
pub(crate) fn Pager(
    filter: DeliveryFilter,
    /// The newest row of this page, when there are newer ones.
    newer: Option<DeliveryId>,
    /// The oldest row of this page, when there are older ones.
    older: Option<DeliveryId>,
) -> impl IntoView {
    if newer.is_none() && older.is_none() {
        return ().into_any();
    }
    let first = href(&filter, None);
    let newer = newer.map(|id| href(&filter, Some(("newer", id))));
    let older = older.map(|id| href(&filter, Some(("older", id))));
    view! {
        <nav class="pager" aria-label="Pages">
            {newer.map(|href| view! {
                <a class="btn" href=first>"Newest"</a>
                <a class="btn" rel="prev" href=href>"← Newer"</a>
            })}
            {older.map(|href| view! { <a class="btn" rel="next" href=href>"Older →"</a> })}
        </nav>
    }
    .into_any()
}
