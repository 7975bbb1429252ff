//! Header values that are credentials: GitLab's token is the secret itself. They are verified with, and stored sealed.

use super::answer::Refusal;
use crate::{
    db::{
        payloads::{self, Binding},
        writer::NewDelivery,
    },
    ingest::Ingest,
    model::endpoint::Endpoint,
};

/// The delivery as it may be stored. Only requests that bring a credential pay for it.
pub(super) fn seal(
    ingest: &Ingest,
    endpoint: &Endpoint,
    mut delivery: NewDelivery,
) -> Result<NewDelivery, Refusal> {
    let bound_to = Binding::of(endpoint.id, delivery.received_at);
    let is_credential = |name: &str| endpoint.is_credential(name);
    match payloads::seal(ingest.db.header_key(), bound_to, &delivery.headers, is_credential) {
        Ok(None) => {}
        Ok(Some((headers, sealed))) => {
            (delivery.headers, delivery.sealed_headers) = (headers, Some(sealed));
        }
        Err(error) => {
            tracing::error!(%error, "a credential could not be encrypted: {error}");
            return Err(Refusal::Unavailable);
        }
    }
    Ok(delivery)
}
