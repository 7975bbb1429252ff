//! `/events/{id}`: one delivery, its verification, its bytes.

mod body;
mod curl;
pub(crate) mod download;
mod edit;
mod facts;
pub(in crate::app) mod forwards;
pub(crate) mod functions;
mod headers;
mod load;
mod overview;
mod query;
mod same_event;
mod signature;
pub(crate) mod verdict;

use crate::{
    app::{
        kit::{
            prelude::*,
            tag::{Tag, signature as signature_tag},
        },
        shell::shortcut_help::ShortcutHelp,
    },
    model::{delivery::Outcome, ids::DeliveryId},
};
pub use edit::EditPage;

use body::Body;
use curl::{CopyAsCurl, Curl};
use forwards::ForwardsPart;
use headers::Headers;
use load::Loaded;
use query::{DeliveryQuery, Tab};
use same_event::SameEvent;
use signature::Signature;

const KEYS: &[(&str, &str)] =
    &[("c", "Copy as curl"), ("r", "Replay to failed destinations (Forwards)"), ("?", "Show this help")];

#[component]
pub fn DeliveryPage() -> impl IntoView {
    page_of(Role::Viewer, "delivery", |state, user, id| async move {
        let query = DeliveryQuery::from_pairs(query_value);
        Ok(content(load::load(&state, &user, id, query.tab).await?, query, user.role))
    })
}

fn content(loaded: Loaded, query: DeliveryQuery, role: Role) -> Page {
    let Loaded { now, delivery, payload, same, endpoint, ingest_url, secrets, cause, later, forwards } =
        loaded;
    let summary = &delivery.summary;
    let kind = summary.event_type.as_deref().map_or_else(|| "(no type)".to_owned(), visible);
    let Tag { class, text } = signature_tag(summary);
    let text = if summary.outcome == Outcome::Rejected { format!("Rejected: {text}") } else { text };
    let duplicate = (summary.outcome == Outcome::Duplicate).then(|| tag("idle", "Duplicate"));
    let tabs = tabs(&query, summary.id, payload.headers.len(), summary.body_size);
    let facts = facts::card(&delivery, &same, &payload.headers, now);
    let same = view! { <SameEvent this=summary.id same scheme=endpoint.scheme now/> };
    let copy = payload.cut.is_none().then(|| view! { <CopyAsCurl/> });
    let curl = view! { <Curl url=ingest_url id=summary.id headers=payload.headers.clone() body=payload.body.clone() cut=payload.cut/> };
    let part = match query.tab {
        Tab::Overview => overview::cards(&delivery).into_any(),
        Tab::Signature => {
            view! { <Signature delivery payload endpoint secrets cause later role now/> }.into_any()
        }
        Tab::Headers => view! { <Headers headers=payload.headers/> }.into_any(),
        Tab::Forwards => view! { <ForwardsPart row=delivery.summary forwards role now/> }.into_any(),
        Tab::Body => view! { <Body id=summary.id body=payload.body cut=payload.cut query/> }.into_any(),
    };
    Page::new(Part::Events, kind.clone())
        .under("Events", paths::EVENTS)
        .heading(view! { <span class="mono">{kind}</span> })
        .beside(view! { {tag(class, text)} {duplicate} })
        .end(copy)
        .body(view! {
            {tabs}
            <div class="cols">
                <div class="part">{part}</div>
                <aside aria-label="About this delivery">{facts} {same} {curl}</aside>
            </div>
            <ShortcutHelp keys=KEYS/>
        })
}

fn tabs(query: &DeliveryQuery, id: DeliveryId, headers: usize, body: i64) -> impl IntoView + use<> {
    let body_size = time::size(body);
    let labels = [
        (Tab::Overview, "Overview".to_owned()),
        (Tab::Signature, "Signature".to_owned()),
        (Tab::Headers, format!("Headers {headers}")),
        (Tab::Body, format!("Body {body_size}")),
        (Tab::Forwards, "Forwards".to_owned()),
    ];
    let current = query.tab;
    view! {
        <nav class="tabs" aria-label="Parts">
            {labels
                .map(|(tab, label)| {
                    let href = query::href(id, tab);
                    view! { <a href=href aria-current=(tab == current).then_some("page")>{label}</a> }
                })
                .collect_view()}
        </nav>
    }
}
