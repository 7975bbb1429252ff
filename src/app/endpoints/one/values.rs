//! What can be changed of an endpoint.

use crate::{
    app::{endpoints::functions::ChangeEndpoint, kit::prelude::*},
    model::endpoint::Endpoint,
};

pub const SECRET_HEADERS_HINT: &str = "Headers that carry credentials, separated by commas, such as \
                                       x-partner-key. Their values are encrypted and never shown or forwarded, \
                                       including in deliveries already stored. Authorization, cookies and names \
                                       ending in -token, -secret or -api-key are always secret.";

/// Name, body limit, retention and secret headers.
#[component]
pub fn Values(
    endpoint: Endpoint,
    /// The server's limit, bytes.
    body_limit: u64,
) -> impl IntoView {
    let own_limit = endpoint.body_limit.map(|bytes| bytes.to_string()).unwrap_or_default();
    view! {
        <Card title="Change">
            <PostForm to=ChangeEndpoint::PATH class="in form" with=[("id", endpoint.id.to_string()), ("version", endpoint.version.to_string())] submit="Save" button="btn">
                <Field name="name" label="Name" value=endpoint.name/>
                <Field name="body_limit" label="Body limit (bytes)" value=own_limit hint=format!("Default: {body_limit}, as set for the server.") required=false/>
                <Field name="retention_days" label="Retention (days)" kind="number" value=endpoint.retention_days.to_string()/>
                <Field name="secret_headers" label="Secret headers" value=endpoint.secret_headers.join(", ") hint=SECRET_HEADERS_HINT required=false/>
            </PostForm>
        </Card>
    }
}
