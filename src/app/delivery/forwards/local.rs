//! What became of the delivery on laptops.

use crate::{
    app::kit::when::When,
    model::{destination::LocalResult, time, visible::visible},
};
use leptos::prelude::*;

/// The results that `hookpost listen` reported.
#[component]
pub(crate) fn Local(results: Vec<LocalResult>, now: i64) -> impl IntoView {
    let rows = results
        .into_iter()
        .map(|result| {
            let class = if result.succeeded() { "tag ok" } else { "tag bad" };
            let said = match (result.status, &result.error) {
                (Some(status), _) => status.to_string(),
                (None, Some(code)) => visible(code),
                (None, None) => "no answer".to_owned(),
            };
            view! {
                <li>
                    <When at=result.at now/>
                    <span>
                        <span class=class>{said}</span>
                        <span class="dim">{format!(" {} on {}", time::duration(result.ms), visible(&result.listener))}</span>
                    </span>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="card">
            <h2>"On laptops"</h2>
            <ol class="in tl">{rows}</ol>
        </section>
    }
}
