//! Tools → Send: a signed event, built from the catalogue, perhaps with a deliberate fault.

use crate::{
    app::{
        kit::{form::take_flash, problem::Problem, query::query_value, text_area::TextArea},
        shell::layout::{Layout, Part},
        tools::{ToolsNav, functions::SendEvent},
    },
    auth, db,
    ingest::test_event,
    model::{
        catalogue,
        error::AppError,
        user::{Role, User},
        visible::visible,
    },
    state::AppState,
    verify::made_event::Fault,
};
use leptos::{either::Either, prelude::*, server_fn::ServerFn};

/// The page at `/tools/send`. `?type=` chooses the example, `?target=` where it goes.
#[component]
pub fn SendPage() -> impl IntoView {
    let event_type =
        query_value("type").filter(|t| !t.trim().is_empty()).unwrap_or_else(|| "batch.completed".into());
    let target = query_value("target");
    let fault = query_value("fault").and_then(|word| word.parse().ok()).unwrap_or(Fault::None);
    Suspend::new(async move {
        match load(&event_type).await {
            Ok((user, targets, example)) => {
                Either::Left(view! { <Send user targets example event_type target fault/> })
            }
            Err(error) => Either::Right(view! { <Problem error/> }),
        }
    })
}

/// Value and name of a place to send to.
type Target = (String, String);

async fn load(event_type: &str) -> Result<(User, Vec<Target>, String), AppError> {
    let user = auth::require(Role::Member).await?;
    let state = expect_context::<AppState>();
    let mut connection = state.db.read().await?;
    let endpoints = db::endpoints::list(&mut connection).await?;
    let destinations = db::destinations::list(&mut connection).await?;
    drop(connection);
    let named = |name: &str, what: &str| format!("{} · {what}", visible(name));
    let endpoints = endpoints.into_iter().map(|to| (to.id.to_string(), named(&to.name, to.scheme.label())));
    let destinations =
        destinations.into_iter().map(|to| (format!("destination:{}", to.id), named(&to.name, "destination")));
    let targets = endpoints.chain(destinations).collect();
    let example = test_event::example(event_type, state.clock.now_ms() / 1_000)?;
    Ok((user, targets, example))
}

#[component]
fn Send(
    user: User,
    targets: Vec<Target>,
    example: String,
    event_type: String,
    /// The one chosen before.
    target: Option<String>,
    fault: Fault,
) -> impl IntoView {
    let content = if targets.is_empty() {
        Either::Left(view! {
            <p class="empty">"There is no endpoint to send to yet. " <a href="/settings/endpoints/new">"Make one"</a></p>
        })
    } else {
        Either::Right(view! { <Form targets example event_type target fault/> })
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
    targets: Vec<Target>,
    example: String,
    event_type: String,
    target: Option<String>,
    fault: Fault,
) -> impl IntoView {
    let flash = take_flash().unwrap_or_default();
    let body = flash.kept("body").unwrap_or(example);
    let error = ["body", "fault", "endpoint", "secret", "type"].iter().find_map(|field| flash.error(field));
    let targets = targets
        .into_iter()
        .map(|(value, name)| {
            let selected = target.as_ref() == Some(&value);
            view! { <option value=value selected=selected>{name}</option> }
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
                    <select id="target" name="target">{targets}</select>
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
            <p class="dim">"It is signed with the target's own secret. To an endpoint it takes the same way as a real webhook; to a destination it goes once and is not stored."</p>
            <div class="actions"><button class="btn primary">"Send"</button></div>
        </form>
    }
}
