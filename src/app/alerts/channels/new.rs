//! Alerts → Channels → New: first its kind, then its fields.

use crate::{
    alerts::channels::{self, ALL, Spec},
    app::{
        alerts::channels::{
            form::{Fields, allowed},
            functions::AddChannel,
        },
        kit::prelude::*,
    },
};

/// The page at `/alerts/channels/new`. `?kind=` chooses the form.
#[component]
pub fn NewChannelPage() -> impl IntoView {
    let kind = query_value("kind").and_then(|word| channels::kind(&word).ok());
    page(Role::Admin, move |state, _| async move {
        let content = match kind {
            Some(kind) => form(kind, allowed(&state)),
            None => kinds(),
        };
        Ok(Page::new(Part::Alerts, "New channel")
            .heading("New")
            .under("Channels", paths::CHANNELS)
            .tab(paths::CHANNELS)
            .body(content))
    })
}

fn kinds() -> AnyView {
    let kinds = ALL.iter().map(|kind| {
        view! {
            <section class="card">
                <h2><a href=format!("{}?kind={}", paths::NEW_CHANNEL, kind.word)>{kind.label}</a></h2>
                <p class="in dim">{kind.about}</p>
            </section>
        }
    });
    view! {
        <p>"Where should alerts go?"</p>
        <div class="fields">{kinds.collect_view()}</div>
    }
    .into_any()
}

fn form(kind: &'static Spec, allowed: Vec<String>) -> AnyView {
    view! {
        <form class="form" method="post" action=AddChannel::PATH>
            <input type="hidden" name="kind" value=kind.word/>
            <Fields kind settings=None allowed/>
            <div class="actions">
                <button class="btn primary">"Create channel"</button>
                <a class="btn" href=paths::NEW_CHANNEL>"Choose another kind"</a>
            </div>
        </form>
    }
    .into_any()
}
