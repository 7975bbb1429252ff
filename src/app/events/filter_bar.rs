//! The filter, as a plain form: its state is the page's URL.

use crate::{
    app::events::load::Choices,
    model::{
        delivery::Outcome,
        destination::ForwardMark,
        error::AppError,
        filter::{DeliveryFilter, VerdictFilter},
        user::Role,
        verdict::Reason,
    },
};
use leptos::prelude::*;

#[component]
pub(crate) fn FilterBar(
    filter: DeliveryFilter,
    choices: Choices,
    /// Who looks at it.
    role: Role,
    /// Why the list could not be made, shown at its field.
    error: Option<AppError>,
) -> impl IntoView {
    let clear = (!filter.is_empty()).then(|| view! { <a class="btn" href="/events">"Clear"</a> });
    let rejected = match &filter.verdict {
        Some(VerdictFilter::Outcome(outcome)) => *outcome == Outcome::Rejected,
        Some(VerdictFilter::Reason(_)) => true,
        None => false,
    };
    let reverify = (rejected && role >= Role::Member).then(
        || view! { <a class="btn" href=format!("/reverify?{}", filter.to_query())>"Re-verify these…"</a> },
    );
    let error_at = |name: &str| error.as_ref().filter(|e| e.field() == Some(name)).map(ToString::to_string);
    let replay = (role >= Role::Member)
        .then(|| view! { <a class="btn" href=format!("/replay?{}", filter.to_query())>"Replay these…"</a> });
    let DeliveryFilter { endpoint, event_type, verdict, forward, after, before, id, within: _ } = filter;
    view! {
        <form class="filter" role="search" method="get" action="/events">
            <EndpointSelect chosen=endpoint names=choices.endpoints/>
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
            <VerdictSelect chosen=verdict/>
            <ForwardSelect chosen=forward/>
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

#[component]
fn EndpointSelect(chosen: Option<String>, names: Vec<String>) -> impl IntoView {
    // An endpoint that is gone stays chosen, so that the form says what the list was narrowed to.
    let gone = chosen.clone().filter(|name| !names.contains(name));
    view! {
        <label>
            "Endpoint"
            <select name="endpoint">
                <option value="">"All"</option>
                {names
                    .into_iter()
                    .chain(gone)
                    .map(|name| {
                        let selected = chosen.as_ref() == Some(&name);
                        let label = name.clone();
                        view! { <option value=name selected=selected>{label}</option> }
                    })
                    .collect_view()}
            </select>
        </label>
    }
}

#[component]
fn VerdictSelect(chosen: Option<VerdictFilter>) -> impl IntoView {
    let option = |verdict: VerdictFilter, label: &str| {
        let selected = chosen.as_ref() == Some(&verdict);
        let value = match verdict {
            VerdictFilter::Outcome(outcome) => outcome.as_str().to_owned(),
            VerdictFilter::Reason(code) => code,
        };
        view! { <option value=value selected=selected>{label.to_owned()}</option> }
    };
    let outcome = |outcome, label| option(VerdictFilter::Outcome(outcome), label);
    let reasons: Vec<_> = Reason::ALL
        .into_iter()
        .map(|reason| option(VerdictFilter::Reason(reason.as_str().to_owned()), reason.label()))
        .collect();
    view! {
        <label>
            "Signature"
            <select name="verdict">
                <option value="">"All"</option>
                {outcome(Outcome::Accepted, "Accepted")}
                {outcome(Outcome::Duplicate, "Duplicate")}
                {outcome(Outcome::Rejected, "Rejected")}
                <optgroup label="Rejected for">{reasons}</optgroup>
            </select>
        </label>
    }
}

#[component]
fn ForwardSelect(chosen: Option<ForwardMark>) -> impl IntoView {
    let option = |mark: ForwardMark, label: &'static str| {
        view! { <option value=mark.as_str() selected=chosen == Some(mark)>{label}</option> }
    };
    view! {
        <label>
            "Forward"
            <select name="forward">
                <option value="">"All"</option>
                {option(ForwardMark::Failing, "Failing")}
                {option(ForwardMark::Queued, "Queued")}
                {option(ForwardMark::Delivered, "Delivered")}
            </select>
        </label>
    }
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
