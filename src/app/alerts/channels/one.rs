//! Alerts → Channels → one of them: its settings, what it was sent, and trying it.

use crate::{
    alerts::channels::{FieldKind, known, label},
    app::{
        alerts::channels::{
            edit::old_for,
            functions::{NEW_SECRET, PauseChannel, RemoveChannel, TestChannel},
            messages::messages,
            state,
        },
        kit::prelude::*,
    },
    model::{channel::Channel, ids::ChannelId},
};

/// Messages that are listed.
const LAST: i64 = 20;

/// The page at `/alerts/channels/{id}`.
#[component]
pub fn ChannelPage() -> impl IntoView {
    page_of(Role::Viewer, "channel", |app, user, id: ChannelId| async move {
        let mut connection = app.db.read().await?;
        let channel = db::channels::by_id(&mut connection, id).await?.ok_or_else(|| not_found("channel"))?;
        let notices = db::notices::of_channel(&mut connection, id, LAST).await?;
        drop(connection);
        let (is_admin, now) = (user.role >= Role::Admin, app.clock.now_ms());
        let new = if is_admin { NEW_SECRET.take(&app, &id.to_string()).await } else { None };
        let edit = is_admin.then(|| view! { <a class="btn" href=paths::edit_channel(id)>"Edit"</a> });
        let test = (user.role >= Role::Member).then(|| {
            view! {
                <form method="post" action=TestChannel::PATH>
                    <input type="hidden" name="id" value=id.to_string()/>
                    <button class="btn primary">"Send a test"</button>
                </form>
            }
        });
        let facts = facts(&channel, now);
        let body = view! {
            {new.map(shown_once)}
            {standing(&channel, now)}
            <Card title=label(&channel)>{facts}</Card>
            {messages(&notices, now)}
            {is_admin.then(|| danger(id, channel.paused_at.is_some()))}
        };
        Ok(Page::new(Part::Alerts, visible(&channel.name))
            .under("Channels", paths::CHANNELS)
            .beside(state(&channel))
            .end(view! { {test}{edit} })
            .tab(paths::CHANNELS)
            .body(body))
    })
}

fn shown_once(secret: String) -> AnyView {
    view! {
        <Banner kind="ok" title="Signing secret, shown only once" role="status">
            <p class="copyable"><code id="new-secret">{secret}</code><CopyButton from="new-secret".to_owned() label="Copy".to_owned()/></p>
            <p>"Copy it to the receiver. Messages are signed as Standard Webhooks."</p>
        </Banner>
    }
    .into_any()
}

/// Why nothing goes out over it, or did not.
fn standing(channel: &Channel, now: i64) -> AnyView {
    let paused = channel.paused_at.map(|at| {
        view! {
            <Banner kind="warn">
                <p><b>"Paused "<When at now/></b></p>
                <p>"No new messages are queued, and queued messages wait. You can still send a test."</p>
            </Banner>
        }
    });
    let title = match channel.failures {
        1 => "The last attempt failed".to_owned(),
        many => format!("The last {many} attempts failed"),
    };
    let error = channel.error.as_deref().filter(|_| channel.failures > 0).map(visible);
    let failing = error.map(|error| view! { <Banner kind="bad" title><p>{error}</p></Banner> });
    view! { {paused}{failing} }.into_any()
}

/// What may be seen of its settings.
fn facts(channel: &Channel, now: i64) -> AnyView {
    let fields = known(channel).map(|kind| kind.fields).unwrap_or_default();
    let settings =
        fields.iter().fold(Facts::new(), |facts, field| match (field.kind, field.seen(&channel.settings)) {
            (FieldKind::Made, _) => facts.fact(field.label, signed(channel, now)),
            (_, None) => facts,
            (FieldKind::Url, Some(origin)) if field.secret => {
                let origin =
                    view! { <span class="mono">{visible(&origin)}</span>" (the rest of the URL is hidden)" };
                facts.fact("Where", origin)
            }
            (_, Some(text)) if text.is_empty() => facts.fact(field.label, "none"),
            (FieldKind::Url | FieldKind::Port, Some(text)) => facts.mono(field.label, visible(&text)),
            (_, Some(text)) => facts.fact(field.label, visible(&text)),
        });
    settings
        .fact("Gets", format!("{} and above", channel.min_severity))
        .fact("Created", view! { <When at=channel.created_at now/>" by "{visible(&channel.created_by)} })
        .view()
}

fn signed(channel: &Channel, now: i64) -> String {
    let old = old_for(channel, now)
        .map(|left| format!("; the previous one also signs, for another {}", time::duration(left)));
    format!("as Standard Webhooks{}", old.unwrap_or_default())
}

fn danger(id: ChannelId, paused: bool) -> AnyView {
    let label = if paused { "Resume" } else { "Pause" };
    view! {
        <Card title="Pause or remove" class="danger">
            <PostForm to=PauseChannel::PATH class="in form" with=vec![("id", id.to_string()), ("paused", (!paused).to_string())] submit=label button="btn">
                <p class="dim">"While paused, the channel gets no new messages and queued ones wait."</p>
            </PostForm>
            <Fold title="Remove the channel…">
                <PostForm to=RemoveChannel::PATH with=vec![("id", id.to_string())] submit="Remove permanently" button="btn danger">
                    <Confirm label="Also delete its queued messages and message history"/>
                </PostForm>
            </Fold>
        </Card>
    }
    .into_any()
}
