//! What can be changed of an endpoint.

use crate::{
    app::{endpoints::functions::ChangeEndpoint, kit::form::Field},
    model::endpoint::Endpoint,
};
use leptos::{prelude::*, server_fn::ServerFn};

/// What secret headers are.
pub const SECRET_HEADERS_HINT: &str = "Headers whose values are credentials, separated by commas, such as x-partner-key. \
     Their values are stored encrypted and never shown or forwarded, those of stored deliveries too. Authorization, \
     cookies, and names that end in -token, -secret or -api-key are secret anyway.";

/// Name, body limit, retention and secret headers.
#[component]
pub fn Values(
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
                <input type="hidden" name="version" value=endpoint.version.to_string()/>
                <Field name="name" label="Name" value=endpoint.name/>
                <Field name="body_limit" label="Largest body, bytes" value=own_limit hint=format!("Empty: the server's, {body_limit}.") required=false/>
                <Field name="retention_days" label="Keep deliveries, days" kind="number" value=endpoint.retention_days.to_string()/>
                <Field name="secret_headers" label="Secret headers" value=endpoint.secret_headers.join(", ") hint=SECRET_HEADERS_HINT required=false/>
                <div class="actions"><button class="btn">"Save"</button></div>
            </form>
        </section>
    }
}
