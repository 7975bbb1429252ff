//! What an endpoint is.

use crate::{app::kit::prelude::*, model::endpoint::Endpoint};

/// The facts, in a card at the side. `body_limit` is the server's, bytes.
pub(super) fn card(endpoint: &Endpoint, body_limit: u64, now: i64) -> impl IntoView + use<> {
    let limit = match endpoint.body_limit {
        Some(bytes) => time::size(bytes),
        None => format!("{} (server default)", time::size(i64::try_from(body_limit).unwrap_or(i64::MAX))),
    };
    let signed = endpoint.hmac.as_ref().map(|options| {
        let (header, prefix) = (&options.header, &options.prefix);
        format!("{header}: {prefix}<{} of {} in {}>", options.algorithm, options.signed, options.encoding)
    });
    let facts = Facts::new()
        .fact("Scheme", endpoint.scheme.label)
        .maybe_mono("Signature", signed)
        .fact("Created", view! { <When at=endpoint.created_at now/> })
        .fact("Body limit", limit)
        .fact("Retention", format!("{} days", endpoint.retention_days))
        .view();
    view! { <Card title="Endpoint">{facts}</Card> }
}
