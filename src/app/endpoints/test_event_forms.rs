//! The two forms that lead to a test event.

use crate::app::{
    endpoints::{functions::SendTestEvent, secret_functions::AddTestSecret},
    kit::{event_type_choice::EventTypeChoice, prelude::*},
};

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

/// What stands instead where the scheme, or each secret, verifies only.
#[component]
pub fn CannotSign() -> impl IntoView {
    view! { <p>"Hookpost can verify this sender's signatures but not create them. Send a test event from the sender."</p> }
}

/// Makes a secret that nobody is shown, so that a test event can be signed.
#[component]
pub fn TestSecretForm(
    /// The endpoint's id.
    id: String,
) -> impl IntoView {
    view! {
        <PostButton to=AddTestSecret::PATH with=[("id", id)] class="btn primary" label="Create a secret for test events"/>
    }
}
