//! What people do about channels: admins change them, members try them.

use leptos::prelude::*;

use crate::{
    alerts::{
        channels::{self, Carrier},
        notices,
    },
    app::{
        alerts::channels::posted::ChannelForm,
        kit::{form, shown_once::ShownOnce},
        login::functions::{acting, caller},
    },
    model::{
        channel::ChannelKind,
        error::{AppError, invalid},
        ids::ChannelId,
        user::Role,
        visible::visible,
    },
};

/// A new signing secret, until it was shown.
pub(crate) const NEW_SECRET: ShownOnce = ShownOnce("new_channel_secret");

fn page_of(id: ChannelId) -> String {
    format!("/alerts/channels/{id}")
}

/// Makes a channel; one to a program shows its signing secret once.
#[server(prefix = "/do", endpoint = "add_channel")]
pub async fn add_channel(
    /// Word of its kind.
    kind: String,
    #[server(flatten)] form: ChannelForm,
) -> Result<(), AppError> {
    let typed = form.typed();
    let back = match kind.parse::<ChannelKind>() {
        Ok(kind) => format!("/alerts/channels/new?kind={kind}"),
        Err(_) => "/alerts/channels/new".to_owned(),
    };
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        let kind = kind.parse().map_err(|sentence: String| invalid("kind", sentence))?;
        let allowed = state.settings.allow_outbound.clone().into();
        let (made, secret) = channels::add(&state.db, &allowed, &by, kind, form.read()?).await?;
        if let Some(secret) = secret {
            let (_, session, _) = caller()?;
            NEW_SECRET.keep(&state, &session, &made.id.to_string(), &secret).await?;
        }
        Ok((page_of(made.id), "The channel is ready. Send a test to see that it arrives.".to_owned()))
    };
    let kept: Vec<_> = typed.iter().map(|(field, text)| (*field, text.as_str())).collect();
    form::finish_keeping(work.await, &back, &kept).await
}

/// Changes a channel. A secret that is left empty stays.
#[server(prefix = "/do", endpoint = "change_channel")]
pub async fn change_channel(id: ChannelId, #[server(flatten)] form: ChannelForm) -> Result<(), AppError> {
    let typed = form.typed();
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        let allowed = state.settings.allow_outbound.clone().into();
        channels::change(&state.db, &allowed, &by, id, form.read()?).await?;
        state.wake.notices.notify_one();
        Ok((page_of(id), "Saved. What is queued goes out by it too.".to_owned()))
    };
    let kept: Vec<_> = typed.iter().map(|(field, text)| (*field, text.as_str())).collect();
    form::finish_keeping(work.await, &format!("/alerts/channels/{id}/edit"), &kept).await
}

/// Gives a channel to a program a new signing secret, shown once; the one before signs too for a while.
#[server(prefix = "/do", endpoint = "rotate_channel")]
pub async fn rotate_channel(
    id: ChannelId,
    /// Hours.
    overlap: String,
) -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        let hours = overlap.trim().parse().map_err(|_| invalid("overlap", "overlap: give 0 to 720 hours"))?;
        let secret = channels::rotate(&state.db, &by, id, hours).await?;
        let (_, session, _) = caller()?;
        NEW_SECRET.keep(&state, &session, &id.to_string(), &secret).await?;
        Ok((page_of(id), format!("The new secret signs from now on; the one before too, for {hours} h.")))
    };
    form::finish_keeping(work.await, &format!("/alerts/channels/{id}/edit"), &[("overlap", &overlap)]).await
}

/// Pauses a channel, or lets it go on.
#[server(prefix = "/do", endpoint = "pause_channel")]
pub async fn pause_channel(id: ChannelId, paused: bool) -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        if paused {
            channels::pause(&state.db, &by, id).await?;
        } else {
            channels::resume(&state.db, &by, id).await?;
            state.wake.notices.notify_one();
        }
        let said = if paused {
            "Paused: nothing new is queued for it, and what is queued waits."
        } else {
            "It gets messages again, and what had waited."
        };
        Ok((page_of(id), said.to_owned()))
    };
    form::finish(work.await, &page_of(id)).await
}

/// Removes a channel with what is queued for it.
#[server(prefix = "/do", endpoint = "remove_channel")]
pub async fn remove_channel(id: ChannelId, #[server(default)] sure: bool) -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        if !sure {
            return Err(invalid("sure", "sure: tick the box; what is queued for it goes with it"));
        }
        channels::remove(&state.db, &by, id).await?;
        Ok(("/alerts/channels".to_owned(), "The channel is removed.".to_owned()))
    };
    form::finish(work.await, &page_of(id)).await
}

/// Sends a test over a channel and says what came of it.
#[server(prefix = "/do", endpoint = "test_channel")]
pub async fn test_channel(id: ChannelId) -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Member).await?;
        let trial = notices::test(&state.db, &Carrier::of(&state), &by.name, id, by.at).await?;
        match trial.outcome {
            Ok(None) => Ok((page_of(id), "The channel took the test.".to_owned())),
            Ok(Some(but)) => Ok((page_of(id), format!("The channel took the test, but {}.", visible(&but)))),
            Err(why) => Err(invalid("test", format!("The test did not arrive: {}", visible(&why)))),
        }
    };
    form::finish(work.await, &page_of(id)).await
}
