//! Destinations → one of them.

use super::State;
use crate::{
    app::{
        components::{problem::Problem, visible::visible, when::When},
        functions::destinations::{NEW_SECRET, PauseDestination, RemoveDestination},
        islands::copy_button::CopyButton,
        layout::{Layout, Part},
    },
    auth, db,
    db::forwards::Depth,
    error::{AppError, not_found},
    model::{
        destination::{Destination, Forward},
        ids::DestinationId,
        time,
        user::{Role, User},
    },
    state::AppState,
};
use leptos::{either::Either, prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;

/// Dead forwards that are listed.
const DEAD: i64 = 50;

/// The page at `/destinations/{id}`.
#[component]
pub fn DestinationPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id"));
    Suspend::new(async move {
        match load(id).await {
            Ok(shown) => Either::Left(view! { <Shown shown/> }),
            Err(error) => Either::Right(view! { <Problem error/> }),
        }
    })
}

struct ShownDestination {
    user: User,
    destination: Destination,
    /// Names of the endpoints whose events it gets.
    endpoints: Vec<String>,
    depth: Depth,
    dead: Vec<Forward>,
    /// Its signing secret, when it was just made.
    new: Option<String>,
    now: i64,
}

async fn load(id: Option<String>) -> Result<ShownDestination, AppError> {
    let user = auth::require(Role::Viewer).await?;
    let state = expect_context::<AppState>();
    let id: DestinationId = id.and_then(|text| text.parse().ok()).ok_or_else(|| not_found("destination"))?;
    let mut connection = state.db.read().await?;
    let all = db::destinations::list(&mut connection).await?;
    let destination = all.into_iter().find(|d| d.id == id).ok_or_else(|| not_found("destination"))?;
    let depth = db::forwards::depth(&mut connection, id).await?;
    let dead = db::forwards::dead(&mut connection, id, DEAD).await?;
    let endpoints = db::endpoints::list(&mut connection)
        .await?
        .into_iter()
        .filter(|endpoint| destination.endpoint_ids.contains(&endpoint.id))
        .map(|endpoint| endpoint.name)
        .collect();
    drop(connection);
    let new = if user.role >= Role::Admin { NEW_SECRET.take(&state, &id.to_string()).await } else { None };
    Ok(ShownDestination { user, destination, endpoints, depth, dead, new, now: state.clock.now_ms() })
}

#[component]
fn Shown(shown: ShownDestination) -> impl IntoView {
    let ShownDestination { user, destination, endpoints, depth, dead, new, now } = shown;
    let is_admin = user.role >= Role::Admin;
    let name = visible(&destination.name);
    let list = |all: &[String]| if all.is_empty() { "all".to_owned() } else { visible(&all.join(", ")) };
    let why = destination.paused_why.clone().map(|why| {
        view! { <div class="banner warn"><p><b>"Paused"</b></p><p>{visible(&why)}". What is queued waits."</p></div> }
    });
    let new = new.map(|text| {
        view! {
            <div class="banner ok" role="status">
                <p><b>"Its signing secret, shown this once"</b></p>
                <p class="copyable"><code id="new-secret">{text}</code><CopyButton from="new-secret".to_owned() label="Copy".to_owned()/></p>
                <p>"Give it to the receiver: requests are signed as Standard Webhooks, which OpenAI's SDKs verify too."</p>
            </div>
        }
    });
    view! {
        <Layout title=name.clone() part=Part::Destinations user>
            <div class="top">
                <h1><span class="crumb"><a href="/destinations">"Destinations"</a>" / "</span>{name}</h1>
                <State paused=destination.paused_at.is_some() dead=depth.dead/>
            </div>
            {new}
            {why}
            <section class="card">
                <h2>"Destination"</h2>
                <dl class="in facts">
                    <dt>"URL"</dt>
                    <dd class="mono">{visible(&destination.url)}</dd>
                    <dt>"Events of"</dt>
                    <dd>{list(&endpoints)}</dd>
                    <dt>"Types"</dt>
                    <dd class="mono">{list(&destination.types)}</dd>
                    <dt>"Timeout"</dt>
                    <dd>{time::duration(destination.serving.timeout_ms)}</dd>
                    <dt>"At once"</dt>
                    <dd>{destination.serving.in_flight} " requests"</dd>
                    <dt>"Queued"</dt>
                    <dd>{depth.queued}</dd>
                    <dt>"Dead"</dt>
                    <dd>{depth.dead}</dd>
                    <dt>"Created"</dt>
                    <dd><When at=destination.created_at now/></dd>
                </dl>
            </section>
            {(!dead.is_empty()).then(|| view! { <Dead dead now/> })}
            {is_admin.then(|| view! { <Danger id=destination.id paused=destination.paused_at.is_some()/> })}
        </Layout>
    }
}

#[component]
fn Dead(dead: Vec<Forward>, now: i64) -> impl IntoView {
    let rows = dead
        .into_iter()
        .map(|forward| {
            view! {
                <li>
                    <When at=forward.next_at now/>
                    <span><a href=format!("/events/{}?tab=forwards", forward.delivery_id)>{format!("Delivery {}", forward.delivery_id)}</a> {format!(" after {} attempts", forward.attempts)}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="card">
            <h2>"Dead: no try is left"</h2>
            <ol class="in tl">{rows}</ol>
        </section>
    }
}

#[component]
fn Danger(id: DestinationId, paused: bool) -> impl IntoView {
    let label = if paused { "Resume" } else { "Pause" };
    view! {
        <section class="card danger">
            <h2>"Pause or remove"</h2>
            <form class="in form" method="post" action=PauseDestination::PATH>
                <input type="hidden" name="id" value=id.to_string()/>
                <input type="hidden" name="paused" value=(!paused).to_string()/>
                <p class="dim">"While it is paused its queue waits; nothing is lost."</p>
                <div class="actions"><button class="btn">{label}</button></div>
            </form>
            <details class="in fold">
                <summary>"Remove the destination…"</summary>
                <form class="form" method="post" action=RemoveDestination::PATH>
                    <input type="hidden" name="id" value=id.to_string()/>
                    <label class="check">
                        <input type="checkbox" name="sure" value="true" required/>
                        "What is queued for it, and its attempts, go with it"
                    </label>
                    <div class="actions"><button class="btn danger">"Remove for ever"</button></div>
                </form>
            </details>
        </section>
    }
}
