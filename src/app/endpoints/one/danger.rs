//! What stops deliveries from coming in. Each asks twice, without JavaScript: first to open, then to confirm.

use crate::{
    app::{
        endpoints::functions::{ChangeEndpointUrl, EnableEndpoint, RemoveEndpoint},
        kit::prelude::*,
    },
    endpoints::Affected,
    model::endpoint::Endpoint,
};

/// Disabling, a new URL, removal.
#[component]
pub fn Danger(
    endpoint: Endpoint,
    /// Destinations that name it.
    affected: Affected,
) -> impl IntoView {
    let id = endpoint.id.to_string();
    view! {
        <Card title="Disable, change or remove" class="danger">
            <div class="in"><Enable id=id.clone() enabled=endpoint.enabled/></div>
            <NewUrl id=id.clone()/>
            <Remove id name=endpoint.name affected/>
        </Card>
    }
}

#[component]
fn Enable(id: String, enabled: bool) -> impl IntoView {
    let (label, hint) = if enabled {
        ("Disable", "A disabled endpoint answers 404. Senders retry for a while.")
    } else {
        ("Enable", "It answers 404 until you enable it.")
    };
    view! {
        <PostForm to=EnableEndpoint::PATH with=[("id", id), ("enabled", (!enabled).to_string())] submit=label button="btn">
            <p class="dim">{hint}</p>
        </PostForm>
    }
}

#[component]
fn NewUrl(id: String) -> impl IntoView {
    view! {
        <Fold title="Change URL…">
            <PostForm to=ChangeEndpointUrl::PATH with=[("id", id)] submit="Change URL" button="btn danger">
                <p>"Use this if the URL has leaked. The old URL stops working immediately, so register the new one with the sender."</p>
                <Confirm label="The old URL will stop working"/>
            </PostForm>
        </Fold>
    }
}

#[component]
fn Remove(id: String, name: String, affected: Affected) -> impl IntoView {
    let names = |names: &[String]| visible(&names.join(", "));
    let emptied = (!affected.emptied.is_empty()).then(|| {
        view! { <p><b>"These destinations only get events from this endpoint and will get nothing: "</b>{names(&affected.emptied)}</p> }
    });
    let narrowed = (!affected.narrowed.is_empty()).then(|| {
        view! { <p>"These destinations also get events from this endpoint: "{names(&affected.narrowed)}</p> }
    });
    view! {
        <Fold title="Remove endpoint…">
            <PostForm to=RemoveEndpoint::PATH with=[("id", id)] submit="Remove permanently" button="btn danger">
                <p>"This also deletes its secrets and all its deliveries. You can't undo this."</p>
                {emptied}
                {narrowed}
                <div class="field">
                    <label for="typed_name">"Type its name: " <bdi class="mono">{visible(&name)}</bdi></label>
                    <input id="typed_name" name="typed_name" required autocomplete="off"/>
                </div>
            </PostForm>
        </Fold>
    }
}
