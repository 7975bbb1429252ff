//! The fields in which a signing secret is given.

use crate::{app::kit::form::take_flash, model::scheme::SecretFormat};
use leptos::prelude::*;

/// Secret, format, and where it is kept instead. The value is never sent back to the browser.
#[component]
pub fn SecretFields(
    /// Whether the form makes no sense without a secret.
    required: bool,
    /// Stands before the ids, where a page has several such forms.
    #[prop(optional)]
    prefix: &'static str,
) -> impl IntoView {
    let flash = take_flash().unwrap_or_default();
    let id = |name: &str| format!("{prefix}{name}");
    let label = if required { "Signing secret" } else { "Signing secret (optional)" };
    let hint = if required || !prefix.is_empty() {
        "Stored encrypted and never shown again."
    } else {
        "Paste it now, or later: most senders show it once you have registered the URL with them. \
         Until then everything is rejected. Stored encrypted and never shown again."
    };
    let formats = SecretFormat::ALL
        .map(|format| view! { <option value=format.as_str()>{format.label()}</option> })
        .collect_view();
    let wrong = |name: &str| flash.error(name).map(|error| view! { <p class="error">{error}</p> });
    let reference = flash.kept("reference").unwrap_or_default();
    let elsewhere = !reference.is_empty();
    view! {
        <div class="field">
            <label for=id("secret")>{label}</label>
            <input id=id("secret") name="secret" type="password" autocomplete="off" aria-describedby=id("secret-hint")/>
            <p class="hint" id=id("secret-hint")>{hint}</p>
            {wrong("secret")}
        </div>
        <div class="field">
            <label for=id("secret_format")>"How the secret is written"</label>
            <select id=id("secret_format") name="secret_format">
                <option value="">"As this sender shows it"</option>
                {formats}
            </select>
        </div>
        <details class="fold elsewhere" open=elsewhere>
            <summary>"It is kept elsewhere…"</summary>
            <div class="field">
                <label for=id("reference")>"Where"</label>
                <input id=id("reference") name="reference" class="mono" value=reference
                    placeholder="env:OPENAI_WEBHOOK_SECRET or file:/run/secrets/openai" autocomplete="off" spellcheck="false"/>
                <p class="hint">"A variable or a file of the server, so that a secrets manager stays the owner. A file is read again when it changes; both are on SIGHUP."</p>
                {wrong("reference")}
            </div>
        </details>
    }
}
