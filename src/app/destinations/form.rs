//! The form of a destination, new or changed.

use crate::{
    app::{
        destinations::posted::{DestinationForm, OF_ALL, OF_THESE},
        kit::{
            form::{Field, take_flash},
            text_area::TextArea,
        },
    },
    destinations::CONDITION_NAMES,
    model::visible::visible,
};
use leptos::prelude::*;

/// The fields, up to the buttons. What was typed before wins over `values`.
#[component]
pub(crate) fn Fields(
    values: DestinationForm,
    /// Names of the endpoints there are.
    endpoints: Vec<String>,
    /// What the operator allows to be reached besides public addresses.
    allowed: Vec<String>,
    /// Where it is now, and the names of the headers it is sent; none: it is a new one.
    #[prop(optional)]
    now_at: Option<NowAt>,
) -> impl IntoView {
    let flash = take_flash().unwrap_or_default();
    let has_typed = flash.kept("name").is_some();
    let kept = |field: &str, value: &str| flash.kept(field).unwrap_or_else(|| value.to_owned());
    let ticked = |field: &str, value: &str| {
        if has_typed { flash.kept(field).is_some_and(|kept| !kept.is_empty()) } else { !value.is_empty() }
    };
    let chosen: Vec<String> = match flash.kept("endpoints") {
        Some(kept) => kept.lines().map(str::to_owned).collect(),
        None => values.endpoints.clone(),
    };
    let condition = kept("condition", &values.condition);
    let of = kept("of", &values.of);
    // URL and headers are not kept over a mistake, nor shown once they are saved: they are secret.
    let is_new = now_at.is_none();
    let (url_hint, headers_hint, no_headers) = match now_at {
        None => (reach(&allowed), "One a line.".to_owned(), None),
        Some(NowAt { url, headers }) => {
            let said = if headers.is_empty() {
                "One a line. There are none now.".to_owned()
            } else {
                format!(
                    "One a line, all of them. Leave it empty to keep those of now: {}.",
                    headers.join(", ")
                )
            };
            let none = (!headers.is_empty()).then(|| {
                view! { <Tick name="no_headers" ticked=ticked("no_headers", "") label="Send none of these headers any more"/> }
            });
            (format!("Now {url}. Leave it empty to keep it. {}", reach(&allowed)), said, none)
        }
    };
    let version = (!values.version.is_empty())
        .then(|| view! { <input type="hidden" name="version" value=values.version/> });
    view! {
        <Field name="name" label="Name" hint="What the team calls it, such as batch-worker." value=values.name/>
        {version}
        <Field name="url" label="URL" kind="url" hint=url_hint required=is_new/>
        <section class="card">
            <h2>"What it gets"</h2>
            <div class="in form">
            <EndpointChoice of endpoints chosen/>
            <Field name="types" label="Event types (optional)" hint="Separated by spaces, such as batch.* response.completed. Empty: all." required=false value=values.types/>
            <div class="field">
                <label for="condition">"Condition (optional)"</label>
                <TextArea name="condition" text=condition rows="2" required=false error=flash.error("condition") placeholder="body.data.id.startsWith(\"batch_\")"/>
                <p class="hint">"In CEL, over "<code>{CONDITION_NAMES}</code>". "<a href="/destinations/condition" target="_blank">"Try one against recent deliveries"</a></p>
            </div>
            <Tick name="ordered" ticked=ticked("ordered", &values.ordered) label="Keep order: of one resource (data.id) only one event is on its way at a time"/>
            </div>
        </section>
        <section class="card">
            <h2>"How it is sent"</h2>
            <div class="in form">
            <div class="field">
                <label for="headers">"Further headers (optional)"</label>
                <TextArea name="headers" text=String::new() rows="3" required=false error=flash.error("headers") placeholder="Authorization: Bearer …"/>
                <p class="hint">{headers_hint} " They and the URL are stored encrypted, and nobody is shown them again."</p>
                {no_headers}
            </div>
            <Tick name="sender_headers" ticked=ticked("sender_headers", &values.sender_headers) label="Pass on the sender's own headers (never its cookies and credentials)"/>
            <div class="fields">
                <Field name="timeout" label="Timeout, s" required=false value=values.timeout/>
                <Field name="in_flight" label="Requests at once" required=false value=values.in_flight/>
                <Field name="rate" label="Requests a second" hint="Empty: no limit." required=false value=values.rate/>
            </div>
            <Field name="waits" label="Waits before each retry" hint="s, m, h and d; none: it is never tried again." required=false value=values.waits/>
            <Field name="final_statuses" label="Not tried again after (optional)" hint="Statuses such as 404 422, or 4xx." required=false value=values.final_statuses/>
            <Tick name="status_only" ticked=ticked("status_only", &values.status_only) label="Keep only the status of answers, not their first 64 KiB"/>
            </div>
        </section>
    }
}

/// What may be shown of where a destination is.
#[derive(Clone, Debug)]
pub(crate) struct NowAt {
    /// Its URL without path and query.
    pub(crate) url: String,
    /// The names of its headers.
    pub(crate) headers: Vec<String>,
}

fn reach(allowed: &[String]) -> String {
    if allowed.is_empty() {
        "Only public https addresses can be reached. An operator allows others, such as 127.0.0.1:5000, with HOOKPOST_ALLOW_OUTBOUND."
            .to_owned()
    } else {
        format!(
            "Public https addresses can be reached, and what the operator allows: {}.",
            allowed.join(", ")
        )
    }
}

#[component]
fn EndpointChoice(of: String, endpoints: Vec<String>, chosen: Vec<String>) -> impl IntoView {
    let error = take_flash().and_then(|flash| flash.error("endpoints"));
    let boxes = endpoints
        .into_iter()
        .map(|name| {
            let checked = chosen.contains(&name);
            let label = visible(&name);
            view! {
                <label class="check"><input type="checkbox" name="endpoints[]" value=name checked=checked/>{label}</label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="field">
            <legend>"Events of"</legend>
            <label class="check"><input type="radio" name="of" value=OF_ALL checked=of == OF_ALL required/>"every endpoint, also those that come later"</label>
            <label class="check"><input type="radio" name="of" value=OF_THESE checked=of == OF_THESE required/>"only of these:"</label>
            <div class="nested">{boxes}</div>
            {error.map(|error| view! { <p class="error" role="alert">{error}</p> })}
        </fieldset>
    }
}

#[component]
fn Tick(name: &'static str, ticked: bool, label: &'static str) -> impl IntoView {
    view! {
        <label class="check"><input type="checkbox" name=name value="true" checked=ticked/>{label}</label>
    }
}
