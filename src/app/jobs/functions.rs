//! What members do about jobs, and starting a replay of many.

use leptos::prelude::*;

use crate::{
    app::{
        kit::form,
        login::functions::{acting, note},
    },
    jobs::{
        replay::{self, BulkAsk},
        run as jobs,
    },
    model::{
        audit::Action,
        error::{AppError, invalid},
        filter::DeliveryFilter,
        ids::{DestinationId, JobId},
        user::Role,
    },
};

/// Sends all events of a filter again.
#[server(prefix = "/do", endpoint = "start_replay")]
pub async fn start_replay(
    /// Query string of the list.
    #[server(default)]
    filter: String,
    /// `failed`: to where each failed; `chosen`: to those of `to`.
    #[server(default)]
    which: String,
    /// The destinations.
    #[server(default)]
    to: Vec<DestinationId>,
    /// Word of the mode.
    mode: String,
    /// Requests a minute; empty: as fast as they go.
    #[server(default)]
    rate: String,
) -> Result<(), AppError> {
    let back = format!("/replay?{}", DeliveryFilter::from_query(&filter).to_query());
    let typed = [("which", which.clone()), ("mode", mode.clone()), ("rate", rate.clone())];
    let work = async {
        let (state, by) = acting(Role::Member).await?;
        let destinations = match which.as_str() {
            "failed" => Vec::new(),
            _ if to.is_empty() => return Err(invalid("to", "destination: choose at least one")),
            _ => to,
        };
        let rate = match rate.trim() {
            "" => None,
            text => Some(text.parse().map_err(|_| invalid("rate", "rate: give a whole number, or nothing"))?),
        };
        let mode = mode.parse().map_err(|error| invalid("mode", format!("mode: {error}")))?;
        if mode == crate::model::destination::ReplayMode::Edited {
            return Err(invalid("mode", "mode: many are sent fresh or verbatim"));
        }
        let filter = DeliveryFilter::from_query(&filter);
        let id = replay::start(&state, &by, &filter, BulkAsk { destinations, mode, rate }).await?;
        Ok((format!("/jobs/{id}"), String::new()))
    };
    let kept = typed.each_ref().map(|(field, text)| (*field, text.as_str()));
    form::finish_keeping(work.await, &back, &kept).await
}

/// Pauses a job, or lets it go on.
#[server(prefix = "/do", endpoint = "pause_job")]
pub async fn pause_job(id: JobId, paused: bool) -> Result<(), AppError> {
    let back = format!("/jobs/{id}");
    let work = async {
        let (state, by) = acting(Role::Member).await?;
        jobs::set_paused(&state, id, paused).await?;
        let action = if paused { Action::JobPaused } else { Action::JobResumed };
        note(&state, &by, action, &id.to_string(), &id.to_string(), "").await;
        let said = if paused { "Paused: what was not sent yet waits." } else { "It goes on." };
        Ok((format!("/jobs/{id}"), said.to_owned()))
    };
    form::finish(work.await, &back).await
}

/// Stops a job; what was done stays done.
#[server(prefix = "/do", endpoint = "cancel_job")]
pub async fn cancel_job(id: JobId) -> Result<(), AppError> {
    let back = format!("/jobs/{id}");
    let work = async {
        let (state, by) = acting(Role::Member).await?;
        jobs::cancel(&state, id).await?;
        note(&state, &by, Action::JobCancelled, &id.to_string(), &id.to_string(), "").await;
        Ok((
            format!("/jobs/{id}"),
            "It stops: nothing that was not tried is sent. What was done stays done.".to_owned(),
        ))
    };
    form::finish(work.await, &back).await
}
