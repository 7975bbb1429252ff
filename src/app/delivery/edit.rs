//! `/events/{id}/edit`: changing a delivery before it is sent again. The form posts to the page itself: a body may be far
//! larger than what a cookie keeps, and nothing that was typed is lost over a mistake.

use crate::{
    app::{
        delivery::forwards::again::{DestinationChoice, Times},
        kit::{form::redirect, posted::Posted, problem::Problem, text_area::TextArea},
        login::functions::acting,
        shell::layout::{Layout, Part},
    },
    auth, db,
    forward::replay,
    jobs::reverify::{self, Stored},
    model::{
        destination::{Destination, Edit, ReplayAsk, ReplayMode},
        error::{AppError, conflict, invalid, not_found},
        headers::is_hidden,
        ids::{DeliveryId, DestinationId},
        user::{Role, User},
        visible::visible,
    },
    net::forwardable,
    state::AppState,
};
use axum::http::HeaderName;
use leptos::{either::Either, prelude::*};
use leptos_router::hooks::use_params_map;

#[component]
pub fn EditPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id"));
    let posted = use_context::<Posted>();
    Suspend::new(async move {
        match answer(id, posted).await {
            Ok(shown) => Either::Left(view! { <Shown shown/> }),
            Err(error) => Either::Right(view! { <Problem error/> }),
        }
    })
}

struct ShownForm {
    user: User,
    stored: Stored,
    destinations: Vec<Destination>,
    posted: Option<Posted>,
    wrong: Option<AppError>,
}

async fn answer(id: Option<String>, posted: Option<Posted>) -> Result<ShownForm, AppError> {
    let user = auth::require(Role::Member).await?;
    let state = expect_context::<AppState>();
    let id: DeliveryId = id.and_then(|text| text.parse().ok()).ok_or_else(|| not_found("delivery"))?;
    let stored = reverify::stored(&state, id).await?;
    if let Some(cut) = stored.payload.cut {
        return Err(conflict(
            "delivery",
            format!("delivery: {}", cut.refusal("it cannot be edited and replayed")),
        ));
    }
    let destinations = db::destinations::list(&mut *state.db.read().await?).await?;
    let wrong = match &posted {
        Some(posted) => replay(posted, &stored).await.err(),
        None => None,
    };
    if posted.is_some() && wrong.is_none() {
        redirect(&format!("/events/{id}?tab=forwards"));
    }
    Ok(ShownForm { user, stored, destinations, posted, wrong })
}

async fn replay(posted: &Posted, stored: &Stored) -> Result<(), AppError> {
    let (state, by) = acting(Role::Member).await?;
    let text = |name: &str| posted.get(name).unwrap_or_default();
    let to: Result<Vec<DestinationId>, _> = posted.all("to[]").map(str::parse).collect();
    let to = to.map_err(|_| invalid("to", "destination: choose from the list"))?;
    let times = text("times").trim();
    let times = if times.is_empty() { Ok(1) } else { times.parse() };
    let ask = ReplayAsk {
        mode: ReplayMode::Edited,
        new_id: !text("new_id").is_empty(),
        times: times.map_err(|_| invalid("times", "times: give a number"))?,
        edit: Some(Edit {
            headers: text("headers").replace("\r\n", "\n"),
            body: with_line_ends_of(&stored.payload.body, text("body")).into_bytes(),
        }),
    };
    replay::replay(&state, &by, stored.delivery.summary.id, &to, &ask).await.map(|_queued| ())
}

/// Browsers send every line end of a form as CR LF; they become what the body had.
fn with_line_ends_of(body: &[u8], typed: &str) -> String {
    if body.windows(2).any(|pair| pair == b"\r\n") { typed.to_owned() } else { typed.replace("\r\n", "\n") }
}

#[component]
fn Shown(shown: ShownForm) -> impl IntoView {
    let ShownForm { user, stored, destinations, posted, wrong } = shown;
    let id = stored.delivery.summary.id;
    let kind = stored.delivery.summary.event_type.as_deref().map_or_else(|| "(no type)".into(), visible);
    view! {
        <Layout title="Edit and replay" part=Part::Events user>
            <div class="top">
                <h1>
                    <span class="crumb"><a href="/events">"Events"</a>" / "<a href=format!("/events/{id}?tab=forwards")>{kind}</a>" / "</span>
                    "Edit and replay"
                </h1>
            </div>
            <Form stored destinations posted wrong/>
        </Layout>
    }
}

#[component]
fn Form(
    stored: Stored,
    destinations: Vec<Destination>,
    posted: Option<Posted>,
    wrong: Option<AppError>,
) -> impl IntoView {
    let id = stored.delivery.summary.id;
    let typed = |name: &str| posted.as_ref().and_then(|posted| posted.get(name)).map(str::to_owned);
    let headers = typed("headers").unwrap_or_else(|| headers(&stored));
    let Some(body) = typed("body").or_else(|| String::from_utf8(stored.payload.body.clone()).ok()) else {
        return Either::Left(view! {
            <p class="empty">"The body is no text, so it cannot be edited here. It can be replayed as it is."</p>
        });
    };
    let chosen =
        posted.iter().flat_map(|posted| posted.all("to[]")).filter_map(|id| id.parse().ok()).collect();
    let error =
        |field: &str| wrong.as_ref().filter(|error| error.field() == Some(field)).map(ToString::to_string);
    let general = wrong.as_ref().filter(|error| !matches!(error.field(), Some("headers" | "body")));
    let general = general.map(|error| view! { <p class="flash bad" role="alert">{error.to_string()}</p> });
    Either::Right(view! {
        {general}
        <form class="form" method="post" action=format!("/events/{id}/edit")>
            <div class="field">
                <label for="headers">"Headers"</label>
                <TextArea name="headers" text=headers rows="6" required=false error=error("headers")/>
                <p class="hint">"One a line, Name: value. Our own webhook-id, timestamp and signature are added."</p>
            </div>
            <div class="field">
                <label for="body">"Body"</label>
                <TextArea name="body" text=body rows="16" required=false error=error("body")/>
            </div>
            <DestinationChoice destinations chosen/>
            <Times/>
            <label class="check">
                <input type="checkbox" name="new_id" value="true"/>
                "New webhook-id: the receiver takes it for another event"
            </label>
            <p class="dim">"What is stored stays as it came. The receiver sees x-hookpost-edited: true."</p>
            <div class="actions">
                <button class="btn primary">"Replay edited"</button>
                <a class="btn" href=format!("/events/{id}?tab=forwards")>"Cancel"</a>
            </div>
        </form>
    })
}

/// What goes with it of the sender's headers: not the connection's, no credentials, and not the signature, which would be
/// wrong.
fn headers(stored: &Stored) -> String {
    let ours = ["webhook-", "svix-", "x-hookpost-"];
    let goes = |name: &str, value: &[u8]| {
        HeaderName::try_from(name).is_ok_and(|name| forwardable(&name))
            && !is_hidden(name, value)
            && !name.contains("signature")
            && !ours.iter().any(|prefix| name.starts_with(prefix))
    };
    let lines = stored.payload.headers.iter().filter_map(|(name, value)| {
        let text = std::str::from_utf8(value).ok()?;
        goes(&name.to_ascii_lowercase(), value).then(|| format!("{name}: {text}"))
    });
    lines.collect::<Vec<_>>().join("\n")
}
