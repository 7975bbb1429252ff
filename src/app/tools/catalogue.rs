//! Tools → Event types: what OpenAI sends, and what each type means.

use crate::{
    app::kit::prelude::*,
    model::{
        catalogue::{self, EventOutcome},
        filter::DeliveryFilter,
    },
};

/// The page at `/tools/types`.
#[component]
pub fn CataloguePage() -> impl IntoView {
    page(Role::Viewer, |_, _| async move {
        let types = Page::new(Part::Tools, "Event types").heading("Tools").tab(paths::EVENT_TYPES);
        Ok(types.body(view! {
            <p class="dim">
                "Event types that OpenAI sends. Hookpost also accepts types that are not listed. "
                "For other senders, see their documentation. "
                <a href=catalogue::DOCS_URL rel="noreferrer">{catalogue::DOCS_NAME}</a>
            </p>
            {table()}
        }))
    })
}

fn table() -> AnyView {
    Table::of(catalogue::all())
        .class("cards catalogue")
        .row("Type", "mono", |event| {
            let only = DeliveryFilter { event_type: Some(event.name.clone()), ..DeliveryFilter::default() };
            let deprecated = event.deprecated.then(|| view! { " " {tag("warn", "Deprecated")} });
            view! { <a href=paths::events(&only)>{event.name.clone()}</a> {deprecated} }
        })
        .col("Meaning", "wrap", |event| event.meaning.clone())
        .col("Sent by", "", |event| event.area.clone())
        .col("Outcome", "", |event| match event.says {
            EventOutcome::Success => tag("ok", "Success"),
            EventOutcome::Failure => tag("bad", "Failure"),
            EventOutcome::Neutral => tag("idle", "Neutral"),
        })
        .col("Final", "dim", |event| if event.ends { "yes" } else { "no" })
        .view()
}
