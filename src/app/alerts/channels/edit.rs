//! Alerts → Channels → one of them → Edit: its settings, and its signing secret.

use crate::{
    alerts::channels::{self, OLD_UNTIL},
    app::{
        alerts::channels::{
            form::{Fields, allowed},
            functions::{ChangeChannel, RotateChannel},
        },
        kit::prelude::*,
    },
    model::{channel::Channel, ids::ChannelId},
};

/// The page at `/alerts/channels/{id}/edit`.
#[component]
pub fn EditChannelPage() -> impl IntoView {
    page_of(Role::Admin, "channel", |state, _, id: ChannelId| async move {
        let channel = db::channels::by_id(&mut state.db.read().await?, id).await?;
        let channel = channel.ok_or_else(|| not_found("channel"))?;
        let kind = channels::kind(&channel.kind)?;
        let (name, path) = (visible(&channel.name), paths::channel(id));
        let secret = kind.signs().then(|| secret(&channel, state.clock.now_ms()));
        let body = view! {
            <PostForm to=ChangeChannel::PATH with=vec![("id", id.to_string()), ("version", channel.version.to_string())] submit="Save" cancel=path.clone()>
                <Fields kind settings=Some(channel.settings) name=channel.name min_severity=channel.min_severity allowed=allowed(&state)/>
            </PostForm>
            {secret}
        };
        Ok(Page::new(Part::Alerts, format!("Edit {name}"))
            .heading("Edit")
            .under("Channels", paths::CHANNELS)
            .under(name, path)
            .tab(paths::CHANNELS)
            .body(body))
    })
}

fn secret(channel: &Channel, now: i64) -> AnyView {
    let id = channel.id.to_string();
    let old = old_for(channel, now).map(
        |left| view! { <p>"The previous secret also signs, for another " {time::duration(left)} "."</p> },
    );
    view! {
        <hr/>
        <Card title="Signing secret" class="narrow">
            <PostForm to=RotateChannel::PATH class="in form" with=vec![("id", id)] submit="Create new secret" button="btn">
                <p class="dim">"Hookpost creates a new secret and shows it once. Until the overlap ends, each message carries two signatures, one per secret."</p>
                {old}
                <Field name="overlap" label="Overlap (hours)" value="24" hint="0 to 720. Leaves time to update the receiver."/>
            </PostForm>
        </Card>
    }
    .into_any()
}

/// How long the secret before still signs, ms.
pub(super) fn old_for(channel: &Channel, now: i64) -> Option<i64> {
    let until: i64 = channel.settings.get(OLD_UNTIL)?.parse().ok()?;
    Some(until.saturating_sub(now)).filter(|left| *left > 0)
}
