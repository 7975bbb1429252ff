//! The filter, as a plain form: its state is the page's URL.

use crate::{
    app::{events::load::Offered, kit::prelude::*},
    model::{
        delivery::Outcome,
        destination::ForwardMark,
        filter::{DeliveryFilter, VerdictFilter},
        verdict::Reason,
    },
};

#[component]
pub(crate) fn FilterBar(
    filter: DeliveryFilter,
    choices: Offered,
    /// Who looks at it.
    role: Role,
    /// Why the list could not be made, shown at its field.
    error: Option<AppError>,
) -> impl IntoView {
    let clear = (!filter.is_empty()).then(|| view! { <a class="btn" href=paths::EVENTS>"Clear"</a> });
    let rejected = match &filter.verdict {
        Some(VerdictFilter::Outcome(outcome)) => *outcome == Outcome::Rejected,
        Some(VerdictFilter::Reason(_)) => true,
        None => false,
    };
    let reverify = (rejected && role >= Role::Member)
        .then(|| view! { <a class="btn" href=paths::reverify(&filter)>"Re-verify these…"</a> });
    let error_at = |name: &str| error.as_ref().filter(|e| e.field() == Some(name)).map(ToString::to_string);
    let replay = (role >= Role::Member)
        .then(|| view! { <a class="btn" href=paths::replay(&filter)>"Replay these…"</a> });
    let DeliveryFilter { endpoint, event_type, verdict, forward, after, before, id, within: _ } = filter;
    view! {
        <form class="filter" role="search" method="get" action=paths::EVENTS>
            <label>"Endpoint" <select name="endpoint">{endpoint_options(choices.endpoints, endpoint)}</select></label>
            <label>
                "Type"
                <input
                    type="text"
                    name="type"
                    list="types"
                    class="mono"
                    data-key="/"
                    placeholder="any, or batch.*"
                    autocomplete="off"
                    spellcheck="false"
                    value=event_type
                />
            </label>
            <datalist id="types">
                {choices.types.into_iter().map(|name| view! { <option value=name></option> }).collect_view()}
            </datalist>
            <label>"Signature" <select name="verdict">{verdict_options(verdict)}</select></label>
            <label>"Forward" <select name="forward">{forward_options(forward)}</select></label>
            <TimeField name="after" label="After" value=after error=error_at("after")/>
            <TimeField name="before" label="Before" value=before error=error_at("before")/>
            <label>
                "Id"
                <input
                    type="text"
                    name="id"
                    class="mono"
                    placeholder="wh_, evt_ or resource"
                    autocomplete="off"
                    spellcheck="false"
                    value=id
                />
            </label>
            <div class="end">
                <button class="btn">"Filter"</button>
                {clear}
                {reverify}
                {replay}
            </div>
        </form>
    }
}

/// An endpoint that is gone stays chosen, so that the form says what the list was narrowed to.
fn endpoint_options(names: Vec<String>, chosen: Option<String>) -> Vec<AnyView> {
    let names = names.into_iter().map(|name| (name.clone(), name));
    Choices::of(names, chosen.unwrap_or_default()).with_chosen().or("All").options()
}

fn verdict_options(chosen: Option<VerdictFilter>) -> impl IntoView {
    let chosen = match chosen {
        Some(VerdictFilter::Outcome(outcome)) => outcome.as_str().to_owned(),
        Some(VerdictFilter::Reason(code)) => code,
        None => String::new(),
    };
    let outcomes = [
        (Outcome::Accepted.as_str(), "Accepted"),
        (Outcome::Duplicate.as_str(), "Duplicate"),
        (Outcome::Rejected.as_str(), "Rejected"),
    ];
    let outcomes = Choices::of(outcomes, chosen.clone()).or("All").options();
    let reasons = Reason::ALL.into_iter().map(|reason| (reason.as_str(), reason.label()));
    let reasons = Choices::of(reasons, chosen).options();
    view! { {outcomes}<optgroup label="Rejected for">{reasons}</optgroup> }
}

fn forward_options(chosen: Option<ForwardMark>) -> Vec<AnyView> {
    let marks = [
        (ForwardMark::Failing.as_str(), "Failing"),
        (ForwardMark::Queued.as_str(), "Queued"),
        (ForwardMark::Delivered.as_str(), "Delivered"),
    ];
    Choices::of(marks, chosen.map_or("", ForwardMark::as_str)).or("All").options()
}

#[component]
fn TimeField(
    name: &'static str,
    label: &'static str,
    value: Option<String>,
    error: Option<String>,
) -> impl IntoView {
    let error_id = error.is_some().then(|| format!("{name}-error"));
    view! {
        <label>
            {label}
            <input
                type="text"
                name=name
                class="mono time"
                placeholder="24h"
                autocomplete="off"
                aria-invalid=error.is_some().then_some("true")
                aria-describedby=error_id.clone()
                value=value
            />
            {error.map(|error| view! { <span class="error" role="alert" id=error_id>{error}</span> })}
        </label>
    }
}
