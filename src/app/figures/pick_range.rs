//! What a page with figures shows: which time, which endpoint. A plain form whose state is the page's URL.

use crate::{
    app::figures::{
        choice::{Choice, Preset, Span},
        zone::Zone,
    },
    model::{error::AppError, visible::visible},
};
use leptos::prelude::*;

/// Links for the usual lengths, and a form for the rest.
#[component]
pub fn PickRange(
    /// The page's path.
    path: &'static str,
    /// What is shown.
    choice: Choice,
    /// Names of the endpoints.
    endpoints: Vec<String>,
    /// Whose clock counts.
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
    let gone = choice.endpoint.clone().filter(|name| !endpoints.contains(name));
    let options = endpoints
        .into_iter()
        .chain(gone)
        .map(|name| {
            let selected = choice.endpoint.as_ref() == Some(&name);
            let label = visible(&name);
            view! { <option value=name selected=selected>{label}</option> }
        })
        .collect_view();
    let said = error.as_ref().map(|error| {
        view! { <p class="error" role="alert" id="range-error">{error.to_string()}</p> }
    });
    view! {
        <div class="pick-range">
            <nav class="presets" aria-label="Time shown">{presets}</nav>
            <form method="get" action=path>
                {kept}
                <label>
                    <span class="hush">"Endpoint"</span>
                    <select name="endpoint">
                        <option value="">"All endpoints"</option>
                        {options}
                    </select>
                </label>
                <label class="check">
                    <input type="checkbox" name="compare" value="1" checked=choice.compare/>
                    "Period before"
                </label>
                <details open=is_custom || error.is_some()>
                    <summary>"From and to"</summary>
                    <div class="fields">
                        {field("from", "From", from)}
                        {field("to", "To", to)}
                        <span class="dim">{format!("By the clock of {}", zone.name())}</span>
                    </div>
                </details>
                <button class="btn">"Show"</button>
            </form>
            {said}
        </div>
    }
}
