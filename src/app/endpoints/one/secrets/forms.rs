//! Adding and rotating.

use crate::{
    app::{
        endpoints::{
            secret_fields::SecretFields,
            secret_functions::{AddSecret, RotateSecret},
        },
        kit::form::{Field, take_flash},
    },
    endpoints::secrets::DEFAULT_OVERLAP_HOURS,
    model::{ids::EndpointId, scheme::Scheme},
};
use leptos::{prelude::*, server_fn::ServerFn};

/// A new secret that takes over from those in use.
#[component]
pub(crate) fn Rotate(id: EndpointId, scheme: Scheme) -> impl IntoView {
    let open = take_flash().is_some_and(|flash| flash.kept("hours").is_some());
    // These show a secret of their own making; nobody can give them one.
    let sender_makes_it = matches!(scheme, Scheme::OpenAi | Scheme::Stripe | Scheme::Slack | Scheme::Twilio);
    let generate = (!sender_makes_it).then(|| {
        view! {
            <label class="check">
                <input type="checkbox" name="generate" value="true"/>
                "Let Hookpost make one, to be given to the sender"
            </label>
        }
    });
    let hint = if sender_makes_it {
        "Let the sender make a new secret and paste it here."
    } else {
        "Paste the sender's new secret, or let Hookpost make one."
    };
    view! {
        <details class="in fold" open=open id="rotate">
            <summary>"Rotate the secret…"</summary>
            <form class="form" method="post" action=RotateSecret::PATH>
                <input type="hidden" name="id" value=id.to_string()/>
                <p class="dim">{hint} " The ones in use stay for the hours below, so that no delivery is rejected; OpenAI keeps the old one for 24 h."</p>
                <SecretFields required=false prefix="rotate-"/>
                {generate}
                <div class="fields">
                    <div class="field">
                        <label for="rotate-label">"Name (optional)"</label>
                        <input id="rotate-label" name="label" maxlength="64" placeholder="2026-11" autocomplete="off"/>
                    </div>
                    <Field name="hours" label="Keep the old ones, hours" kind="number" value=DEFAULT_OVERLAP_HOURS.to_string()/>
                </div>
                <div class="actions"><button class="btn primary">"Rotate"</button></div>
            </form>
        </details>
    }
}

/// One more secret beside those in use.
#[component]
pub(crate) fn Add(id: EndpointId, open: bool) -> impl IntoView {
    view! {
        <details class="in fold" open=open>
            <summary>"Add a secret"</summary>
            <form class="form" method="post" action=AddSecret::PATH>
                <input type="hidden" name="id" value=id.to_string()/>
                <div class="fields">
                    <SecretFields required=true/>
                    <div class="field">
                        <label for="label">"Name (optional)"</label>
                        <input id="label" name="label" maxlength="64" placeholder="2026-11" autocomplete="off"/>
                    </div>
                </div>
                <p class="dim">"Those that are there stay in use without an end. To replace them, rotate."</p>
                <div class="actions"><button class="btn">"Add secret"</button></div>
            </form>
        </details>
    }
}
