//! Destinations → one of them.

use crate::{
    app::{
        destinations::{
            State, StateOf, TakesNothing,
            functions::{NEW_SECRET, PauseDestination, RemoveDestination},
            health::{self, Health},
        },
        islands::copy_button::CopyButton,
        kit::{problem::Problem, when::When},
        shell::layout::{Layout, Part},
    },
    auth,
    db::{
        self,
        attempts::{Count, Failure},
        forwards::Depth,
    },
    model::{
        destination::{Destination, Forward},
        error::{AppError, not_found},
        ids::DestinationId,
        time,
        user::{Role, User},
        visible::visible,
        which::Which,
    },
    state::AppState,
};
use leptos::{either::Either, prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;

/// Dead forwards that are listed.
const DEAD: i64 = 50;
/// Failures that are listed.
const FAILURES: i64 = 10;

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
    /// Names of the endpoints whose events it gets, or that there are all, or none.
    endpoints: String,
    depth: Depth,
    dead: Vec<Forward>,
    /// Attempts of the last 24 hours, and where they begin (unix minutes).
    counts: Vec<Count>,
    from_minute: i64,
    failures: Vec<Failure>,
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
    let now = state.clock.now_ms();
    let from_minute = (now.div_euclid(60_000) / 30 + 1) * 30 - health::MINUTES;
    let counts = db::attempts::counts(&mut connection, id, from_minute).await?;
    let failures = db::attempts::failures(&mut connection, id, FAILURES).await?;
    let endpoints = match &destination.endpoints {
        Which::All => "every endpoint".to_owned(),
        Which::These(ids) => {
            let all = db::endpoints::list(&mut connection).await?;
            let names: Vec<_> =
                all.into_iter().filter(|one| ids.contains(&one.id)).map(|one| visible(&one.name)).collect();
            if names.is_empty() { "none".to_owned() } else { names.join(", ") }
        }
    };
    drop(connection);
    let new = if user.role >= Role::Admin { NEW_SECRET.take(&state, &id.to_string()).await } else { None };
    Ok(ShownDestination {
        user,
        destination,
        endpoints,
        depth,
        dead,
        counts,
        from_minute,
        failures,
        new,
        now,
    })
}

#[component]
fn Shown(shown: ShownDestination) -> impl IntoView {
    let ShownDestination {
        user,
        destination,
        endpoints,
        depth,
        dead,
        counts,
        from_minute,
        failures,
        new,
        now,
    } = shown;
    let is_admin = user.role >= Role::Admin;
    let name = visible(&destination.name);
    let list = |all: &[String]| if all.is_empty() { "all".to_owned() } else { visible(&all.join(", ")) };
    let why = destination.paused_why.clone().map(|why| {
        view! { <div class="banner warn"><p><b>"Paused"</b></p><p>{visible(&why)}". What is queued waits."</p></div> }
    });
    let resting = destination.open_until.filter(|until| *until > now && destination.paused_at.is_none()).map(|until| {
        view! {
            <div class="banner bad">
                <p><b>"It does not answer"</b></p>
                <p>{format!("{} requests in a row failed. Nothing is sent for {}, then one request tries it. What waits keeps its tries.", destination.failures, time::duration(until - now))}</p>
            </div>
        }
    });
    let id = destination.id;
    let edit = is_admin.then(|| view! { <a class="btn" href=format!("/destinations/{id}/edit")>"Edit"</a> });
    let test = (user.role >= Role::Member)
        .then(|| view! { <a class="btn" href=format!("/tools/send?target=destination:{id}")>"Send a test event"</a> });
    let condition = destination.condition.clone().map(|text| {
        view! {
            <dt>"Condition"</dt>
            <dd class="mono">{visible(&text)}</dd>
        }
    });
    let serving = served(&destination);
    let untold = (depth.untold > 0).then(|| {
        view! {
            <dt>"Condition not told"</dt>
            <dd>{format!("{} events were not sent because nobody can tell whether the condition holds", depth.untold)}</dd>
        }
    });
    let oldest = depth.oldest.map(|at| view! { ", the oldest since " <When at now/> });
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
                <State of=StateOf::new(&destination, depth, now)/>
                <div class="end"><a class="btn" href=format!("/alerts/rules#of-{id}")>"Its alert rules"</a>{test}{edit}</div>
            </div>
            {new}
            {destination.takes_nothing().then(|| view! { <TakesNothing/> })}
            {why}
            {resting}
            <section class="card">
                <h2>"Destination"</h2>
                <dl class="in facts">
                    <dt>"URL"</dt>
                    <dd class="mono">{visible(&destination.shown_url())} " " <small class="dim">"the rest is secret"</small></dd>
                    <dt>"Events of"</dt>
                    <dd>{endpoints}</dd>
                    <dt>"Types"</dt>
                    <dd class="mono">{list(&destination.types)}</dd>
                    {condition}
                    <dt>"Served"</dt>
                    <dd>{serving}</dd>
                    <dt>"Queued"</dt>
                    <dd>{depth.queued} {oldest}</dd>
                    <dt>"Dead"</dt>
                    <dd>{depth.dead}</dd>
                    {untold}
                    <dt>"Created"</dt>
                    <dd><When at=destination.created_at now/></dd>
                </dl>
            </section>
            <Health counts from_minute failures now/>
            {(!dead.is_empty()).then(|| view! { <Dead dead now/> })}
            {is_admin.then(|| view! { <Danger id=destination.id paused=destination.paused_at.is_some()/> })}
        </Layout>
    }
}

/// How it is served, in a line.
fn served(destination: &Destination) -> String {
    let serving = &destination.serving;
    let mut parts = vec![
        format!("timeout {}", time::duration(serving.timeout_ms)),
        format!("{} at once", serving.in_flight),
    ];
    parts.extend(serving.rate.map(|rate| format!("{rate} a second")));
    parts.push(match serving.waits.len() {
        0 => "never tried again".to_owned(),
        _ => format!("tried again after {}", serving.waits_text()),
    });
    if !serving.final_statuses.is_empty() {
        parts.push(format!("not after {}", serving.final_statuses.join(", ")));
    }
    for (is, said) in [
        (serving.ordered, "in order per resource"),
        (serving.sender_headers, "with the sender's headers"),
        (serving.capture == 0, "only the status is kept"),
    ] {
        if is {
            parts.push(said.to_owned());
        }
    }
    parts.join(" · ")
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
                <p class="dim">"While it is paused its queue waits, as long as the endpoint keeps its deliveries. What is older is dead then, told of, and kept a week more."</p>
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
