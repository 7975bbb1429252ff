//! `/events/{id}/edit`: changing a delivery before it is sent again. The form posts to the page itself: a body may be far
//! larger than what a cookie keeps, and nothing that was typed is lost over a mistake.

use crate::{
    app::{
        delivery::forwards::again::{DestinationChoice, Times},
        kit::{act::acting, form::redirect, posted::Posted, prelude::*},
    },
    forward::replay,
    jobs::reverify::{self, Stored},
    model::{
        destination::{Destination, Edit, ReplayAsk, ReplayMode},
        error::conflict,
        headers::is_hidden,
        ids::DestinationId,
    },
    net::forwardable,
};
use axum::http::HeaderName;

#[component]
pub fn EditPage() -> impl IntoView {
    let posted = use_context::<Posted>();
    page_of(Role::Member, "delivery", |state, _, id| async move {
        let stored = reverify::stored(&state, id).await?;
        if let Some(cut) = stored.payload.cut {
            return Err(conflict(
                "delivery",
                format!("delivery: {}", cut.refusal("it can't be edited and replayed")),
            ));
        }
        let destinations = db::destinations::list(&mut state.db.read().await?).await?;
        let wrong = match &posted {
            Some(posted) => replay(posted, &stored).await.err(),
            None => None,
        };
        if posted.is_some() && wrong.is_none() {
            redirect(&paths::forwards_of(id));
        }
        let kind = stored.delivery.summary.event_type.as_deref().map_or_else(|| "(no type)".into(), visible);
        let edit = Page::new(Part::Events, "Edit and replay").under("Events", paths::EVENTS);
        Ok(edit.under(kind, paths::forwards_of(id)).body(view! { <Form stored destinations posted wrong/> }))
    })
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
        times: times.map_err(|_| invalid("times", "times: must be a number"))?,
        edit: Some(Edit {
            headers: text("headers").replace("\r\n", "\n"),
            body: with_line_ends_of(&stored.payload.body, text("body")).into_bytes(),
        }),
    };
    replay::replay(&state.forwarding, &by, stored.delivery.summary.id, &to, &ask).await.map(|_queued| ())
}

/// Browsers send every line end of a form as CR LF; they become what the body had.
fn with_line_ends_of(body: &[u8], typed: &str) -> String {
    if body.windows(2).any(|pair| pair == b"\r\n") { typed.to_owned() } else { typed.replace("\r\n", "\n") }
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
            <p class="empty">"The body is not text, so you can't edit it here. You can replay it unchanged."</p>
        });
    };
    let chosen = posted.iter().flat_map(|posted| posted.all("to[]")).map(str::to_owned).collect();
    let error =
        |field: &str| wrong.as_ref().filter(|error| error.field() == Some(field)).map(ToString::to_string);
    let general = wrong.as_ref().filter(|error| !matches!(error.field(), Some("headers" | "body")));
    let general = general.map(|error| view! { <p class="flash bad" role="alert">{error.to_string()}</p> });
    Either::Right(view! {
        {general}
        <form class="form" method="post" action=paths::edit_delivery(id)>
            <div class="field">
                <label for="headers">"Headers"</label>
                <TextArea name="headers" text=headers rows="6" required=false error=error("headers")/>
                <p class="hint">"One per line, as Name: value. Hookpost adds its own webhook-id, timestamp and signature."</p>
            </div>
            <div class="field">
                <label for="body">"Body"</label>
                <TextArea name="body" text=body rows="16" required=false error=error("body")/>
            </div>
            <DestinationChoice destinations chosen/>
            <Times/>
            <Tick name="new_id" label="New webhook-id, so the receiver treats it as another event"/>
            <p class="dim">"The stored delivery doesn't change. The receiver gets x-hookpost-edited: true."</p>
            <div class="actions">
                <button class="btn primary">"Replay edited"</button>
                <a class="btn" href=paths::forwards_of(id)>"Cancel"</a>
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
