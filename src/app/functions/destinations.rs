//! What people do about destinations: admins change them, members send again.

use super::destination_form::DestinationForm;
use crate::{
    error::AppError,
    model::ids::{DeliveryId, DestinationId, ForwardId},
};
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use super::session::{acting, caller, note};
#[cfg(feature = "ssr")]
use crate::{
    app::{form, shown_once::ShownOnce},
    error::invalid,
    model::{audit::Action, destination::ReplayAsk, filter::DeliveryFilter, user::Role},
    outbound,
    state::AppState,
};

/// A new signing secret, until it was shown.
#[cfg(feature = "ssr")]
pub(crate) const NEW_SECRET: ShownOnce = ShownOnce("new_destination_secret");

#[cfg(feature = "ssr")]
fn page_of(id: DestinationId) -> String {
    format!("/destinations/{id}")
}

#[cfg(feature = "ssr")]
fn forwards_of(id: DeliveryId) -> String {
    format!("/events/{id}?tab=forwards")
}

/// What is said when a destination was saved: a warning too, when what it gets comes back to us.
#[cfg(feature = "ssr")]
fn said_of(state: &AppState, id: DestinationId, said: &str) -> String {
    let live = state.destinations.by_id(id);
    if live.is_some_and(|live| outbound::leads_back(live.url.as_str(), &state.base_url)) {
        format!(
            "{said} Its URL is an ingest URL of this Hookpost: each event comes back once, is stored again and not sent on."
        )
    } else {
        said.to_owned()
    }
}

/// Makes a destination and shows its signing secret once.
///
/// # Errors
/// No admin asks, or a value cannot be taken.
#[server(prefix = "/do", endpoint = "add_destination")]
pub async fn add_destination(
    /// Its fields.
    #[server(flatten)]
    form: DestinationForm,
) -> Result<(), AppError> {
    let typed = form.typed();
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        let allowed = state.settings.allow_outbound.clone().into();
        let (made, secret) = outbound::add(&state.db, &allowed, &by, form.read()?).await?;
        state.destinations.reload(&state.db).await?;
        let (_, session, _) = caller()?;
        NEW_SECRET.keep(&state, &session, &made.id.to_string(), &secret).await?;
        Ok((page_of(made.id), said_of(&state, made.id, "The destination is ready.")))
    };
    let kept: Vec<_> = typed.iter().map(|(field, text)| (*field, text.as_str())).collect();
    form::finish_keeping(work.await, "/destinations/new", &kept).await
}

/// Changes what a destination gets and how it is served.
///
/// # Errors
/// No admin asks, there is no such destination, or a value cannot be taken.
#[server(prefix = "/do", endpoint = "change_destination")]
pub async fn change_destination(
    /// The destination.
    id: DestinationId,
    /// Its fields.
    #[server(flatten)]
    form: DestinationForm,
) -> Result<(), AppError> {
    let typed = form.typed();
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        let allowed = state.settings.allow_outbound.clone().into();
        outbound::change(&state.db, &allowed, &by, id, form.read()?).await?;
        state.destinations.reload(&state.db).await?;
        state.wake.forwards.notify_one();
        Ok((page_of(id), said_of(&state, id, "Saved. What is queued goes by it too.")))
    };
    let kept: Vec<_> = typed.iter().map(|(field, text)| (*field, text.as_str())).collect();
    form::finish_keeping(work.await, &format!("/destinations/{id}/edit"), &kept).await
}

/// Gives a destination a new signing secret, shown once; the one before signs too for a while.
///
/// # Errors
/// No admin asks, there is no such destination, or the overlap is out of bounds.
#[server(prefix = "/do", endpoint = "rotate_destination")]
pub async fn rotate_destination(
    /// The destination.
    id: DestinationId,
    /// Hours.
    overlap: String,
) -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        let hours = overlap.trim().parse().map_err(|_| invalid("overlap", "overlap: give 0 to 720 hours"))?;
        let secret = outbound::rotate(&state.db, &by, id, hours).await?;
        state.destinations.reload(&state.db).await?;
        let (_, session, _) = caller()?;
        NEW_SECRET.keep(&state, &session, &id.to_string(), &secret).await?;
        Ok((page_of(id), format!("The new secret signs from now on; the one before too, for {hours} h.")))
    };
    form::finish_keeping(work.await, &format!("/destinations/{id}/edit"), &[("overlap", &overlap)]).await
}

/// Pauses a destination, or lets it go on.
///
/// # Errors
/// No admin asks, or there is no such destination.
#[server(prefix = "/do", endpoint = "pause_destination")]
pub async fn pause_destination(
    /// The destination.
    id: DestinationId,
    /// What it shall be.
    paused: bool,
) -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        if paused {
            outbound::pause(&state.db, &by, id, "by a person").await?;
        } else {
            outbound::resume(&state.db, &by, id).await?;
        }
        state.destinations.reload(&state.db).await?;
        state.wake.forwards.notify_one();
        let said =
            if paused { "Paused: its queue waits." } else { "It gets events again, and what had waited." };
        Ok((page_of(id), said.to_owned()))
    };
    form::finish(work.await, &page_of(id)).await
}

/// Removes a destination with what is queued for it.
///
/// # Errors
/// No admin asks, the box is not ticked, or there is no such destination.
#[server(prefix = "/do", endpoint = "remove_destination")]
pub async fn remove_destination(
    /// The destination.
    id: DestinationId,
    /// The ticked box.
    #[server(default)]
    sure: bool,
) -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        if !sure {
            return Err(invalid("sure", "sure: tick the box; what is queued for it goes with it"));
        }
        outbound::remove(&state.db, &by, id).await?;
        state.destinations.reload(&state.db).await?;
        Ok(("/destinations".to_owned(), "The destination is removed.".to_owned()))
    };
    form::finish(work.await, &page_of(id)).await
}

/// Sends a delivery to destinations again.
///
/// # Errors
/// Nobody who is at least a member asks, there is no such delivery or destination, or what is asked cannot be done.
#[server(prefix = "/do", endpoint = "replay")]
pub async fn replay(
    /// The delivery.
    delivery: DeliveryId,
    /// The destinations.
    #[server(default)]
    to: Vec<DestinationId>,
    /// Word of the mode.
    mode: String,
    /// A new `webhook-id` for each.
    #[server(default)]
    new_id: bool,
    /// How many times.
    #[server(default)]
    times: Option<u8>,
) -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Member).await?;
        let mode = mode.parse().map_err(|error| invalid("mode", format!("mode: {error}")))?;
        let ask = ReplayAsk { mode, new_id, times: times.unwrap_or(1), edit: None };
        let queued = outbound::replay(&state, &by, delivery, &to, &ask).await?.len();
        let said = if queued == 1 {
            "Queued; see below what comes of it.".to_owned()
        } else {
            format!("{queued} are queued; see below what comes of them.")
        };
        Ok((forwards_of(delivery), said))
    };
    form::finish(work.await, &forwards_of(delivery)).await
}

/// Sends a delivery again to the destinations that did not take it.
///
/// # Errors
/// Nobody who is at least a member asks, or none failed to take it.
#[server(prefix = "/do", endpoint = "replay_failed")]
pub async fn replay_failed(
    /// The delivery.
    delivery: DeliveryId,
    /// Query string of the list to go back to; none: the delivery's page.
    #[server(default)]
    list: Option<String>,
) -> Result<(), AppError> {
    let back = match &list {
        Some(query) if query.is_empty() => "/events".to_owned(),
        Some(query) => format!("/events?{}", DeliveryFilter::from_query(query).to_query()),
        None => forwards_of(delivery),
    };
    let work = async {
        let (state, by) = acting(Role::Member).await?;
        let count = outbound::replay_failed(&state, &by, delivery).await?;
        let said = if count == 1 {
            "Sent again to the destination that failed.".to_owned()
        } else {
            format!("Sent again to the {count} destinations that failed.")
        };
        Ok((back.clone(), said))
    };
    form::finish(work.await, &back).await
}

/// Lets a forward that waits or is dead be tried now.
///
/// # Errors
/// Nobody who is at least a member asks, or there is no such forward.
#[server(prefix = "/do", endpoint = "retry_forward")]
pub async fn retry_forward(
    /// The delivery it belongs to.
    delivery: DeliveryId,
    /// The forward.
    forward: ForwardId,
) -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Member).await?;
        outbound::retry_now(&state, forward).await?;
        let object = format!("forward {forward} of delivery {delivery}");
        note(&state, &by, Action::ForwardRetried, &forward.to_string(), &object, "").await;
        Ok((forwards_of(delivery), "It is tried now.".to_owned()))
    };
    form::finish(work.await, &forwards_of(delivery)).await
}
