//! What happened, each with its time.

use crate::app::kit::when::When;
use leptos::prelude::*;

/// As the content of a card.
pub(crate) fn timeline<V: IntoView + 'static>(
    all: impl IntoIterator<Item = (i64, V)>,
    now: i64,
) -> impl IntoView {
    let lines: Vec<_> =
        all.into_iter().map(|(at, what)| view! { <li><When at now/><span>{what}</span></li> }).collect();
    view! { <ol class="in tl">{lines}</ol> }
}
