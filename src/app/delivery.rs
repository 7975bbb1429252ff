//! `/events/{id}`: one delivery, its verification, its bytes.

mod body;
mod curl;
pub(crate) mod download;
mod edit;
mod facts;
mod forwards;
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
        events::failed::Failed,
        kit::{
            query::query_value,
            tag::{Tag, signature as signature_tag},
        },
        shell::{
            layout::{Layout, Part},
            shortcut_help::ShortcutHelp,
        },
    },
    model::{
        delivery::Outcome,
        error::{AppError, not_found},
        ids::DeliveryId,
        time,
        visible::visible,
    },
};
pub use edit::EditPage;

use body::Body;
use curl::{CopyAsCurl, Curl};
use facts::Facts;
use forwards::ForwardsPart;
use headers::Headers;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use load::Loaded;
use overview::Overview;
use query::{DeliveryQuery, Tab};
use same_event::SameEvent;
use signature::Signature;

const KEYS: &[(&str, &str)] =
    &[("c", "Copy as curl"), ("r", "Replay to what failed (Forwards)"), ("?", "This help")];

#[component]
pub fn DeliveryPage() -> impl IntoView {
    let id = use_params_map()
        .with_untracked(|params| params.get("id"))
        .and_then(|id| id.parse::<DeliveryId>().ok());
    let query = DeliveryQuery::from_pairs(query_value);
    view! {
        <Suspense>
            {Suspend::new(async move {
                match load(id, query.tab).await {
                    Ok(loaded) => view! { <Content loaded query/> }.into_any(),
                    Err(error) => view! { <Failed error/> }.into_any(),
                }
            })}
        </Suspense>
    }
}

/// The role is looked at before the id is.
async fn load(id: Option<DeliveryId>, tab: Tab) -> Result<Loaded, AppError> {
    let user = crate::auth::require(crate::model::user::Role::Viewer).await?;
    load::load(user, id.ok_or_else(|| not_found("delivery"))?, tab).await
}

#[component]
fn Content(loaded: Loaded, query: DeliveryQuery) -> impl IntoView {
    let Loaded { user, now, delivery, payload, same, endpoint, ingest_url, secrets, cause, later, forwards } =
        loaded;
    let role = user.role;
    let summary = &delivery.summary;
    let kind = summary.event_type.as_deref().map_or_else(|| "(no type)".to_owned(), visible);
    let Tag { class, text } = signature_tag(summary);
    let tag = if summary.outcome == Outcome::Rejected { format!("Rejected: {text}") } else { text };
    let duplicate =
        (summary.outcome == Outcome::Duplicate).then(|| view! { <span class="tag idle">"Duplicate"</span> });
    let tabs = tabs(&query, summary.id, payload.headers.len(), summary.body_size);
    let facts =
        view! { <Facts delivery=delivery.clone() same=same.clone() headers=payload.headers.clone() now/> };
    let same = view! { <SameEvent this=summary.id same now/> };
    let copy = payload.cut.is_none().then(|| view! { <CopyAsCurl/> });
    let curl = view! { <Curl url=ingest_url id=summary.id headers=payload.headers.clone() body=payload.body.clone() cut=payload.cut/> };
    let title = kind.clone();
    let part = match query.tab {
        Tab::Overview => view! { <Overview delivery/> }.into_any(),
        Tab::Signature => {
            view! { <Signature delivery payload endpoint secrets cause later role now/> }.into_any()
        }
        Tab::Headers => view! { <Headers headers=payload.headers/> }.into_any(),
        Tab::Forwards => view! { <ForwardsPart row=delivery.summary.clone() forwards role now/> }.into_any(),
        Tab::Body => view! { <Body id=summary.id body=payload.body cut=payload.cut query/> }.into_any(),
    };
    view! {
        <Layout title part=Part::Events user>
            <div class="top">
                <h1>
                    <span class="crumb">
                        <a href="/events">"Events"</a>
                        " / "
                    </span>
                    <span class="mono">{kind}</span>
                </h1>
                <span class=format!("tag {class}")>{tag}</span>
                {duplicate}
                <div class="end">
                    {copy}
                </div>
            </div>
            {tabs}
            <div class="cols">
                <div class="part">{part}</div>
                <aside aria-label="About this delivery">{facts} {same} {curl}</aside>
            </div>
            <ShortcutHelp keys=KEYS/>
        </Layout>
    }
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
