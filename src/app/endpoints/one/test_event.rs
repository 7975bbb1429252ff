//! Sending a signed test event.

use crate::{
    app::{
        endpoints::{
            state::EndpointState,
            test_event_forms::{CannotSign, SendTestEventForm, TestSecretForm},
        },
        kit::prelude::*,
    },
    model::endpoint::Endpoint,
};

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
        EndpointState::Disabled => view! { <p>"The endpoint is disabled and doesn't accept webhooks."</p> }.into_any(),
        EndpointState::NoSecret if role >= Role::Admin => view! {
            <p>"Test events are signed, so the endpoint needs a secret. Until you have the sender's, Hookpost can generate one for test events."</p>
            <TestSecretForm id/>
        }
        .into_any(),
        EndpointState::NoSecret => view! { <p>"The endpoint has no secret to sign with. An admin can add one."</p> }.into_any(),
        EndpointState::Ready { can_sign: false } => view! { <CannotSign/> }.into_any(),
        EndpointState::Ready { can_sign: true } | EndpointState::Unverified => view! {
            <SendTestEventForm id/>
            <p class="dim">"A test event is processed like a real webhook and appears under Events."</p>
        }
        .into_any(),
    };
    view! {
        <Card title="Test event">
            <div class="in form">{content}</div>
        </Card>
    }
}
