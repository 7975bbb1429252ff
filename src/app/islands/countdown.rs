//! How long until a point in time, counted down.

use crate::model::time;
use leptos::prelude::*;

/// `23 h 4 min`, kept up to date where scripts run.
#[island]
pub fn Countdown(
    /// The point, unix ms.
    until: i64,
    /// The time of the page, unix ms.
    now: i64,
) -> impl IntoView {
    let left = RwSignal::new(until - now);
    #[cfg(feature = "hydrate")]
    Effect::new(move || {
        // The page's clock is the server's: what counts is how long the page has been open.
        let opened = js_sys::Date::now();
        let tick = move || {
            let open_ms = js_sys::Date::now() - opened;
            left.set(until - now - open_ms as i64);
        };
        if let Ok(handle) = set_interval_with_handle(tick, std::time::Duration::from_secs(1)) {
            on_cleanup(move || handle.clear());
        }
    });
    view! {
        <span class="countdown" data-island="countdown">
            {move || if left.get() > 0 { time::duration(left.get() / 1_000 * 1_000) } else { "no time".to_owned() }}
        </span>
    }
}
