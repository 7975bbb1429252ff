//! The tabs within a part of the UI.

use leptos::prelude::*;

/// Tabs with what they stand for, their word and where they lead; the one in sight is marked.
pub fn tabs<T: PartialEq + 'static>(
    label: &'static str,
    all: &[(T, &'static str, &'static str)],
    current: &T,
) -> impl IntoView + use<T> {
    let links = all.iter().map(|(this, word, href)| {
        let current = (this == current).then_some("page");
        view! { <a href=*href aria-current=current>{*word}</a> }
    });
    let links: Vec<_> = links.collect();
    view! { <nav class="tabs" aria-label=label>{links}</nav> }
}
