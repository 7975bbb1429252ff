//! What people do about rejected deliveries.

use leptos::prelude::*;

use crate::{
    app::{
        endpoints::done,
        kit::form,
        login::functions::{acting, note},
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

fn signature_of(id: DeliveryId) -> String {
    format!("/events/{id}?tab=signature")
}

/// Tries a secret that is not saved on a rejected delivery.
#[server(prefix = "/do", endpoint = "try_secret")]
pub async fn try_secret(
    delivery: DeliveryId,
    secret: String,
    /// Word of its format; empty: as the scheme's senders show it.
    #[server(default)]
    secret_format: String,
) -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Member).await?;
        let endpoint = reverify::stored(&state, delivery).await?.endpoint;
        let scheme = endpoint.scheme;
        let format = done::secret_format(scheme, &secret_format)?;
        let (verdict, cause) = reverify::try_secret(&state, delivery, secret.into(), format).await?;
        let fits = if verdict.is_accepted() { "it fits" } else { "it does not fit" };
        let object = format!("delivery {delivery}");
        let detail = format!("{fits}; endpoint {}", endpoint.name);
        note(&state, &by, Action::SecretTried, &delivery.to_string(), &object, &detail).await;
        if verdict.is_accepted() {
            let said = "This secret made the signature. Add it to the endpoint, then re-verify the delivery.";
            return Ok((signature_of(delivery), said.to_owned()));
        }
        let why = match (cause, verdict.reason()) {
            (Some(cause), _) => format!("{} {}", cause.sentence(), cause.remedy()),
            (None, Some(reason)) => reason.sentence().to_owned(),
            (None, None) => String::new(),
        };
        Err(invalid("try_secret", format!("This secret does not verify it. {why}")))
    };
    form::finish(work.await, &signature_of(delivery)).await
}

/// Verifies a rejected delivery again with the secrets of now, without regard to its age.
#[server(prefix = "/do", endpoint = "reverify")]
pub async fn reverify(delivery: DeliveryId) -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Member).await?;
        let (outcome, verdict) = reverify::reverify(&state, &by, delivery).await?;
        let said = match outcome {
            Outcome::Accepted => "It verifies now (age not checked), and is accepted.".to_owned(),
            Outcome::Duplicate => {
                "It verifies now (age not checked); its event was there already, so it is a duplicate."
                    .to_owned()
            }
            Outcome::Rejected => {
                let why = verdict.reason().map_or("", |reason| reason.sentence());
                format!("It is still rejected (age not checked). {why}")
            }
        };
        Ok((signature_of(delivery), said))
    };
    form::finish(work.await, &signature_of(delivery)).await
}

/// Verifies all rejected deliveries of a filter again.
#[server(prefix = "/do", endpoint = "start_reverify")]
pub async fn start_reverify(
    /// Query string of the list.
    #[server(default)]
    filter: String,
) -> Result<(), AppError> {
    // Read and written again: what a person sent may be anything.
    let back = format!("/reverify?{}", DeliveryFilter::from_query(&filter).to_query());
    let work = async {
        let (state, by) = acting(Role::Member).await?;
        let filter = DeliveryFilter::from_query(&filter);
        let id = reverify::bulk::start(&state, &by, &filter).await?;
        Ok((format!("/jobs/{id}"), String::new()))
    };
    form::finish(work.await, &back).await
}
