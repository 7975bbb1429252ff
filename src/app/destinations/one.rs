//! Destinations → one of them.

use crate::{
    app::{
        destinations::{
            functions::{NEW_SECRET, PauseDestination, RemoveDestination},
            health::{self, Health},
            state::{StateOf, TakesNothing},
        },
        kit::prelude::*,
    },
    db::{
        counts::{Ask, By, Grain, Measure},
        forwards::Depth,
    },
    destinations::settings::SETTINGS,
    model::{
        destination::{Destination, Forward},
        ids::DestinationId,
        time::MINUTE_MS,
        which::Which,
    },
};

/// Dead forwards that are listed.
const DEAD: i64 = 50;
/// Failures that are listed.
const FAILURES: i64 = 10;

/// The page at `/destinations/{id}`.
#[component]
pub fn DestinationPage() -> impl IntoView {
    page_of(Role::Viewer, "destination", |state, user, id: DestinationId| async move {
        let now = state.clock.now_ms();
        let mut connection = state.db.read().await?;
        let found = db::destinations::by_id(&mut connection, id).await?;
        let destination = found.ok_or_else(|| not_found("destination"))?;
        let depth = db::forwards::depth(&mut connection, id).await?;
        let dead = db::forwards::dead(&mut connection, id, DEAD).await?;
        let end = (now.div_euclid(MINUTE_MS) / 30 + 1) * 30;
        let from_minute = end - health::MINUTES;
        let attempts = Ask::new(&[Measure::Attempt], (from_minute, end)).grain(Grain::Minute).of(Some(id.0));
        let counts = attempts.sums(&mut connection, &[By::Steps(30), By::Label, By::Bucket]).await?;
        let failures = db::attempts::failures(&mut connection, id, FAILURES).await?;
        let source = match &destination.endpoints {
            Which::All => "every endpoint".to_owned(),
            Which::These(ids) => {
                let all = db::endpoints::list(&mut connection).await?;
                let names: Vec<_> = all
                    .into_iter()
                    .filter(|one| ids.contains(&one.id))
                    .map(|one| visible(&one.name))
                    .collect();
                if names.is_empty() { "none".to_owned() } else { names.join(", ") }
            }
        };
        drop(connection);
        let is_admin = user.role >= Role::Admin;
        let new = if is_admin { NEW_SECRET.take(&state, &id.to_string()).await } else { None };
        let test = (user.role >= Role::Member)
            .then(|| view! { <a class="btn" href=paths::send_to(id)>"Send a test event"</a> });
        let edit = is_admin.then(|| view! { <a class="btn" href=paths::edit_destination(id)>"Edit"</a> });
        let rules = view! { <a class="btn" href=paths::rules_of(id)>"Alert rules"</a> };
        let one = Page::new(Part::Destinations, visible(&destination.name))
            .under("Destinations", paths::DESTINATIONS)
            .beside(StateOf::new(&destination, depth, now).tag())
            .end(view! { {rules}{test}{edit} });
        let facts = facts(&destination, source, depth, now);
        Ok(one.body(view! {
            {new.map(|text| view! { <NewSecret text/> })}
            {banners(&destination, now)}
            <Card title="Destination">{facts}</Card>
            <Health counts from_minute failures now/>
            {(!dead.is_empty()).then(|| dead_card(&dead, now))}
            {is_admin.then(|| view! { <Danger id paused=destination.paused_at.is_some()/> })}
        }))
    })
}

#[component]
fn NewSecret(text: String) -> impl IntoView {
    view! {
        <Banner kind="ok" title="Signing secret, shown only once" role="status">
            <Copyable id="new-secret" text=text/>
            <p>"Copy it to the receiver. Requests are signed as Standard Webhooks, which OpenAI's SDKs also verify."</p>
        </Banner>
    }
}

/// Why nothing is sent to it.
fn banners(destination: &Destination, now: i64) -> impl IntoView + use<> {
    let paused = destination.paused_why.as_deref().map(|why| {
        let why = visible(why);
        view! { <Banner kind="warn" title="Paused"><p>{why}". Queued events wait."</p></Banner> }
    });
    let until = destination.open_until.filter(|until| *until > now && destination.paused_at.is_none());
    let resting = until.map(|until| {
        let (failures, left) = (destination.failures, time::duration(until - now));
        view! {
            <Banner kind="bad" title="Sending is on hold">
                <p>{format!("The last {failures} requests failed. Hookpost sends one test request in {left}. Queued events don't lose attempts while they wait.")}</p>
            </Banner>
        }
    });
    view! {
        {destination.takes_nothing().then(|| view! { <TakesNothing/> })}
        {paused}
        {resting}
    }
}

fn facts(destination: &Destination, source: String, depth: Depth, now: i64) -> AnyView {
    let url = visible(&destination.shown_url());
    let types =
        if destination.types.is_empty() { "all".to_owned() } else { visible(&destination.types.join(", ")) };
    let oldest = depth.oldest.map(|at| view! { ", the oldest since " <When at now/> });
    let untold = (depth.untold > 0).then(|| {
        format!("{} events were not sent because the condition could not be evaluated", depth.untold)
    });
    Facts::new()
        .mono("URL", view! { {url} " " <small class="dim">"the rest is hidden"</small> })
        .fact("Source", source)
        .mono("Types", types)
        .maybe_mono("Condition", destination.condition.as_deref().map(visible))
        .fact("Delivery settings", served(destination))
        .fact("Queued", view! { {depth.queued} " " {oldest} })
        .fact("Dead", depth.dead)
        .maybe("Not evaluated", untold)
        .fact("Created", view! { <When at=destination.created_at now/> })
        .view()
}

/// How it is served, in a line.
fn served(destination: &Destination) -> String {
    let facts = SETTINGS.iter().filter_map(|setting| (setting.fact)(&destination.policy));
    facts.collect::<Vec<_>>().join(" · ")
}

fn dead_card(dead: &[Forward], now: i64) -> impl IntoView + use<> {
    let lines = dead.iter().map(|forward| {
        let (id, after) = (forward.delivery_id, format!(" after {} attempts", forward.attempts));
        (forward.next_at, view! { <a href=paths::forwards_of(id)>{format!("Delivery {id}")}</a> {after} })
    });
    let lines = timeline(lines, now).into_any();
    view! { <Card title="Dead: no attempts left">{lines}</Card> }
}

#[component]
fn Danger(id: DestinationId, paused: bool) -> impl IntoView {
    let label = if paused { "Resume" } else { "Pause" };
    view! {
        <Card title="Pause or remove" class="danger">
            <PostForm to=PauseDestination::PATH class="in form" with=[("id", id.to_string()), ("paused", (!paused).to_string())] submit=label button="btn">
                <p class="dim">"While paused, queued events wait until their endpoint's retention ends. Then they are marked dead, reported and kept for one more week."</p>
            </PostForm>
            <Fold title="Remove the destination…">
                <PostForm to=RemoveDestination::PATH with=[("id", id.to_string())] submit="Remove permanently" button="btn danger">
                    <Confirm label="Also delete its queued events and attempts"/>
                </PostForm>
            </Fold>
        </Card>
    }
}
