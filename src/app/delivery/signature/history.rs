//! The later verdicts on a delivery.

use crate::{
    app::{delivery::signature::name, kit::when::When},
    db::reverifications::Reverification,
    model::{endpoint::SecretInfo, verdict::Verdict, visible::visible},
};
use leptos::prelude::*;

/// When, who, and what came out.
#[component]
pub(crate) fn History(
    later: Vec<Reverification>,
    secrets: Vec<SecretInfo>,
    /// Unix ms.
    now: i64,
) -> impl IntoView {
    let rows = later
        .into_iter()
        .map(|one| {
            let verdict = Verdict::from_json(&one.verdict).unwrap_or_default();
            let (class, word) = match verdict.reason() {
                None => ("tag ok", "Verified".to_owned()),
                Some(reason) => ("tag bad", reason.label().to_owned()),
            };
            let with = verdict.matched_secret().map(|id| format!(" with {}", name(&secrets, id)));
            view! {
                <li>
                    <When at=one.at now/>
                    <span>
                        <span class=class>{word}</span>
                        {with.map(|with| visible(&with))}
                        <small class="dim">{format!(" by {}, age not checked", visible(&one.actor))}</small>
                    </span>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="card">
            <h2>"Looked at again"</h2>
            <ol class="in tl">{rows}</ol>
        </section>
    }
}
