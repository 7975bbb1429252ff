//! What the event is, by its three ids and its type.

use crate::model::{
    catalogue,
    delivery::{Delivery, Outcome},
    time,
    visible::visible,
};
use leptos::prelude::*;

/// The overview.
#[component]
pub(crate) fn Overview(delivery: Delivery) -> impl IntoView {
    let summary = delivery.summary;
    let meaning = summary.event_type.as_deref().map(|name| match catalogue::find(name) {
        Some(entry) => {
            let says = match entry.outcome() {
                catalogue::Outcome::Success => "success",
                catalogue::Outcome::Failure => "failure",
                catalogue::Outcome::Neutral => "news",
            };
            let terminal = if entry.is_terminal() { "terminal" } else { "more may come" };
            format!("{} ({}; {says}; {terminal})", entry.description, entry.area())
        }
        None => "This type is not in the catalogue, which does no harm.".to_owned(),
    });
    let kind = summary.event_type.as_deref().map_or_else(|| "(no type)".to_owned(), visible);
    let lag = summary.lag_ms().map_or_else(
        || "The body does not say when the event was made.".to_owned(),
        |lag| format!("{} between creation, as the body says, and receipt", time::duration(lag)),
    );
    let outcome = match summary.outcome {
        Outcome::Accepted => "accepted: the first delivery of its event",
        Outcome::Duplicate => "duplicate: its event was there already",
        Outcome::Rejected => "rejected: its ids are only claims, nobody vouches for them",
    };
    view! {
        <section class="card">
            <h2>"Event"</h2>
            <dl class="in facts">
                <dt>"Type"</dt>
                <dd>
                    <span class="mono">{kind}</span>
                    {meaning.map(|meaning| view! { <p class="dim">{meaning}</p> })}
                </dd>
                <Id label="webhook-id" what="header: the key of the event, the same for all its tries" value=delivery.event_key/>
                <Id label="Event id" what="id in the body" value=delivery.event_id/>
                <Id label="Resource" what="data.id in the body: what the event speaks of" value=summary.resource/>
            </dl>
        </section>
        <section class="card">
            <h2>"Receipt"</h2>
            <dl class="in facts">
                <dt>"Outcome"</dt>
                <dd>{outcome}</dd>
                <dt>"Lag"</dt>
                <dd>{lag}</dd>
                <dt>"Size"</dt>
                <dd>{time::size(summary.body_size)}</dd>
                <dt>"Received"</dt>
                <dd class="mono">{time::full(summary.received_at)}</dd>
                <dt>"Created"</dt>
                <dd class="mono">{summary.created_at.map_or_else(|| "–".to_owned(), time::full)}</dd>
                <dt>"Our answer"</dt>
                <dd>{summary.answer_status}</dd>
            </dl>
        </section>
    }
}

#[component]
fn Id(label: &'static str, what: &'static str, value: Option<String>) -> impl IntoView {
    let value = value.map_or_else(|| "–".to_owned(), |text| visible(&text));
    view! {
        <dt>{label}</dt>
        <dd>
            <code>{value}</code>
            <p class="dim">{what}</p>
        </dd>
    }
}
