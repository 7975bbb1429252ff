//! What can be changed of an endpoint.

use crate::{
    app::{form::Field, functions::endpoints::ChangeEndpoint},
    model::endpoint::Endpoint,
};
use leptos::{prelude::*, server_fn::ServerFn};

/// Name, body limit and retention.
#[component]
pub fn Values(
    /// The endpoint.
    endpoint: Endpoint,
    /// The server's limit, bytes.
    body_limit: u64,
) -> impl IntoView {
    let own_limit = endpoint.body_limit.map(|bytes| bytes.to_string()).unwrap_or_default();
    view! {
        <section class="card">
            <h2>"Change"</h2>
            <form class="in form" method="post" action=ChangeEndpoint::PATH>
                <input type="hidden" name="id" value=endpoint.id.to_string()/>
                <Field name="name" label="Name" value=endpoint.name/>
                <Field name="body_limit" label="Largest body, bytes" value=own_limit hint=format!("Empty: the server's, {body_limit}.") required=false/>
                <Field name="retention_days" label="Keep deliveries, days" kind="number" value=endpoint.retention_days.to_string()/>
                <div class="actions"><button class="btn">"Save"</button></div>
            </form>
        </section>
    }
}
