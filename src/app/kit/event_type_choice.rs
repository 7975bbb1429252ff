//! Choosing one of the event types of the catalogue.

use crate::{
    app::kit::choices::{Choices, Select},
    model::catalogue,
};
use leptos::prelude::*;

/// What a newcomer meets first.
const FIRST: &str = "batch.completed";

/// A labelled select named `event_type`.
#[component]
pub fn EventTypeChoice() -> impl IntoView {
    let types = catalogue::all().iter().map(|entry| (entry.name.clone(), entry.name.clone()));
    view! { <Select name="event_type" label="Event type" class="mono" choices=Choices::of(types, FIRST)/> }
}
