//! What can be done about a rejected delivery.

use crate::{
    app::{
        delivery::functions::{Reverify, TrySecret},
        kit::form::take_flash,
    },
    model::{ids::DeliveryId, scheme::SecretFormat},
};
use leptos::{prelude::*, server_fn::ServerFn};

/// Re-verify with the secrets of now; try a secret that is not saved.
#[component]
pub(crate) fn Again(id: DeliveryId) -> impl IntoView {
    let error = take_flash().and_then(|flash| flash.error("try_secret"));
    let open = error.is_some();
    let formats = SecretFormat::ALL
        .map(|format| view! { <option value=format.as_str()>{format.label()}</option> })
        .collect_view();
    view! {
        <section class="card" id="again">
            <h2>"Look again"</h2>
            <form class="in form" method="post" action=Reverify::PATH>
                <input type="hidden" name="delivery" value=id.to_string()/>
                <p>"After the endpoint's secret was mended: verify it with the secrets of now. Its age is not checked. When it holds, it is accepted into its event."</p>
                <div class="actions"><button class="btn primary">"Re-verify"</button></div>
            </form>
            <details class="in fold" open=open>
                <summary>"Try a secret…"</summary>
                <form class="form" method="post" action=TrySecret::PATH>
                    <input type="hidden" name="delivery" value=id.to_string()/>
                    <div class="fields">
                        <div class="field">
                            <label for="try_secret">"Secret"</label>
                            <input id="try_secret" name="secret" type="password" required autocomplete="off"/>
                        </div>
                        <div class="field">
                            <label for="try_format">"How it is written"</label>
                            <select id="try_format" name="secret_format">
                                <option value="">"As this sender shows it"</option>
                                {formats}
                            </select>
                        </div>
                    </div>
                    {error.map(|error| view! { <p class="error">{error}</p> })}
                    <p class="dim">"It is not saved."</p>
                    <div class="actions"><button class="btn">"Try it"</button></div>
                </form>
            </details>
        </section>
    }
}
