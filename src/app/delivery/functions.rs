//! What people do about rejected deliveries.

use crate::{
    app::{
        endpoints::done,
        kit::{
            act::{Done, act, note},
            paths,
        },
    },
    jobs::reverify,
    model::{
        audit::Action,
        delivery::Outcome,
        error::{AppError, invalid},
        filter::DeliveryFilter,
        ids::DeliveryId,
        user::Role,
    },
};
use leptos::prelude::*;

/// Tries a secret that is not saved on a rejected delivery.
#[server(prefix = "/do", endpoint = "try_secret")]
pub async fn try_secret(
    delivery: DeliveryId,
    secret: String,
    /// Word of its format; empty: as the scheme's senders show it.
    #[server(default)]
    secret_format: String,
) -> Result<(), AppError> {
    act(Role::Member, paths::signature_of(delivery), async move |state, by| {
        let endpoint = reverify::stored(&state, delivery).await?.endpoint;
        let scheme = endpoint.scheme;
        let format = done::secret_format(scheme, &secret_format)?;
        let (verdict, cause) = reverify::try_secret(&state, delivery, secret.into(), format).await?;
        let fits = if verdict.is_accepted() { "it fits" } else { "it does not fit" };
        let object = format!("delivery {delivery}");
        let detail = format!("{fits}; endpoint {}", endpoint.name);
        note(&state, &by, Action::SecretTried, &delivery.to_string(), &object, &detail).await;
        if verdict.is_accepted() {
            let said = "This secret matches. Add it to the endpoint, then re-verify the delivery.";
            return Ok(Done::here(said));
        }
        let why = match (cause, verdict.reason()) {
            (Some(cause), _) => format!("{} {}", cause.sentence(), cause.remedy()),
            (None, Some(reason)) => reason.sentence().to_owned(),
            (None, None) => String::new(),
        };
        Err(invalid("try_secret", format!("This secret doesn't match. {why}")))
    })
    .await
}

/// Verifies a rejected delivery again with the secrets of now, without regard to its age.
#[server(prefix = "/do", endpoint = "reverify")]
pub async fn reverify(delivery: DeliveryId) -> Result<(), AppError> {
    act(Role::Member, paths::signature_of(delivery), async move |state, by| {
        let (outcome, verdict) = reverify::reverify(&state, &by, delivery).await?;
        let said = match outcome {
            Outcome::Accepted => "Verified (age not checked) and accepted.".to_owned(),
            Outcome::Duplicate => {
                "Verified (age not checked), but its event was accepted before, so it is a duplicate."
                    .to_owned()
            }
            Outcome::Rejected => {
                let why = verdict.reason().map_or("", |reason| reason.sentence());
                format!("Still rejected (age not checked). {why}")
            }
        };
        Ok(Done::here(said))
    })
    .await
}

/// Verifies all rejected deliveries of a filter again.
#[server(prefix = "/do", endpoint = "start_reverify")]
pub async fn start_reverify(
    /// Query string of the list.
    #[server(default)]
    filter: String,
) -> Result<(), AppError> {
    // Read and written again: what a person sent may be anything.
    let back = paths::reverify(&DeliveryFilter::from_query(&filter));
    act(Role::Member, back, async move |state, by| {
        let filter = DeliveryFilter::from_query(&filter);
        let id = reverify::bulk::start(&state, &by, &filter).await?;
        Ok(Done::at(paths::job(id), ""))
    })
    .await
}
