//! Alerts → Channels → one of them → Edit: its settings, and its signing secret.

use crate::{
    app::{
        alerts::{
            channels::{
                form::Fields,
                functions::{ChangeChannel, RotateChannel},
                posted::ChannelForm,
            },
            nav::{AlertsNav, AlertsTab},
        },
        kit::{form::Field, problem::Problem},
        shell::layout::{Layout, Part},
    },
    auth, db,
    model::{
        channel::{Channel, ChannelSettings},
        error::{AppError, not_found},
        ids::ChannelId,
        time,
        user::{Role, User},
        visible::visible,
    },
    state::AppState,
};
use leptos::{either::Either, prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;

/// The page at `/alerts/channels/{id}/edit`.
#[component]
pub fn EditChannelPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id"));
    Suspend::new(async move {
        match load(id).await {
            Ok((user, channel, allowed, now)) => Either::Left(view! { <Edit user channel allowed now/> }),
            Err(error) => Either::Right(view! { <Problem error/> }),
        }
    })
}

async fn load(id: Option<String>) -> Result<(User, Channel, Vec<String>, i64), AppError> {
    let user = auth::require(Role::Admin).await?;
    let state = expect_context::<AppState>();
    let id: ChannelId = id.and_then(|text| text.parse().ok()).ok_or_else(|| not_found("channel"))?;
    let channel = db::channels::by_id(&mut *state.db.read().await?, id).await?;
    let channel = channel.ok_or_else(|| not_found("channel"))?;
    let allowed = state.settings.allow_outbound.iter().map(ToString::to_string).collect();
    Ok((user, channel, allowed, state.clock.now_ms()))
}

#[component]
fn Edit(user: User, channel: Channel, allowed: Vec<String>, now: i64) -> impl IntoView {
    let (id, name) = (channel.id, visible(&channel.name));
    let page = format!("/alerts/channels/{id}");
    let secret = match channel.settings {
        ChannelSettings::Signed { old_until, .. } => {
            let old_for = old_until.map(|until| until - now).filter(|left| *left > 0);
            Some(view! { <hr/> <Secret id old_for/> })
        }
        _ => None,
    };
    view! {
        <Layout title=format!("Edit {name}") part=Part::Alerts user>
            <div class="top">
                <h1>
                    <span class="crumb"><a href="/alerts/channels">"Channels"</a>" / "<a href=page.clone()>{name}</a>" / "</span>
                    "Edit"
                </h1>
            </div>
            <AlertsNav current=AlertsTab::Channels/>
            <form class="form" method="post" action=ChangeChannel::PATH>
                <input type="hidden" name="id" value=id.to_string()/>
                <input type="hidden" name="version" value=channel.version.to_string()/>
                <Fields kind=channel.kind values=ChannelForm::of(&channel) allowed is_new=false/>
                <div class="actions">
                    <button class="btn primary">"Save"</button>
                    <a class="btn" href=page>"Cancel"</a>
                </div>
            </form>
            {secret}
        </Layout>
    }
}

#[component]
fn Secret(
    id: ChannelId,
    /// How long the secret before still signs, ms.
    old_for: Option<i64>,
) -> impl IntoView {
    let old = old_for
        .map(|left| view! { <p>"The secret before signs too, for another " {time::duration(left)} "."</p> });
    view! {
        <section class="card narrow">
            <h2>"Signing secret"</h2>
            <form class="in form" method="post" action=RotateChannel::PATH>
                <input type="hidden" name="id" value=id.to_string()/>
                <p class="dim">"A new secret is made and shown once; until the overlap ends each message bears two signatures, one with each."</p>
                {old}
                <Field name="overlap" label="Overlap, hours" value="24" hint="0 to 720. Time to give the receiver the new secret."/>
                <div class="actions"><button class="btn">"Make a new secret"</button></div>
            </form>
        </section>
    }
}
