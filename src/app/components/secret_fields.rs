//! The fields in which a signing secret is given.

use crate::{app::form::Field, model::scheme::SecretFormat};
use leptos::prelude::*;

/// Secret and format. The value is never sent back to the browser.
#[component]
pub fn SecretFields(
    /// Whether the form makes no sense without a secret.
    required: bool,
) -> impl IntoView {
    let label = if required { "Signing secret" } else { "Signing secret (optional)" };
    let hint = if required {
        "Stored encrypted and never shown again."
    } else {
        "Paste it now, or later: most senders show it once you have registered the URL with them. \
         Until then everything is rejected. Stored encrypted and never shown again."
    };
    let formats = SecretFormat::ALL
        .map(|format| view! { <option value=format.as_str()>{format.label()}</option> })
        .collect_view();
    view! {
        <Field name="secret" label kind="password" hint required/>
        <div class="field">
            <label for="secret_format">"How the secret is written"</label>
            <select id="secret_format" name="secret_format">
                <option value="">"As this sender shows it"</option>
                {formats}
            </select>
        </div>
    }
}
