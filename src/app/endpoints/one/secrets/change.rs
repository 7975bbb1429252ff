//! What can be done about one secret.

use crate::{
    app::{
        endpoints::secret_functions::{ExtendSecret, RevokeSecret},
        kit::prelude::*,
    },
    model::{
        endpoint::SecretState,
        ids::{EndpointId, SecretId},
    },
};

/// Another end, no end, or the end now. Revoking the last one asks twice.
#[component]
pub(crate) fn Change(
    endpoint: EndpointId,
    id: SecretId,
    /// Its name, for those who hear the page.
    label: String,
    state: SecretState,
    /// It is the only one in use.
    last: bool,
) -> impl IntoView {
    let ids = || vec![("id", endpoint.to_string()), ("secret_id", id.to_string())];
    let hours_id = format!("hours-{id}");
    let keep = (state != SecretState::Active).then(|| {
        view! { <PostButton to=ExtendSecret::PATH with=ids() class="btn small" label="Keep indefinitely"/> }
    });
    let sure = last
        .then(|| view! { <Confirm label="This is the last active secret: all deliveries may be rejected"/> });
    let verb = if state == SecretState::Expiring { "Expire now" } else { "Revoke" };
    view! {
        <details class="fold">
            <summary>"Change “" {label} "”…"</summary>
            <div class="changes">
                <form class="inline" method="post" action=ExtendSecret::PATH>
                    {hidden(ids())}
                    <label for=hours_id.clone()>"Expire in"</label>
                    <input id=hours_id name="hours" type="number" min="0" max="2160" value="24" required/>
                    "hours"
                    <button class="btn small">"Set"</button>
                </form>
                {keep}
                <form class="inline" method="post" action=RevokeSecret::PATH>
                    {hidden(ids())}
                    {sure}
                    <button class="btn small danger">{verb}</button>
                </form>
            </div>
        </details>
    }
}
