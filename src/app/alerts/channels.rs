//! Alerts → Channels: who is told.

pub(crate) mod edit;
mod form;
pub(crate) mod functions;
mod messages;
pub(crate) mod new;
pub(crate) mod one;

use crate::{
    alerts::channels::{label, place},
    app::kit::prelude::*,
    model::{channel::Channel, notice::Notice},
};
use messages::notice_tag;

/// The page at `/alerts/channels`.
#[component]
pub fn ChannelsPage() -> impl IntoView {
    page(Role::Viewer, |state, user| async move {
        let mut connection = state.db.read().await?;
        let mut last = db::notices::last_of_each(&mut connection).await?;
        let all = db::channels::list(&mut connection).await?;
        let rows: Vec<_> = all.into_iter().map(|one| (last.remove(&one.id), one)).collect();
        let is_admin = user.role >= Role::Admin;
        let new =
            is_admin.then(|| view! { <a class="btn primary" href=paths::NEW_CHANNEL>"New channel"</a> });
        let content = if rows.is_empty() { nothing(is_admin) } else { list(&rows, state.clock.now_ms()) };
        Ok(Page::new(Part::Alerts, "Channels").end(new).tab(paths::CHANNELS).body(content))
    })
}

fn nothing(is_admin: bool) -> AnyView {
    let step = if is_admin {
        view! { <a class="btn" href=paths::NEW_CHANNEL>"Add channel"</a> }.into_any()
    } else {
        view! { <p>"An admin can add one."</p> }.into_any()
    };
    view! {
        <Empty title="No channel yet: nobody is notified">
            <p>"A channel notifies people, for example by e-mail or chat, or your own service when an incident opens or ends."</p>
            {step}
        </Empty>
    }
    .into_any()
}

/// Each channel with the last message that was queued for it.
fn list(rows: &[(Option<Notice>, Channel)], now: i64) -> AnyView {
    let last = move |notice: &Notice| {
        let at = notice.sent_at.unwrap_or(notice.created_at);
        view! { <span>{notice_tag(notice)}" "<When at now/></span> }.into_any()
    };
    Table::of(rows)
        .row(
            "Name",
            "wrap name",
            |(_, one)| view! { <a href=paths::channel(one.id)>{visible(&one.name)}</a> },
        )
        .col("Kind", "", |(_, one)| label(one))
        .col("Where", "wrap", |(_, one)| visible(&place(one)))
        .col("Severity", "", |(_, one)| format!("{} and above", one.min_severity))
        .col("State", "wrap", |(_, one)| {
            let error = one.error.as_deref().map(visible);
            let error = error.map(|error| view! { <small class="bad-text">" "{error}</small> });
            view! { <span>{state(one)}{error}</span> }
        })
        .col("Last message", "", move |(notice, _)| match notice {
            Some(notice) => last(notice),
            None => view! { <span class="dim">"none yet"</span> }.into_any(),
        })
        .view()
}

/// How a channel stands, the most pressing first.
fn state(channel: &Channel) -> impl IntoView + use<> {
    match () {
        () if channel.paused_at.is_some() => tag("warn", "Paused"),
        () if channel.failures > 0 => tag("bad", "Failing"),
        () => tag("ok", "Active"),
    }
}
