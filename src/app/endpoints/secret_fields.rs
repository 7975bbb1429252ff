//! The fields in which a signing secret is given.

use crate::{app::kit::prelude::*, model::scheme::SecretFormat};

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
        "You can add it later: most senders show it after you register the URL. Until then, all deliveries are \
         rejected. Stored encrypted and never shown again."
    };
    let reference = flash.kept("reference").unwrap_or_default();
    let elsewhere = !reference.is_empty();
    view! {
        <div class="field">
            <label for=id("secret")>{label}</label>
            <input id=id("secret") name="secret" type="password" autocomplete="off" aria-describedby=id("secret-hint")/>
            <p class="hint" id=id("secret-hint")>{hint}</p>
            {wrong("secret")}
        </div>
        <Select name="secret_format" id=id("secret_format") label="Secret format" choices=secret_formats("")/>
        <details class="fold elsewhere" open=elsewhere>
            <summary>"Use a secret stored elsewhere…"</summary>
            <div class="field">
                <label for=id("reference")>"Where"</label>
                <input id=id("reference") name="reference" class="mono" value=reference
                    placeholder="env:OPENAI_WEBHOOK_SECRET or file:/run/secrets/openai" autocomplete="off" spellcheck="false"/>
                <p class="hint">"An environment variable or file on the server, for example from a secrets manager. Files are reloaded when they change; both are reloaded on SIGHUP."</p>
                {wrong("reference")}
            </div>
        </details>
    }
}

/// The ways in which secrets are written, and which is chosen; empty: as senders of the scheme show them.
pub(crate) fn secret_formats(chosen: &str) -> Choices {
    Choices::of(SecretFormat::ALL.map(|format| (format.as_str(), format.label())), chosen)
        .or("Default for this scheme")
}
