//! The way of a newcomer: create an endpoint, copy its URL, send a test event, see it.

use crate::app::{
    endpoints::{
        rows::EndpointRow,
        state::EndpointState,
        test_event_forms::{CannotSign, SendTestEventForm, TestSecretForm},
    },
    kit::prelude::*,
};

/// Where a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Done,
    Next,
    Later,
}

/// The four steps, with the one to take now.
#[component]
pub fn FirstSteps(
    /// What there is already; none of them has a delivery yet.
    endpoints: Vec<EndpointRow>,
    /// The URL of the server.
    base_url: String,
    /// Who looks at it.
    role: Role,
) -> impl IntoView {
    let endpoint = endpoints.first();
    let [create, copy, send, see] = progress(endpoint.is_some());
    let created = create_step(endpoint, role);
    let copied = endpoint.map(|row| copy_step(row, &base_url, role));
    let sent = endpoint.map(|row| send_step(row, role));
    view! {
        <section class="card narrow">
            <ol class="first-steps">
                <Item step=create title="Create an endpoint">{created}</Item>
                <Item step=copy title="Register its URL with the sender">{copied}</Item>
                <Item step=send title="Send a signed test event">{sent}</Item>
                <Item step=see title="See it arrive">
                    <p>"It appears under " <a href=paths::EVENTS>"Events"</a> " immediately, with every verification step."</p>
                </Item>
            </ol>
        </section>
    }
}

/// The URL can be given away at any time, so it does not hold up the test event.
fn progress(endpoint_made: bool) -> [Step; 4] {
    if endpoint_made {
        [Step::Done, Step::Next, Step::Next, Step::Later]
    } else {
        [Step::Next, Step::Later, Step::Later, Step::Later]
    }
}

#[component]
fn Item(step: Step, title: &'static str, children: Children) -> impl IntoView {
    let (class, said, current) = match step {
        Step::Done => ("done", " (done)", None),
        Step::Next => ("next", "", Some("step")),
        Step::Later => ("later", "", None),
    };
    view! {
        <li class=class aria-current=current>
            <h2>{title}<span class="visually-hidden">{said}</span></h2>
            <div class="in">{children()}</div>
        </li>
    }
}

fn create_step(endpoint: Option<&EndpointRow>, role: Role) -> AnyView {
    match endpoint {
        Some(EndpointRow { endpoint, .. }) => {
            let href = paths::endpoint(endpoint.id);
            view! { <p><a class="name" href=href>{visible(&endpoint.name)}</a> " exists."</p> }.into_any()
        }
        None if role >= Role::Admin => view! {
            <p>"An endpoint is a URL that receives webhooks from one sender and verifies their signatures."</p>
            <a class="btn primary" href=paths::NEW_ENDPOINT>"Create an endpoint"</a>
        }
        .into_any(),
        None => view! { <p>"An admin needs to create the first one."</p> }.into_any(),
    }
}

fn copy_step(row: &EndpointRow, base_url: &str, role: Role) -> AnyView {
    if role < Role::Member {
        return view! { <p>"Members and admins can see the URL."</p> }.into_any();
    }
    let url = format!("{base_url}{}", row.endpoint.ingest_path());
    let href = paths::endpoint(row.endpoint.id);
    view! {
        <Copyable id="ingest-url" text=url/>
        <p>"Then paste the signing secret the sender shows. " <a href=href>"Show instructions"</a></p>
    }
    .into_any()
}

fn send_step(row: &EndpointRow, role: Role) -> AnyView {
    let id = row.endpoint.id.to_string();
    match row.state {
        _ if role < Role::Member => view! { <p>"Members and admins can send one."</p> }.into_any(),
        EndpointState::NoSecret if role >= Role::Admin => view! {
            <p>"Test events are signed, so the endpoint needs a secret. Hookpost can generate one for test events."</p>
            <TestSecretForm id/>
        }
        .into_any(),
        EndpointState::NoSecret => view! { <p>"An admin needs to add a signing secret first."</p> }.into_any(),
        EndpointState::Disabled => view! { <p>"The endpoint is disabled."</p> }.into_any(),
        EndpointState::Ready { can_sign: false } => view! { <CannotSign/> }.into_any(),
        EndpointState::Ready { can_sign: true } | EndpointState::Unverified => view! {
            <SendTestEventForm id/>
        }
        .into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newcomer_always_has_a_next_step() {
        assert_eq!(progress(false)[0], Step::Next);
        assert_eq!(progress(true)[0], Step::Done);
        assert!(progress(true).contains(&Step::Next));
    }
}
