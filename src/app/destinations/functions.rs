//! What people do about destinations: admins change them, members send again.

use crate::{
    app::{
        destinations::posted::DestinationForm,
        kit::{
            act::{Done, Form, act, must_be_sure, note},
            paths,
            shown_once::ShownOnce,
        },
    },
    destinations,
    forward::{replay, via},
    model::{
        audit::Action,
        destination::ReplayAsk,
        error::{AppError, invalid},
        filter::DeliveryFilter,
        ids::{DeliveryId, DestinationId, ForwardId},
        user::Role,
    },
    state::AppState,
};
use leptos::prelude::*;

/// A new signing secret, until it was shown.
pub(crate) const NEW_SECRET: ShownOnce = ShownOnce("new_destination_secret");

/// What is said when a destination was saved: a warning too, when what it gets comes back to us.
fn said_of(state: &AppState, id: DestinationId, said: &str) -> String {
    let live = state.destinations.by_id(id);
    if live.is_some_and(|live| via::leads_back(live.url.as_str(), &state.base_url)) {
        format!(
            "{said} Its URL is an ingest URL of this Hookpost, so each event comes back once, is stored again and is not forwarded further."
        )
    } else {
        said.to_owned()
    }
}

/// Makes a destination and shows its signing secret once.
#[server(prefix = "/do", endpoint = "add_destination")]
pub async fn add_destination(#[server(flatten)] form: DestinationForm) -> Result<(), AppError> {
    let back = Form::on(paths::NEW_DESTINATION).keeping_all(form.typed());
    act(Role::Admin, back, async move |state, by| {
        let allowed = state.settings.allow_outbound.clone().into();
        let (made, secret) = destinations::add(&state.db, &allowed, &by, form.read()?).await?;
        state.destinations.reload(&state.db).await?;
        NEW_SECRET.keep(&state, &made.id.to_string(), &secret).await?;
        Ok(Done::at(paths::destination(made.id), said_of(&state, made.id, "Destination created.")))
    })
    .await
}

/// Changes what a destination gets and how it is served.
#[server(prefix = "/do", endpoint = "change_destination")]
pub async fn change_destination(
    id: DestinationId,
    #[server(flatten)] form: DestinationForm,
) -> Result<(), AppError> {
    let back = Form::on(paths::edit_destination(id)).keeping_all(form.typed());
    act(Role::Admin, back, async move |state, by| {
        let allowed = state.settings.allow_outbound.clone().into();
        destinations::change(&state.db, &allowed, &by, id, form.read()?).await?;
        state.destinations.reload(&state.db).await?;
        state.wake.forwards.notify_one();
        Ok(Done::at(
            paths::destination(id),
            said_of(&state, id, "Saved. Queued events use the new settings."),
        ))
    })
    .await
}

/// Gives a destination a new signing secret, shown once; the one before signs too for a while.
#[server(prefix = "/do", endpoint = "rotate_destination")]
pub async fn rotate_destination(
    id: DestinationId,
    /// Hours.
    overlap: String,
) -> Result<(), AppError> {
    let back = Form::on(paths::edit_destination(id)).keeping("overlap", &overlap);
    act(Role::Admin, back, async move |state, by| {
        let hours =
            overlap.trim().parse().map_err(|_| invalid("overlap", "overlap: must be 0 to 720 hours"))?;
        let secret = destinations::rotate(&state.db, &by, id, hours).await?;
        state.destinations.reload(&state.db).await?;
        NEW_SECRET.keep(&state, &id.to_string(), &secret).await?;
        Ok(Done::at(
            paths::destination(id),
            format!("The new secret signs from now on. The previous one also signs for {hours} h."),
        ))
    })
    .await
}

/// Pauses a destination, or lets it go on.
#[server(prefix = "/do", endpoint = "pause_destination")]
pub async fn pause_destination(id: DestinationId, paused: bool) -> Result<(), AppError> {
    act(Role::Admin, paths::destination(id), async move |state, by| {
        if paused {
            destinations::pause(&state.db, &by, id, "by a person").await?;
        } else {
            destinations::resume(&state.db, &by, id).await?;
        }
        state.destinations.reload(&state.db).await?;
        state.wake.forwards.notify_one();
        let said =
            if paused { "Paused. Queued events wait." } else { "Resumed. Queued events are being sent." };
        Ok(Done::here(said))
    })
    .await
}

/// Removes a destination with what is queued for it.
#[server(prefix = "/do", endpoint = "remove_destination")]
pub async fn remove_destination(id: DestinationId, #[server(default)] sure: bool) -> Result<(), AppError> {
    act(Role::Admin, paths::destination(id), async move |state, by| {
        must_be_sure(sure, "its queued messages are deleted too")?;
        destinations::remove(&state.db, &by, id).await?;
        state.destinations.reload(&state.db).await?;
        Ok(Done::at(paths::DESTINATIONS, "Destination removed."))
    })
    .await
}

/// Sends a delivery to destinations again.
#[server(prefix = "/do", endpoint = "replay")]
pub async fn replay(
    delivery: DeliveryId,
    #[server(default)] to: Vec<DestinationId>,
    /// Word of the mode.
    mode: String,
    /// A new `webhook-id` for each.
    #[server(default)]
    new_id: bool,
    /// How many times.
    #[server(default)]
    times: Option<u8>,
) -> Result<(), AppError> {
    act(Role::Member, paths::forwards_of(delivery), async move |state, by| {
        let mode = mode.parse().map_err(|error| invalid("mode", format!("mode: {error}")))?;
        let ask = ReplayAsk { mode, new_id, times: times.unwrap_or(1), edit: None };
        let queued = replay::replay(&state.forwarding, &by, delivery, &to, &ask).await?.len();
        let said = if queued == 1 {
            "Replay queued. See the result below.".to_owned()
        } else {
            format!("{queued} replays queued. See the results below.")
        };
        Ok(Done::here(said))
    })
    .await
}

/// Sends a delivery again to the destinations that did not take it.
#[server(prefix = "/do", endpoint = "replay_failed")]
pub async fn replay_failed(
    delivery: DeliveryId,
    /// Query string of the list to go back to; none: the delivery's page.
    #[server(default)]
    list: Option<String>,
) -> Result<(), AppError> {
    let back = match &list {
        Some(query) => paths::events(&DeliveryFilter::from_query(query)),
        None => paths::forwards_of(delivery),
    };
    act(Role::Member, back, async move |state, by| {
        let count = replay::replay_failed(&state.forwarding, &by, delivery).await?;
        let said = if count == 1 {
            "Replay queued for the failed destination.".to_owned()
        } else {
            format!("Replay queued for the {count} failed destinations.")
        };
        Ok(Done::here(said))
    })
    .await
}

/// Lets a forward that waits or is dead be tried now.
#[server(prefix = "/do", endpoint = "retry_forward")]
pub async fn retry_forward(
    /// The delivery it belongs to.
    delivery: DeliveryId,
    forward: ForwardId,
) -> Result<(), AppError> {
    act(Role::Member, paths::forwards_of(delivery), async move |state, by| {
        replay::retry_now(&state.forwarding, forward).await?;
        let object = format!("forward {forward} of delivery {delivery}");
        note(&state, &by, Action::ForwardRetried, &forward.to_string(), &object, "").await;
        Ok(Done::here("Retrying now."))
    })
    .await
}
