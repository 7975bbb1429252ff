//! The form of a destination, new or changed.

use crate::{
    app::{
        destinations::posted::{DestinationForm, OF_ALL, OF_THESE},
        kit::prelude::*,
    },
    destinations::CONDITION_NAMES,
};

/// The fields, up to the buttons. What was typed before wins over `values`.
#[component]
pub(crate) fn Fields(
    values: DestinationForm,
    allowed: Allowed,
    /// Where it is now, and the names of the headers it is sent; none: it is a new one.
    #[prop(optional)]
    now_at: Option<NowAt>,
) -> impl IntoView {
    let settings = values.settings;
    let setting = move |name: &str| settings.get(name).cloned().unwrap_or_default();
    let flash = take_flash().unwrap_or_default();
    let is_set = {
        let (setting, flash) = (setting.clone(), flash.clone());
        // What was not ticked was not sent: it is told from what was never typed by the name, which always was.
        let typed = flash.kept("name").is_some();
        move |name: &str| {
            if typed {
                flash.kept(name).is_some_and(|kept| !kept.is_empty())
            } else {
                !setting(name).is_empty()
            }
        }
    };
    let chosen = match flash.kept("endpoints") {
        Some(kept) => kept.lines().map(str::to_owned).collect(),
        None => values.endpoints,
    };
    // URL and headers are not kept over a mistake, nor shown once they are saved: they are secret.
    let is_new = now_at.is_none();
    let (url_hint, headers_hint, no_headers) = match now_at {
        None => (reach(&allowed.hosts), "One per line.".to_owned(), None),
        Some(NowAt { url, headers }) => {
            let said = if headers.is_empty() {
                "One per line. There are none at present.".to_owned()
            } else {
                format!(
                    "One per line. Enter all of them, or leave empty to keep the current ones: {}.",
                    headers.join(", ")
                )
            };
            let none = (!headers.is_empty()).then(|| {
                view! { <Tick name="no_headers" label="Remove all of these headers"/> }
            });
            (format!("Currently {url}. Leave empty to keep it. {}", reach(&allowed.hosts)), said, none)
        }
    };
    let version = (!values.version.is_empty())
        .then(|| view! { <input type="hidden" name="version" value=values.version/> });
    view! {
        <Field name="name" label="Name" hint="A name your team will recognize, such as batch-worker." value=values.name/>
        {version}
        <Field name="url" label="URL" kind="url" hint=url_hint required=is_new/>
        <Card title="Events" clone:is_set>
            <div class="in form">
            <EndpointChoice of=values.of endpoints=allowed.endpoints chosen/>
            <Field name="types" label="Event types (optional)" hint="Separated by spaces, such as batch.* response.completed. Empty: all types." required=false value=values.types/>
            <div class="field">
                <label for="condition">"Condition (optional)"</label>
                <TextArea name="condition" text=values.condition rows="2" required=false placeholder="body.data.id.startsWith(\"batch_\")"/>
                <p class="hint">"In CEL. Available names: "<code>{CONDITION_NAMES}</code>". "<a href=paths::TRY_CONDITION target="_blank">"Try it on recent deliveries"</a></p>
            </div>
            <Tick name="ordered" ticked=is_set("ordered") label="Keep order: send only one event per resource (data.id) at a time"/>
            </div>
        </Card>
        <Card title="Delivery settings">
            <div class="in form">
            <div class="field">
                <label for="headers">"Additional headers (optional)"</label>
                <TextArea name="headers" text=String::new() rows="3" required=false placeholder="Authorization: Bearer …"/>
                <p class="hint">{headers_hint} " Headers and URL are stored encrypted and never shown again."</p>
                {no_headers}
            </div>
            <Tick name="sender_headers" ticked=is_set("sender_headers") label="Forward the sender's headers, except cookies and credentials"/>
            <div class="fields">
                <Field name="timeout" label="Timeout (seconds)" required=false value=setting("timeout")/>
                <Field name="in_flight" label="Concurrent requests" required=false value=setting("in_flight")/>
                <Field name="rate" label="Requests per second" hint="Empty: no limit." required=false value=setting("rate")/>
            </div>
            <Field name="waits" label="Retry schedule" hint="Wait before each retry, in s, m, h or d. Use none for no retries." required=false value=setting("waits")/>
            <Field name="final_statuses" label="Statuses that are not retried (optional)" hint="For example, 404 422 or 4xx." required=false value=setting("final_statuses")/>
            <Tick name="status_only" ticked=is_set("status_only") label="Store only the status of answers, not their first 64 KiB"/>
            </div>
        </Card>
    }
}

/// What can be chosen.
#[derive(Clone, Debug)]
pub(crate) struct Allowed {
    /// Names of the endpoints there are.
    endpoints: Vec<String>,
    /// What the operator allows to be reached besides public addresses.
    hosts: Vec<String>,
}

impl Allowed {
    pub(crate) async fn load(state: &AppState) -> Result<Self, AppError> {
        let endpoints = db::endpoints::list(&mut state.db.read().await?).await?;
        Ok(Self {
            endpoints: endpoints.into_iter().map(|endpoint| endpoint.name).collect(),
            hosts: state.settings.allow_outbound.iter().map(ToString::to_string).collect(),
        })
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
        "Only public https addresses are allowed. The operator can allow others, such as 127.0.0.1:5000, with HOOKPOST_ALLOW_OUTBOUND."
            .to_owned()
    } else {
        format!("Public https addresses are allowed, and those the operator added: {}.", allowed.join(", "))
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
            view! { <Tick name="endpoints[]" value=name ticked=checked label/> }
        })
        .collect_view();
    view! {
        <fieldset class="field">
            <legend>"Source"</legend>
            <Radio name="of" value=OF_ALL chosen=of == OF_ALL label="every endpoint, including future ones"/>
            <Radio name="of" value=OF_THESE chosen=of == OF_THESE label="only these endpoints:"/>
            <div class="nested">{boxes}</div>
            {error.map(|error| view! { <p class="error" role="alert">{error}</p> })}
        </fieldset>
    }
}
