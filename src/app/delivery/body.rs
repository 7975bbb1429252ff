//! The body: as a tree, as text, as bytes.

mod hex;
mod json;
mod tree;

use crate::{
    app::{
        delivery::query::{DeliveryQuery, View, body_href},
        kit::{escaped::Escaped, prelude::*},
    },
    model::{delivery::CutBody, ids::DeliveryId},
};
use tree::Tree;

/// More bytes are shown on request only.
const SHOWN: usize = 256 * 1024;

/// The body in the view that the URL asks for, or that suits it.
#[component]
pub(crate) fn Body(
    id: DeliveryId,
    body: Vec<u8>,
    /// What is missing of it.
    cut: Option<CutBody>,
    query: DeliveryQuery,
) -> impl IntoView {
    if let Some(cut) = cut.filter(|_| body.is_empty()) {
        return view! {
            <Empty title="The body was not stored">
                <p>{cut.sentence()}</p>
            </Empty>
        }
        .into_any();
    }
    if body.is_empty() {
        return view! { <Empty title="The body is empty">""</Empty> }.into_any();
    }
    let text = std::str::from_utf8(&body);
    let json = text.ok().filter(|text| json::is_json(text));
    let view = query.view.unwrap_or(match (text, json) {
        (_, Some(_)) => View::Tree,
        (Ok(_), None) => View::Text,
        (Err(_), None) => View::Hex,
    });
    let content = match view {
        View::Tree => match json {
            Some(text) => {
                view! { <Tree text=text.to_owned() all=query.all more=body_href(id, View::Tree, true)/> }
                    .into_any()
            }
            None if cut.is_some() => {
                view! { <p class="in">"The stored part of the body is not valid JSON."</p> }.into_any()
            }
            None => view! { <p class="in">"The body is not valid JSON."</p> }.into_any(),
        },
        View::Text => {
            let note = text.err().map(|error| {
                format!(
                    "The body is not valid UTF-8 from byte {} on. Those bytes are shown as �.",
                    error.valid_up_to()
                )
            });
            let shown = String::from_utf8_lossy(clip(&body, query.all)).into_owned();
            view! {
                {note.map(|note| view! { <p class="in dim">{note}</p> })}
                <pre class="in raw"><Escaped text=shown/></pre>
            }
            .into_any()
        }
        View::Hex => view! { <pre class="in raw">{hex::dump(clip(&body, query.all))}</pre> }.into_any(),
    };
    let is_cut = view != View::Tree && !query.all && body.len() > SHOWN;
    let size = |bytes: usize| time::size(i64::try_from(bytes).unwrap_or(i64::MAX));
    let missing = cut.map(|cut| {
        view! {
            <Banner kind="warn">
                <p>{cut.sentence()}</p>
                <p>"Large bodies of rejected and duplicate deliveries are truncated to protect the disk. This delivery can't be re-verified or replayed."</p>
            </Banner>
        }
    });
    let download = if cut.is_some() { "Download the stored part" } else { "Download" };
    let rest = is_cut.then(|| {
        view! {
            <p class="in">
                {format!("Showing the first {}. ", size(SHOWN))}
                <a href=body_href(id, view, true)>{format!("Show all ({})", size(body.len()))}</a>
            </p>
        }
    });
    view! {
        <div class="views">
            <nav aria-label="Body view">
                {View::ALL
                    .map(|this| {
                        let current = (this == view).then_some("page");
                        view! { <a class="btn small" href=body_href(id, this, false) aria-current=current>{this.label()}</a> }
                    })
                    .collect_view()}
            </nav>
            <a class="btn small" href=paths::body_of(id) download="">{download}</a>
        </div>
        {missing}
        <section class="card body">{content} {rest}</section>
    }
    .into_any()
}

fn clip(body: &[u8], all: bool) -> &[u8] {
    if all { body } else { body.get(..SHOWN).unwrap_or(body) }
}
