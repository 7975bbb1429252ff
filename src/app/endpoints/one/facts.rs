//! What an endpoint is.

use crate::{
    app::kit::when::When,
    model::{endpoint::Endpoint, time},
};
use leptos::prelude::*;

/// The facts, in a card at the side.
#[component]
pub fn Facts(
    endpoint: Endpoint,
    /// The server's limit, bytes.
    body_limit: u64,
    /// Unix ms.
    now: i64,
) -> impl IntoView {
    let limit = match endpoint.body_limit {
        Some(bytes) => time::size(bytes),
        None => format!("{} (the server's)", time::size(i64::try_from(body_limit).unwrap_or(i64::MAX))),
    };
    let signed = endpoint.hmac.as_ref().map(|options| {
        let (header, prefix) = (&options.header, &options.prefix);
        format!("{header}: {prefix}<{} of {} in {}>", options.algorithm, options.signed, options.encoding)
    });
    view! {
        <section class="card">
            <h2>"Endpoint"</h2>
            <dl class="in facts">
                <dt>"Scheme"</dt>
                <dd>{endpoint.scheme.label()}</dd>
                {signed.map(|signed| view! { <dt>"Signed"</dt><dd class="mono wrap">{signed}</dd> })}
                <dt>"Created"</dt>
                <dd><When at=endpoint.created_at now/></dd>
                <dt>"Largest body"</dt>
                <dd>{limit}</dd>
                <dt>"Kept for"</dt>
                <dd>{endpoint.retention_days} " days"</dd>
            </dl>
        </section>
    }
}
