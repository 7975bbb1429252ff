//! What a page with figures shows: which time, which endpoint. A plain form whose state is the page's URL.

use crate::{
    app::figures::{
        choice::{Choice, Preset, Span},
        zone::Zone,
    },
    app::kit::choices::Choices,
    model::{error::AppError, visible::visible},
};
use leptos::prelude::*;

/// Links for the usual lengths, and a form for the rest.
#[component]
pub fn PickRange(
    path: &'static str,
    /// What is shown.
    choice: Choice,
    /// Names of the endpoints.
    endpoints: Vec<String>,
    /// Time zone of the fields.
    zone: Zone,
    /// Why what was asked for is not shown.
    error: Option<AppError>,
) -> impl IntoView {
    let presets = Preset::ALL
        .map(|preset| {
            let current = (choice.span == Span::Preset(preset)).then_some("true");
            let href = format!("{path}?{}", choice.with_preset(preset));
            view! { <a href=href aria-current=current title=format!("Last {}", preset.label())>{preset.as_str()}</a> }
        })
        .collect_view();
    let is_custom = matches!(choice.span, Span::Custom(..));
    let (from, to) = match choice.span {
        Span::Custom(from, to) => (zone.field(from), zone.field(to)),
        Span::Preset(_) => choice.typed.clone(),
    };
    let kept = match choice.span {
        Span::Preset(preset) => Some(view! { <input type="hidden" name="range" value=preset.as_str()/> }),
        Span::Custom(..) => None,
    };
    let invalid =
        |name: &str| error.as_ref().is_some_and(|error| error.field() == Some(name)).then_some("true");
    let field = |name: &'static str, label: &'static str, value: String| {
        let described = invalid(name).map(|_| "range-error");
        view! {
            <label>
                {label}
                <input type="datetime-local" name=name value=value aria-invalid=invalid(name) aria-describedby=described/>
            </label>
        }
    };
    let names = endpoints.into_iter().map(|name| (name.clone(), visible(&name)));
    let names = Choices::of(names, choice.endpoint.clone().unwrap_or_default()).with_chosen();
    let said = error.as_ref().map(|error| {
        view! { <p class="error" role="alert" id="range-error">{error.to_string()}</p> }
    });
    view! {
        <div class="pick-range">
            <nav class="presets" aria-label="Time range">{presets}</nav>
            <form method="get" action=path>
                {kept}
                <label>
                    <span class="visually-hidden">"Endpoint"</span>
                    <select name="endpoint">{names.or("All endpoints").options()}</select>
                </label>
                <label class="check">
                    <input type="checkbox" name="compare" value="1" checked=choice.compare/>
                    "Compare with previous period"
                </label>
                <details open=is_custom || error.is_some()>
                    <summary>"Custom range"</summary>
                    <div class="fields">
                        {field("from", "From", from)}
                        {field("to", "To", to)}
                        <span class="dim">{format!("Time zone: {}", zone.name())}</span>
                    </div>
                </details>
                <button class="btn">"Show"</button>
            </form>
            {said}
        </div>
    }
}
