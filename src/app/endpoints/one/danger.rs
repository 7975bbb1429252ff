//! What stops deliveries from coming in. Each asks twice, without JavaScript: first to open, then to confirm.

use crate::{
    app::endpoints::functions::{ChangeEndpointUrl, EnableEndpoint, RemoveEndpoint},
    endpoints::Affected,
    model::{endpoint::Endpoint, visible::visible},
};
use leptos::{prelude::*, server_fn::ServerFn};

/// Disabling, a new URL, removal.
#[component]
pub fn Danger(
    endpoint: Endpoint,
    /// Destinations that name it.
    affected: Affected,
) -> impl IntoView {
    let id = endpoint.id.to_string();
    view! {
        <section class="card danger">
            <h2>"Stop or replace"</h2>
            <div class="in"><Enable id=id.clone() enabled=endpoint.enabled/></div>
            <NewUrl id=id.clone()/>
            <Remove id name=endpoint.name affected/>
        </section>
    }
}

#[component]
fn Enable(id: String, enabled: bool) -> impl IntoView {
    let (label, hint) = if enabled {
        ("Disable", "A disabled endpoint answers 404; senders try again for a while.")
    } else {
        ("Enable", "It answers 404 until then.")
    };
    view! {
        <form class="form" method="post" action=EnableEndpoint::PATH>
            <input type="hidden" name="id" value=id/>
            <input type="hidden" name="enabled" value=(!enabled).to_string()/>
            <p class="dim">{hint}</p>
            <div class="actions"><button class="btn">{label}</button></div>
        </form>
    }
}

#[component]
fn NewUrl(id: String) -> impl IntoView {
    view! {
        <details class="in fold">
            <summary>"Change the URL…"</summary>
            <form class="form" method="post" action=ChangeEndpointUrl::PATH>
                <input type="hidden" name="id" value=id/>
                <p>"For when the URL has leaked. The old one stops working at once: register the new one with the sender."</p>
                <label class="check">
                    <input type="checkbox" name="sure" value="true" required/>
                    "The old URL may die"
                </label>
                <div class="actions"><button class="btn danger">"Change the URL"</button></div>
            </form>
        </details>
    }
}

#[component]
fn Remove(id: String, name: String, affected: Affected) -> impl IntoView {
    let names = |names: &[String]| visible(&names.join(", "));
    let emptied = (!affected.emptied.is_empty()).then(|| {
        view! { <p><b>"These destinations take its events alone, and will take nothing: "</b>{names(&affected.emptied)}</p> }
    });
    let narrowed = (!affected.narrowed.is_empty()).then(|| {
        view! { <p>"These destinations take its events among others: "{names(&affected.narrowed)}</p> }
    });
    view! {
        <details class="in fold">
            <summary>"Remove the endpoint…"</summary>
            <form class="form" method="post" action=RemoveEndpoint::PATH>
                <input type="hidden" name="id" value=id/>
                <p>"Its secrets and all its deliveries go with it. This cannot be undone."</p>
                {emptied}
                {narrowed}
                <div class="field">
                    <label for="typed_name">"Type its name: " <bdi class="mono">{visible(&name)}</bdi></label>
                    <input id="typed_name" name="typed_name" required autocomplete="off"/>
                </div>
                <div class="actions"><button class="btn danger">"Remove for ever"</button></div>
            </form>
        </details>
    }
}
