//! What members do about jobs, and starting a replay of many.

use crate::{
    app::kit::{
        act::{Done, Form, act, note},
        description::typed,
        paths,
    },
    jobs::{
        replay::{self, BulkAsk},
        run as jobs,
    },
    model::{
        audit::Action,
        destination::ReplayMode,
        error::{AppError, invalid},
        filter::DeliveryFilter,
        ids::{DestinationId, JobId},
        user::Role,
    },
};
use leptos::prelude::*;

/// Sends all events of a filter again.
#[server(prefix = "/do", endpoint = "start_replay")]
pub async fn start_replay(
    /// Query string of the list.
    #[server(default)]
    filter: String,
    /// `failed`: to where each failed; `chosen`: to those of `to`.
    #[server(default)]
    which: String,
    #[server(default)] to: Vec<DestinationId>,
    /// Word of the mode.
    mode: String,
    /// Requests a minute; empty: as fast as they go.
    #[server(default)]
    rate: String,
) -> Result<(), AppError> {
    let page = paths::replay(&DeliveryFilter::from_query(&filter));
    let back = Form::on(page).keeping_all(typed![which, mode, rate]);
    act(Role::Member, back, async move |state, by| {
        let destinations = match which.as_str() {
            "failed" => Vec::new(),
            _ if to.is_empty() => return Err(invalid("to", "destination: choose at least one")),
            _ => to,
        };
        let rate = match rate.trim() {
            "" => None,
            text => Some(text.parse().map_err(|_| invalid("rate", "rate: must be a whole number or empty"))?),
        };
        let mode = mode.parse().map_err(|error| invalid("mode", format!("mode: {error}")))?;
        if mode == ReplayMode::Edited {
            return Err(invalid("mode", "mode: a bulk replay must be fresh or verbatim"));
        }
        let filter = DeliveryFilter::from_query(&filter);
        let id = replay::start(&state, &by, &filter, BulkAsk { destinations, mode, rate }).await?;
        Ok(Done::at(paths::job(id), ""))
    })
    .await
}

/// Pauses a job, or lets it go on.
#[server(prefix = "/do", endpoint = "pause_job")]
pub async fn pause_job(id: JobId, paused: bool) -> Result<(), AppError> {
    act(Role::Member, paths::job(id), async move |state, by| {
        jobs::set_paused(&state, id, paused).await?;
        let action = if paused { Action::JobPaused } else { Action::JobResumed };
        note(&state, &by, action, &id.to_string(), &id.to_string(), "").await;
        let said = if paused { "Paused. Unsent replays wait." } else { "Resumed." };
        Ok(Done::here(said))
    })
    .await
}

/// Stops a job; what was done stays done.
#[server(prefix = "/do", endpoint = "cancel_job")]
pub async fn cancel_job(id: JobId) -> Result<(), AppError> {
    act(Role::Member, paths::job(id), async move |state, by| {
        jobs::cancel(&state, id).await?;
        note(&state, &by, Action::JobCancelled, &id.to_string(), &id.to_string(), "").await;
        Ok(Done::here("Stopping. Replays not attempted yet won't be sent. Completed work is kept."))
    })
    .await
}
