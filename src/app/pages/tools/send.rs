//! Tools → Send: a signed event, built from the catalogue, perhaps with a deliberate fault.

use super::ToolsNav;
use crate::{
    app::{
        components::{problem::Problem, text_area::TextArea, visible::visible},
        form::take_flash,
        functions::tools::SendEvent,
        layout::{Layout, Part},
        query::query_value,
    },
    auth, db,
    error::AppError,
    ingest::test_event,
    model::{
        catalogue,
        endpoint::Endpoint,
        user::{Role, User},
    },
    state::AppState,
    tools::event::Fault,
};
use leptos::{either::Either, prelude::*, server_fn::ServerFn};

/// The page at `/tools/send`. `?type=` chooses the example, `?endpoint=` the target.
#[component]
pub fn SendPage() -> impl IntoView {
    let event_type =
        query_value("type").filter(|t| !t.trim().is_empty()).unwrap_or_else(|| "batch.completed".into());
    let endpoint = query_value("endpoint");
    let fault = query_value("fault").and_then(|word| word.parse().ok()).unwrap_or(Fault::None);
    Suspend::new(async move {
        match load(&event_type).await {
            Ok((user, endpoints, example)) => {
                Either::Left(view! { <Send user endpoints example event_type endpoint fault/> })
            }
            Err(error) => Either::Right(view! { <Problem error/> }),
        }
    })
}

async fn load(event_type: &str) -> Result<(User, Vec<Endpoint>, String), AppError> {
    let user = auth::require(Role::Member).await?;
    let state = expect_context::<AppState>();
    let endpoints = db::endpoints::list(&mut *state.db.read().await?).await?;
    let example = test_event::example(event_type, state.clock.now_ms() / 1_000)?;
    Ok((user, endpoints, example))
}

#[component]
fn Send(
    user: User,
    endpoints: Vec<Endpoint>,
    example: String,
    event_type: String,
    /// Id of the one chosen before.
    endpoint: Option<String>,
    fault: Fault,
) -> impl IntoView {
    let content = if endpoints.is_empty() {
        Either::Left(view! {
            <p class="empty">"There is no endpoint to send to yet. " <a href="/settings/endpoints/new">"Make one"</a></p>
        })
    } else {
        Either::Right(view! { <Form endpoints example event_type endpoint fault/> })
    };
    view! {
        <Layout title="Send an event" part=Part::Tools user>
            <div class="top"><h1>"Tools"</h1></div>
            <ToolsNav current="Send"/>
            {content}
        </Layout>
    }
}

#[component]
fn Form(
    endpoints: Vec<Endpoint>,
    example: String,
    event_type: String,
    endpoint: Option<String>,
    fault: Fault,
) -> impl IntoView {
    let flash = take_flash().unwrap_or_default();
    let body = flash.kept("body").unwrap_or(example);
    let error = ["body", "fault", "endpoint", "secret", "type"].iter().find_map(|field| flash.error(field));
    let targets = endpoints
        .into_iter()
        .map(|target| {
            let (id, name) =
                (target.id.to_string(), format!("{} · {}", visible(&target.name), target.scheme.label()));
            let selected = endpoint.as_deref() == Some(id.as_str());
            view! { <option value=id selected=selected>{name}</option> }
        })
        .collect_view();
    let faults = Fault::ALL
        .map(|one| view! { <option value=one.as_str() selected=one == fault>{one.label()}</option> })
        .collect_view();
    view! {
        <form class="filter" method="get" action="/tools/send">
            <label>
                "Event type"
                <input type="text" name="type" list="types" class="mono" value=event_type.clone() autocomplete="off" spellcheck="false"/>
            </label>
            <datalist id="types">
                {catalogue::all().iter().map(|entry| view! { <option value=entry.name.clone()></option> }).collect_view()}
            </datalist>
            <div class="end"><button class="btn">"Load its example"</button></div>
        </form>
        <form class="form" method="post" action=SendEvent::PATH>
            <input type="hidden" name="event_type" value=event_type.clone()/>
            <div class="fields">
                <div class="field">
                    <label for="target">"To"</label>
                    <select id="target" name="id">{targets}</select>
                </div>
                <div class="field">
                    <label for="fault">"Fault"</label>
                    <select id="fault" name="fault">{faults}</select>
                </div>
            </div>
            <div class="field">
                <label for="body">{format!("Body of {}", visible(&event_type))}</label>
                <TextArea name="body" text=body rows="10" error/>
            </div>
            <p class="dim">"It is signed with the endpoint's own secret and takes the same way as a real webhook."</p>
            <div class="actions"><button class="btn primary">"Send"</button></div>
        </form>
    }
}
