//! The two forms that lead to a test event.

use crate::app::{
    endpoints::{functions::SendTestEvent, secret_functions::AddTestSecret},
    kit::event_type_choice::EventTypeChoice,
};
use leptos::{prelude::*, server_fn::ServerFn};

/// Sends a signed event of a chosen type to the endpoint.
#[component]
pub fn SendTestEventForm(
    /// The endpoint's id.
    id: String,
) -> impl IntoView {
    view! {
        <form class="inline" method="post" action=SendTestEvent::PATH>
            <input type="hidden" name="id" value=id/>
            <EventTypeChoice/>
            <button class="btn primary">"Send test event"</button>
        </form>
    }
}

/// Makes a secret that nobody is shown, so that a test event can be signed.
#[component]
pub fn TestSecretForm(
    /// The endpoint's id.
    id: String,
) -> impl IntoView {
    view! {
        <form method="post" action=AddTestSecret::PATH>
            <input type="hidden" name="id" value=id/>
            <button class="btn primary">"Make a secret for test events"</button>
        </form>
    }
}
