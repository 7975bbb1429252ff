//! What people do about destinations: admins change them, members send again.

use leptos::prelude::*;

use crate::{
    app::{
        destinations::posted::DestinationForm,
        kit::{form, shown_once::ShownOnce},
        login::functions::{acting, caller, note},
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

/// A new signing secret, until it was shown.
pub(crate) const NEW_SECRET: ShownOnce = ShownOnce("new_destination_secret");

fn page_of(id: DestinationId) -> String {
    format!("/destinations/{id}")
}

fn forwards_of(id: DeliveryId) -> String {
    format!("/events/{id}?tab=forwards")
}

/// What is said when a destination was saved: a warning too, when what it gets comes back to us.
fn said_of(state: &AppState, id: DestinationId, said: &str) -> String {
    let live = state.destinations.by_id(id);
    if live.is_some_and(|live| via::leads_back(live.url.as_str(), &state.base_url)) {
        format!(
            "{said} Its URL is an ingest URL of this Hookpost: each event comes back once, is stored again and not sent on."
        )
    } else {
        said.to_owned()
    }
}

/// Makes a destination and shows its signing secret once.
#[server(prefix = "/do", endpoint = "add_destination")]
pub async fn add_destination(#[server(flatten)] form: DestinationForm) -> Result<(), AppError> {
    let typed = form.typed();
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        let allowed = state.settings.allow_outbound.clone().into();
        let (made, secret) = destinations::add(&state.db, &allowed, &by, form.read()?).await?;
        state.destinations.reload(&state.db).await?;
        let (_, session, _) = caller()?;
        NEW_SECRET.keep(&state, &session, &made.id.to_string(), &secret).await?;
        Ok((page_of(made.id), said_of(&state, made.id, "The destination is ready.")))
    };
    let kept: Vec<_> = typed.iter().map(|(field, text)| (*field, text.as_str())).collect();
    form::finish_keeping(work.await, "/destinations/new", &kept).await
}

/// Changes what a destination gets and how it is served.
#[server(prefix = "/do", endpoint = "change_destination")]
pub async fn change_destination(
    id: DestinationId,
    #[server(flatten)] form: DestinationForm,
) -> Result<(), AppError> {
    let typed = form.typed();
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        let allowed = state.settings.allow_outbound.clone().into();
        destinations::change(&state.db, &allowed, &by, id, form.read()?).await?;
        state.destinations.reload(&state.db).await?;
        state.wake.forwards.notify_one();
        Ok((page_of(id), said_of(&state, id, "Saved. What is queued goes by it too.")))
    };
    let kept: Vec<_> = typed.iter().map(|(field, text)| (*field, text.as_str())).collect();
    form::finish_keeping(work.await, &format!("/destinations/{id}/edit"), &kept).await
}

/// Gives a destination a new signing secret, shown once; the one before signs too for a while.
#[server(prefix = "/do", endpoint = "rotate_destination")]
pub async fn rotate_destination(
    id: DestinationId,
    /// Hours.
    overlap: String,
) -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        let hours = overlap.trim().parse().map_err(|_| invalid("overlap", "overlap: give 0 to 720 hours"))?;
        let secret = destinations::rotate(&state.db, &by, id, hours).await?;
        state.destinations.reload(&state.db).await?;
        let (_, session, _) = caller()?;
        NEW_SECRET.keep(&state, &session, &id.to_string(), &secret).await?;
        Ok((page_of(id), format!("The new secret signs from now on; the one before too, for {hours} h.")))
    };
    form::finish_keeping(work.await, &format!("/destinations/{id}/edit"), &[("overlap", &overlap)]).await
}

/// Pauses a destination, or lets it go on.
#[server(prefix = "/do", endpoint = "pause_destination")]
pub async fn pause_destination(id: DestinationId, paused: bool) -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        if paused {
            destinations::pause(&state.db, &by, id, "by a person").await?;
        } else {
            destinations::resume(&state.db, &by, id).await?;
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
#[server(prefix = "/do", endpoint = "remove_destination")]
pub async fn remove_destination(id: DestinationId, #[server(default)] sure: bool) -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        if !sure {
            return Err(invalid("sure", "sure: tick the box; what is queued for it goes with it"));
        }
        destinations::remove(&state.db, &by, id).await?;
        state.destinations.reload(&state.db).await?;
        Ok(("/destinations".to_owned(), "The destination is removed.".to_owned()))
    };
    form::finish(work.await, &page_of(id)).await
}

/// Sends a delivery to destinations again.
#[server(prefix = "/do", endpoint = "replay")]
pub async fn replay(
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
        let queued = replay::replay(&state, &by, delivery, &to, &ask).await?.len();
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
#[server(prefix = "/do", endpoint = "replay_failed")]
pub async fn replay_failed(
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
        let count = replay::replay_failed(&state, &by, delivery).await?;
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
#[server(prefix = "/do", endpoint = "retry_forward")]
pub async fn retry_forward(
    /// The delivery it belongs to.
    delivery: DeliveryId,
    /// The forward.
    forward: ForwardId,
) -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Member).await?;
        replay::retry_now(&state, forward).await?;
        let object = format!("forward {forward} of delivery {delivery}");
        note(&state, &by, Action::ForwardRetried, &forward.to_string(), &object, "").await;
        Ok((forwards_of(delivery), "It is tried now.".to_owned()))
    };
    form::finish(work.await, &forwards_of(delivery)).await
}
