//! Tools: verify a pasted request, send a built event, and the catalogue of event types.

mod catalogue;
pub(crate) mod functions;
mod send;
mod verify;

pub use catalogue::CataloguePage;
pub use send::SendPage;
pub use verify::VerifyPage;

use leptos::prelude::*;

const TABS: [(&str, &str); 3] =
    [("Verify", "/tools/verify"), ("Send", "/tools/send"), ("Event types", "/tools/types")];

/// The tabs, with the one in sight marked.
#[component]
fn ToolsNav(current: &'static str) -> impl IntoView {
    let tabs = TABS
        .map(|(label, href)| {
            let current = (label == current).then_some("page");
            view! { <a href=href aria-current=current>{label}</a> }
        })
        .collect_view();
    view! { <nav class="tabs" aria-label="Tools">{tabs}</nav> }
}
