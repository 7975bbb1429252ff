//! Alerts → Channels → one of them: its settings, what it was sent, and trying it.

use crate::{
    app::{
        alerts::{
            channels::{
                State, StateOf,
                functions::{NEW_SECRET, PauseChannel, RemoveChannel, TestChannel},
                messages::Messages,
            },
            nav::{AlertsNav, AlertsTab},
        },
        islands::copy_button::CopyButton,
        kit::{problem::Problem, when::When},
        shell::layout::{Layout, Part},
    },
    auth, db,
    model::{
        channel::{Channel, ChannelSettings},
        error::{AppError, not_found},
        ids::ChannelId,
        notice::Notice,
        time,
        user::{Role, User},
        visible::visible,
    },
    state::AppState,
};
use leptos::{either::Either, prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;

/// Messages that are listed.
const LAST: i64 = 20;

/// The page at `/alerts/channels/{id}`.
#[component]
pub fn ChannelPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id"));
    Suspend::new(async move {
        match load(id).await {
            Ok(shown) => Either::Left(view! { <Shown shown/> }),
            Err(error) => Either::Right(view! { <Problem error/> }),
        }
    })
}

struct ShownChannel {
    user: User,
    channel: Channel,
    notices: Vec<Notice>,
    /// Its signing secret, when it was just made.
    new: Option<String>,
    now: i64,
}

async fn load(id: Option<String>) -> Result<ShownChannel, AppError> {
    let user = auth::require(Role::Viewer).await?;
    let state = expect_context::<AppState>();
    let id: ChannelId = id.and_then(|text| text.parse().ok()).ok_or_else(|| not_found("channel"))?;
    let mut connection = state.db.read().await?;
    let channel = db::channels::by_id(&mut connection, id).await?.ok_or_else(|| not_found("channel"))?;
    let notices = db::notices::of_channel(&mut connection, id, LAST).await?;
    drop(connection);
    let new = if user.role >= Role::Admin { NEW_SECRET.take(&state, &id.to_string()).await } else { None };
    Ok(ShownChannel { user, channel, notices, new, now: state.clock.now_ms() })
}

#[component]
fn Shown(shown: ShownChannel) -> impl IntoView {
    let ShownChannel { user, channel, notices, new, now } = shown;
    let (is_admin, is_member) = (user.role >= Role::Admin, user.role >= Role::Member);
    let (id, name) = (channel.id, visible(&channel.name));
    let edit =
        is_admin.then(|| view! { <a class="btn" href=format!("/alerts/channels/{id}/edit")>"Edit"</a> });
    let test = is_member.then(|| {
        view! {
            <form method="post" action=TestChannel::PATH>
                <input type="hidden" name="id" value=id.to_string()/>
                <button class="btn primary">"Send a test"</button>
            </form>
        }
    });
    let new = new.map(|text| {
        view! {
            <div class="banner ok" role="status">
                <p><b>"Its signing secret, shown this once"</b></p>
                <p class="copyable"><code id="new-secret">{text}</code><CopyButton from="new-secret".to_owned() label="Copy".to_owned()/></p>
                <p>"Give it to the receiver: messages are signed as Standard Webhooks."</p>
            </div>
        }
    });
    let paused = channel.paused_at.map(|at| {
        view! {
            <div class="banner warn">
                <p><b>"Paused "<When at now/></b></p>
                <p>"Nothing new is queued for it, and what is queued waits. A test goes out all the same."</p>
            </div>
        }
    });
    let failing = channel.error.as_deref().filter(|_| channel.failures > 0).map(|error| {
        view! {
            <div class="banner bad">
                <p><b>{tries(channel.failures)}</b></p>
                <p>{visible(error)}</p>
            </div>
        }
    });
    view! {
        <Layout title=name.clone() part=Part::Alerts user>
            <div class="top">
                <h1><span class="crumb"><a href="/alerts/channels">"Channels"</a>" / "</span>{name}</h1>
                <State of=StateOf::new(&channel)/>
                <div class="end">{test}{edit}</div>
            </div>
            <AlertsNav current=AlertsTab::Channels/>
            {new}
            {paused}
            {failing}
            <section class="card">
                <h2>{channel.kind.label()}</h2>
                <dl class="in facts">
                    <Facts settings=channel.settings.clone() now/>
                    <dt>"Gets"</dt>
                    <dd>{format!("what is {} or worse", channel.min_severity)}</dd>
                    <dt>"Created"</dt>
                    <dd><When at=channel.created_at now/>" by "{visible(&channel.created_by)}</dd>
                </dl>
            </section>
            <Messages notices now/>
            {is_admin.then(|| view! { <Danger id paused=channel.paused_at.is_some()/> })}
        </Layout>
    }
}

fn tries(failures: i64) -> String {
    match failures {
        1 => "The last try failed".to_owned(),
        many => format!("The last {many} tries failed"),
    }
}

#[component]
fn Facts(settings: ChannelSettings, now: i64) -> impl IntoView {
    match settings {
        ChannelSettings::Email(mail) => {
            let login = match mail.username.as_str() {
                "" => "none".to_owned(),
                name => format!("{}, with a password", visible(name)),
            };
            view! {
                <dt>"Mail server"</dt>
                <dd class="mono">{visible(&format!("{}:{}", mail.host, mail.port))}</dd>
                <dt>"TLS"</dt>
                <dd>{mail.tls.label()}</dd>
                <dt>"Login"</dt>
                <dd>{login}</dd>
                <dt>"From"</dt>
                <dd>{visible(&mail.from)}</dd>
                <dt>"To"</dt>
                <dd>{visible(&mail.to.join(", "))}</dd>
            }
            .into_any()
        }
        ChannelSettings::Url { origin } => view! {
            <dt>"Where"</dt>
            <dd><span class="mono">{visible(&origin)}</span>" (the rest of the URL is secret)"</dd>
        }
        .into_any(),
        ChannelSettings::Signed { origin, old_until } => {
            let old = old_until.filter(|until| *until > now).map(|until| {
                format!("; the one before signs too, for another {}", time::duration(until - now))
            });
            view! {
                <dt>"Where"</dt>
                <dd><span class="mono">{visible(&origin)}</span>" (the rest of the URL is secret)"</dd>
                <dt>"Signed"</dt>
                <dd>"as Standard Webhooks"{old}</dd>
            }
            .into_any()
        }
        ChannelSettings::PagerDuty { url } => view! {
            <dt>"Events API"</dt>
            <dd class="mono">{visible(&url)}</dd>
        }
        .into_any(),
    }
}

#[component]
fn Danger(id: ChannelId, paused: bool) -> impl IntoView {
    let label = if paused { "Resume" } else { "Pause" };
    view! {
        <section class="card danger">
            <h2>"Pause or remove"</h2>
            <form class="in form" method="post" action=PauseChannel::PATH>
                <input type="hidden" name="id" value=id.to_string()/>
                <input type="hidden" name="paused" value=(!paused).to_string()/>
                <p class="dim">"While it is paused it gets no news; what is queued waits."</p>
                <div class="actions"><button class="btn">{label}</button></div>
            </form>
            <details class="in fold">
                <summary>"Remove the channel…"</summary>
                <form class="form" method="post" action=RemoveChannel::PATH>
                    <input type="hidden" name="id" value=id.to_string()/>
                    <label class="check">
                        <input type="checkbox" name="sure" value="true" required/>
                        "What is queued for it, and the list of its messages, go with it"
                    </label>
                    <div class="actions"><button class="btn danger">"Remove for ever"</button></div>
                </form>
            </details>
        </section>
    }
}
