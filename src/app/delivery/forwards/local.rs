//! What became of the delivery on laptops.

use crate::{
    app::{delivery::forwards::answer, kit::prelude::*},
    model::destination::LocalResult,
};

/// The results that `hookpost listen` reported.
pub(super) fn card(results: &[LocalResult], now: i64) -> impl IntoView + use<> {
    let lines = results.iter().map(|result| {
        let class = if result.succeeded() { "ok" } else { "bad" };
        let took = format!(" {} on {}", time::duration(result.ms), visible(&result.listener));
        let said = tag(class, answer(result.status, result.error.as_deref()));
        (result.at, view! { {said} <span class="dim">{took}</span> })
    });
    let lines = timeline(lines, now).into_any();
    view! { <Card title="On laptops">{lines}</Card> }
}
