//! A point in time: the clock's time, the date on hover, and how long ago it is.

use crate::model::time;
use leptos::prelude::*;

/// `12:04:31` with the full time on hover.
#[component]
pub fn ClockTime(
    /// Unix ms.
    at: i64,
    /// The time of the page, unix ms: another day is named.
    now: i64,
) -> impl IntoView {
    view! {
        <time class="mono" datetime=time::rfc3339(at) title=time::full(at)>
            {time::clock(at, now)}
        </time>
    }
}

/// `4 s`, kept up to date by `now`.
#[component]
pub fn Ago(
    /// Unix ms.
    at: i64,
    /// The present, unix ms.
    #[prop(into)]
    now: Signal<i64>,
) -> impl IntoView {
    let text = Memo::new(move |_| time::ago(at, now.get()));
    view! { <span class="dim ago">{move || text.get()}</span> }
}
