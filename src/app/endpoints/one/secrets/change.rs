//! What can be done about one secret.

use crate::{
    app::endpoints::secret_functions::{ExtendSecret, RevokeSecret},
    model::{
        endpoint::SecretState,
        ids::{EndpointId, SecretId},
    },
};
use leptos::{prelude::*, server_fn::ServerFn};

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
    let ids = move || {
        view! {
            <input type="hidden" name="id" value=endpoint.to_string()/>
            <input type="hidden" name="secret_id" value=id.to_string()/>
        }
    };
    let hours_id = format!("hours-{id}");
    let keep = (state != SecretState::Active).then(|| {
        view! {
            <form class="inline" method="post" action=ExtendSecret::PATH>
                {ids()}
                <button class="btn small">"Keep without an end"</button>
            </form>
        }
    });
    let sure = last.then(|| {
        view! {
            <label class="check">
                <input type="checkbox" name="sure" value="true" required/>
                "It is the last one in use: everything may be rejected"
            </label>
        }
    });
    let verb = if state == SecretState::Expiring { "Retire now" } else { "Revoke" };
    view! {
        <details class="fold">
            <summary>"Change “" {label} "”…"</summary>
            <div class="changes">
                <form class="inline" method="post" action=ExtendSecret::PATH>
                    {ids()}
                    <label for=hours_id.clone()>"Let it end in"</label>
                    <input id=hours_id name="hours" type="number" min="0" max="2160" value="24" required/>
                    "hours"
                    <button class="btn small">"Set"</button>
                </form>
                {keep}
                <form class="inline" method="post" action=RevokeSecret::PATH>
                    {ids()}
                    {sure}
                    <button class="btn small danger">{verb}</button>
                </form>
            </div>
        </details>
    }
}
