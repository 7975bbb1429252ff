//! What the event is, by its three ids and its type.

use crate::{
    app::kit::prelude::*,
    model::{
        catalogue,
        delivery::{Delivery, Outcome},
    },
};

pub(super) fn cards(delivery: &Delivery) -> impl IntoView + use<> {
    let summary = &delivery.summary;
    let meaning = summary.event_type.as_deref().map(|name| match catalogue::find(name) {
        Some(entry) => {
            let says = match entry.says {
                catalogue::EventOutcome::Success => "success",
                catalogue::EventOutcome::Failure => "failure",
                catalogue::EventOutcome::Neutral => "news",
            };
            let terminal = if entry.ends { "final" } else { "more events may follow" };
            format!("{} ({}; {says}; {terminal})", entry.meaning, entry.area)
        }
        None => "Not in the catalogue of known types.".to_owned(),
    });
    let kind = summary.event_type.as_deref().map_or_else(|| "(no type)".to_owned(), visible);
    let lag = summary.lag_ms().map_or_else(
        || "Unknown: the body has no creation time.".to_owned(),
        |lag| format!("{} from creation (as stated in the body) to receipt", time::duration(lag)),
    );
    let outcome = match summary.outcome {
        Outcome::Accepted => "Accepted: first delivery of this event",
        Outcome::Duplicate => "Duplicate: this event was accepted before",
        Outcome::Rejected => "Rejected: its ids are unverified",
    };
    let meaning = meaning.map(|meaning| view! { <p class="dim">{meaning}</p> });
    let event = Facts::new()
        .fact("Type", view! { <span class="mono">{kind}</span> {meaning} })
        .fact(
            "webhook-id",
            id(&delivery.event_key, "Header that identifies the event; the same for every try"),
        )
        .fact("Event id", id(&delivery.event_id, "id in the body"))
        .fact("Resource", id(&summary.resource, "data.id in the body: what the event is about"))
        .view();
    let receipt = Facts::new()
        .fact("Outcome", outcome)
        .fact("Lag", lag)
        .fact("Size", time::size(summary.body_size))
        .mono("Received", time::full(summary.received_at))
        .mono("Created", summary.created_at.map_or_else(|| "–".to_owned(), time::full))
        .fact("Our answer", summary.answer_status)
        .view();
    view! {
        <Card title="Event">{event}</Card>
        <Card title="Receipt">{receipt}</Card>
    }
}

/// An id, and where it stands.
fn id(value: &Option<String>, what: &'static str) -> impl IntoView + use<> {
    let value = value.as_deref().map_or_else(|| "–".to_owned(), visible);
    view! { <code>{value}</code> <p class="dim">{what}</p> }
}
