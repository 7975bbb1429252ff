//! Sending a signed test event.

use crate::{
    app::endpoints::{
        state::EndpointState,
        test_event_forms::{SendTestEventForm, TestSecretForm},
    },
    model::{endpoint::Endpoint, user::Role},
};
use leptos::prelude::*;

/// The form, or what is missing before one can be sent.
#[component]
pub fn TestEvent(
    endpoint: Endpoint,
    state: EndpointState,
    /// Who looks at it.
    role: Role,
) -> impl IntoView {
    let id = endpoint.id.to_string();
    let content = match state {
        EndpointState::Disabled => view! { <p>"The endpoint is disabled and takes no webhooks."</p> }.into_any(),
        EndpointState::NoSecret if role >= Role::Admin => view! {
            <p>"A test event is signed, so the endpoint needs a secret. Until you have the sender's own, let Hookpost make one that nobody is shown."</p>
            <TestSecretForm id/>
        }
        .into_any(),
        EndpointState::NoSecret => view! { <p>"The endpoint has no secret to sign with; an admin can add one."</p> }.into_any(),
        EndpointState::Ready | EndpointState::Unverified => view! {
            <SendTestEventForm id/>
            <p class="dim">"It takes the same way as a real webhook; you see it arrive under Events."</p>
        }
        .into_any(),
    };
    view! {
        <section class="card">
            <h2>"Test event"</h2>
            <div class="in form">{content}</div>
        </section>
    }
}
