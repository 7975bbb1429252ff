//! Choosing one of the event types of the catalogue.

use crate::model::catalogue;
use leptos::prelude::*;

/// What a newcomer meets first.
const FIRST: &str = "batch.completed";

/// A labelled select named `event_type`.
#[component]
pub fn EventTypeChoice() -> impl IntoView {
    let options = catalogue::all()
        .iter()
        .map(|entry| {
            let name = entry.name.as_str();
            view! { <option value=name selected=name == FIRST>{name}</option> }
        })
        .collect_view();
    view! {
        <div class="field">
            <label for="event_type">"Event type"</label>
            <select id="event_type" name="event_type" class="mono">{options}</select>
        </div>
    }
}
