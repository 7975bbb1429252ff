//! A point in time: how long ago, and when exactly on hover.

use crate::model::time;
use leptos::prelude::*;

/// `3 min ago`, with the absolute time as its title.
#[component]
pub fn When(
    /// The point, unix ms.
    at: i64,
    /// Unix ms.
    now: i64,
) -> impl IntoView {
    let ago = time::ago(at, now);
    let ago = if ago == "now" { "just now".to_owned() } else { format!("{ago} ago") };
    view! { <time datetime=time::rfc3339(at) title=time::full(at)>{ago}</time> }
}

/// The same, or a word where there was no such point yet.
pub(crate) fn when_or(at: Option<i64>, now: i64, word: &'static str) -> AnyView {
    match at {
        Some(at) => view! { <When at now/> }.into_any(),
        None => view! { <span class="dim">{word}</span> }.into_any(),
    }
}
