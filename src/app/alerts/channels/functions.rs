//! What people do about channels: admins change them, members try them.

use crate::{
    alerts::{
        channels::{self, Secrets},
        notices,
    },
    app::{
        alerts::channels::form::{kept, read},
        kit::{
            act::{Done, Form, act, must_be_sure},
            paths,
            shown_once::ShownOnce,
        },
    },
    model::{
        error::{AppError, invalid},
        ids::ChannelId,
        user::Role,
        visible::visible,
    },
};
use leptos::prelude::*;

/// A new signing secret, until it was shown.
pub(crate) const NEW_SECRET: ShownOnce = ShownOnce("new_channel_secret");

/// Makes a channel; one to a program shows its signing secret once.
#[server(prefix = "/do", endpoint = "add_channel")]
pub async fn add_channel(
    /// Word of its kind.
    kind: String,
    #[server(flatten)] typed: Secrets,
) -> Result<(), AppError> {
    let kind = channels::kind(&kind);
    let back = match &kind {
        Ok(kind) => format!("{}?kind={}", paths::NEW_CHANNEL, kind.word),
        Err(_) => paths::NEW_CHANNEL.to_owned(),
    };
    let back = Form::on(back).keeping_all(kept(&typed));
    act(Role::Admin, back, async move |state, by| {
        let allowed = state.settings.allow_outbound.clone().into();
        let (made, secret) = channels::add(&state.db, &allowed, &by, kind?, read(typed)?).await?;
        if let Some(secret) = secret {
            NEW_SECRET.keep(&state, &made.id.to_string(), &secret).await?;
        }
        Ok(Done::at(paths::channel(made.id), "Channel created. Send a test to check that it works."))
    })
    .await
}

/// Changes a channel. A secret that is left empty stays.
#[server(prefix = "/do", endpoint = "change_channel")]
pub async fn change_channel(id: ChannelId, #[server(flatten)] typed: Secrets) -> Result<(), AppError> {
    let back = Form::on(paths::edit_channel(id)).keeping_all(kept(&typed));
    act(Role::Admin, back, async move |state, by| {
        let allowed = state.settings.allow_outbound.clone().into();
        channels::change(&state.db, &allowed, &by, id, read(typed)?).await?;
        state.wake.notices.notify_one();
        Ok(Done::at(paths::channel(id), "Saved. Queued messages use the new settings."))
    })
    .await
}

/// Gives a channel to a program a new signing secret, shown once; the one before signs too for a while.
#[server(prefix = "/do", endpoint = "rotate_channel")]
pub async fn rotate_channel(
    id: ChannelId,
    /// Hours.
    overlap: String,
) -> Result<(), AppError> {
    let back = Form::on(paths::edit_channel(id)).keeping("overlap", &overlap);
    act(Role::Admin, back, async move |state, by| {
        let hours =
            overlap.trim().parse().map_err(|_| invalid("overlap", "overlap: must be 0 to 720 hours"))?;
        let secret = channels::rotate(&state.db, &by, id, hours).await?;
        NEW_SECRET.keep(&state, &id.to_string(), &secret).await?;
        Ok(Done::at(
            paths::channel(id),
            format!("The new secret signs from now on. The previous one also signs for {hours} h."),
        ))
    })
    .await
}

/// Pauses a channel, or lets it go on.
#[server(prefix = "/do", endpoint = "pause_channel")]
pub async fn pause_channel(id: ChannelId, paused: bool) -> Result<(), AppError> {
    act(Role::Admin, paths::channel(id), async move |state, by| {
        if paused {
            channels::pause(&state.db, &by, id).await?;
        } else {
            channels::resume(&state.db, &by, id).await?;
            state.wake.notices.notify_one();
        }
        let said = if paused {
            "Paused. No new messages are queued, and queued messages wait."
        } else {
            "Resumed. Queued messages are being sent."
        };
        Ok(Done::here(said))
    })
    .await
}

/// Removes a channel with what is queued for it.
#[server(prefix = "/do", endpoint = "remove_channel")]
pub async fn remove_channel(id: ChannelId, #[server(default)] sure: bool) -> Result<(), AppError> {
    act(Role::Admin, paths::channel(id), async move |state, by| {
        must_be_sure(sure, "its queued messages are deleted too")?;
        channels::remove(&state.db, &by, id).await?;
        Ok(Done::at(paths::CHANNELS, "Channel removed."))
    })
    .await
}

/// Sends a test over a channel and says what came of it.
#[server(prefix = "/do", endpoint = "test_channel")]
pub async fn test_channel(id: ChannelId) -> Result<(), AppError> {
    act(Role::Member, paths::channel(id), async move |state, by| {
        let trial = notices::test(&state.db, &state.alerts.sender, &by.name, id, by.at).await?;
        match trial.outcome {
            Ok(None) => Ok(Done::here("The test was delivered.")),
            Ok(Some(but)) => Ok(Done::here(format!("The test was delivered, but {}.", visible(&but)))),
            Err(why) => Err(invalid("test", format!("The test failed: {}", visible(&why)))),
        }
    })
    .await
}
