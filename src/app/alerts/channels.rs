//! Alerts → Channels: who is told.

pub(crate) mod edit;
mod form;
pub(crate) mod functions;
mod messages;
pub(crate) mod new;
pub(crate) mod one;
pub(crate) mod posted;

use crate::{
    app::{
        alerts::nav::{AlertsNav, AlertsTab},
        kit::{problem::Problem, when::When},
        shell::layout::{Layout, Part},
    },
    auth, db,
    model::{
        channel::Channel,
        error::AppError,
        notice::Notice,
        user::{Role, User},
        visible::visible,
    },
    state::AppState,
};
use leptos::{either::Either, prelude::*};
use messages::NoticeTag;

/// The page at `/alerts/channels`.
#[component]
pub fn ChannelsPage() -> impl IntoView {
    Suspend::new(async {
        match load().await {
            Ok((user, rows, now)) => Either::Left(view! { <List user rows now/> }),
            Err(error) => Either::Right(view! { <Problem error/> }),
        }
    })
}

/// Each channel with the last message that was queued for it.
type Rows = Vec<(Channel, Option<Notice>)>;

async fn load() -> Result<(User, Rows, i64), AppError> {
    let user = auth::require(Role::Viewer).await?;
    let state = expect_context::<AppState>();
    let mut connection = state.db.read().await?;
    let mut rows = Vec::new();
    for channel in db::channels::list(&mut connection).await? {
        let last = db::notices::of_channel(&mut connection, channel.id, 1).await?.pop();
        rows.push((channel, last));
    }
    Ok((user, rows, state.clock.now_ms()))
}

#[component]
fn List(user: User, rows: Rows, now: i64) -> impl IntoView {
    let is_admin = user.role >= Role::Admin;
    let new =
        is_admin.then(|| view! { <a class="btn primary" href="/alerts/channels/new">"New channel"</a> });
    let content = if rows.is_empty() {
        let step = if is_admin {
            view! { <a class="btn" href="/alerts/channels/new">"Add the first one"</a> }.into_any()
        } else {
            view! { <p>"An admin adds them."</p> }.into_any()
        };
        Either::Left(view! {
            <div class="empty">
                <h2>"No channel yet: nobody is told"</h2>
                <p>"A channel carries the news of incidents to people (e-mail, Slack, Discord, Teams), to PagerDuty, or to a program of yours."</p>
                {step}
            </div>
        })
    } else {
        let rows = rows.into_iter().map(|(channel, last)| view! { <Row channel last now/> }).collect_view();
        Either::Right(view! {
            <table class="cards">
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>
                        <th scope="col">"Kind"</th>
                        <th scope="col">"Where"</th>
                        <th scope="col">"Severity"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"Last message"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        })
    };
    view! {
        <Layout title="Channels" part=Part::Alerts user>
            <div class="top">
                <h1>"Channels"</h1>
                <div class="end">{new}</div>
            </div>
            <AlertsNav current=AlertsTab::Channels/>
            {content}
        </Layout>
    }
}

#[component]
fn Row(channel: Channel, last: Option<Notice>, now: i64) -> impl IntoView {
    let error =
        channel.error.as_deref().map(|error| view! { <small class="bad-text">" "{visible(error)}</small> });
    let last = match last {
        Some(notice) => {
            let at = notice.sent_at.unwrap_or(notice.created_at);
            view! { <span><NoticeTag state=notice.state attempts=notice.attempts/>" "<When at now/></span> }
                .into_any()
        }
        None => view! { <span class="dim">"none yet"</span> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row" class="wrap name"><a href=format!("/alerts/channels/{}", channel.id)>{visible(&channel.name)}</a></th>
            <td data-label="Kind">{channel.kind.label()}</td>
            <td class="wrap" data-label="Where">{visible(&channel.place())}</td>
            <td data-label="Severity">{format!("{} on", channel.min_severity)}</td>
            <td class="wrap" data-label="State"><span><State of=StateOf::new(&channel)/>{error}</span></td>
            <td data-label="Last message">{last}</td>
        </tr>
    }
}

/// How a channel stands, the most pressing first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StateOf {
    Paused,
    /// The last try failed.
    Failing,
    Active,
}

impl StateOf {
    pub(crate) fn new(channel: &Channel) -> Self {
        match () {
            () if channel.paused_at.is_some() => Self::Paused,
            () if channel.failures > 0 => Self::Failing,
            () => Self::Active,
        }
    }
}

#[component]
pub(crate) fn State(of: StateOf) -> impl IntoView {
    let (class, word) = match of {
        StateOf::Paused => ("tag warn", "Paused"),
        StateOf::Failing => ("tag bad", "Failing"),
        StateOf::Active => ("tag ok", "Active"),
    };
    view! { <span class=class>{word}</span> }
}
