//! The other deliveries that bear the same event key.

use crate::{
    app::components::{relative_time::ClockTime, tag::SignatureTag},
    model::{delivery::DeliverySummary, ids::DeliveryId},
};
use leptos::prelude::*;

/// Earlier and later ones, each a link.
#[component]
pub(super) fn SameEvent(
    /// The delivery of the page.
    this: DeliveryId,
    /// All of them, oldest first.
    same: Vec<DeliverySummary>,
    /// Unix ms.
    now: i64,
) -> impl IntoView {
    if same.is_empty() {
        let sentence = "It bears no id, so its retries cannot be told from new events.";
        return view! {
            <section class="card">
                <h2>"Same event"</h2>
                <p class="in dim">{sentence}</p>
            </section>
        }
        .into_any();
    }
    view! {
        <section class="card">
            <h2>"Same event"</h2>
            <ol class="in tl">
                {same
                    .into_iter()
                    .map(|row| {
                        let number = format!("Try {}", row.try_number);
                        let name = if row.id == this {
                            view! { <span aria-current="true">{number} <span class="dim">" this one"</span></span> }.into_any()
                        } else {
                            view! { <a href=format!("/events/{}", row.id)>{number}</a> }.into_any()
                        };
                        view! {
                            <li>
                                <ClockTime at=row.received_at now/>
                                <span>{name} " " <SignatureTag row/></span>
                            </li>
                        }
                    })
                    .collect_view()}
            </ol>
        </section>
    }
    .into_any()
}
