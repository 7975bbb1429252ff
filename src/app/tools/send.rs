//! Tools → Send: a signed event, built from the catalogue, perhaps with a deliberate fault.

use crate::{
    app::{kit::prelude::*, tools::functions::SendEvent},
    ingest::test_event,
    model::catalogue,
    verify::made_event::Fault,
};

/// The page at `/tools/send`. `?type=` chooses the example, `?target=` where it goes.
#[component]
pub fn SendPage() -> impl IntoView {
    page(Role::Member, |state, _| async move {
        let event_type = query_value("type").filter(|name| !name.trim().is_empty());
        let event_type = event_type.unwrap_or_else(|| "batch.completed".to_owned());
        let target = query_value("target").unwrap_or_default();
        let fault = query_value("fault").and_then(|word| word.parse().ok()).unwrap_or(Fault::None);
        let example = test_event::example(&event_type, state.clock.now_ms() / 1_000)?;
        let targets = targets(&state).await?;
        let content = if targets.is_empty() {
            view! { <Say>"There are no endpoints to send to yet. " <a href=paths::NEW_ENDPOINT>"Create one"</a></Say> }.into_any()
        } else {
            view! { <Form targets example event_type target fault/> }.into_any()
        };
        Ok(Page::new(Part::Tools, "Send an event").heading("Tools").tab(paths::SEND).body(content))
    })
}

/// Value and name of a place to send to.
type Target = (String, String);

async fn targets(state: &AppState) -> Result<Vec<Target>, AppError> {
    let mut connection = state.db.read().await?;
    let endpoints = db::endpoints::list(&mut connection).await?;
    let destinations = db::destinations::list(&mut connection).await?;
    let named = |name: &str, what: &str| format!("{} · {what}", visible(name));
    let endpoints = endpoints.into_iter().map(|to| (to.id.to_string(), named(&to.name, to.scheme.label)));
    let destinations =
        destinations.into_iter().map(|to| (format!("destination:{}", to.id), named(&to.name, "destination")));
    Ok(endpoints.chain(destinations).collect())
}

#[component]
fn Form(
    targets: Vec<Target>,
    example: String,
    event_type: String,
    target: String,
    fault: Fault,
) -> impl IntoView {
    let flash = take_flash().unwrap_or_default();
    let error = ["body", "fault", "endpoint", "secret", "type"].iter().find_map(|field| flash.error(field));
    let targets = Choices::of(targets, target);
    let faults = Choices::of(Fault::ALL.map(|one| (one.as_str(), one.label())), fault.as_str());
    view! {
        <form class="filter" method="get" action=paths::SEND>
            <label>
                "Event type"
                <input type="text" name="type" list="types" class="mono" value=event_type.clone() autocomplete="off" spellcheck="false"/>
            </label>
            <datalist id="types">
                {catalogue::all().iter().map(|entry| view! { <option value=entry.name.clone()></option> }).collect_view()}
            </datalist>
            <div class="end"><button class="btn">"Load example"</button></div>
        </form>
        <PostForm to=SendEvent::PATH with=[("event_type", event_type.clone())] submit="Send">
            <div class="fields">
                <Select name="target" label="To" choices=targets/>
                <Select name="fault" label="Fault" choices=faults/>
            </div>
            <div class="field">
                <label for="body">{format!("Body of {}", visible(&event_type))}</label>
                <TextArea name="body" text=example rows="10" error/>
            </div>
            <p class="dim">"Signed with the target's own secret. An endpoint processes it like a real webhook; a destination gets it once and it is not stored."</p>
        </PostForm>
    }
}
