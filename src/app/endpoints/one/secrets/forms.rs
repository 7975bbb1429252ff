//! Adding and rotating.

use crate::{
    app::{
        endpoints::{
            secret_fields::SecretFields,
            secret_functions::{AddSecret, RotateSecret},
        },
        kit::prelude::*,
    },
    endpoints::secrets::DEFAULT_OVERLAP_HOURS,
    model::{ids::EndpointId, scheme::Scheme},
};

/// A new secret that takes over from those in use.
#[component]
pub(crate) fn Rotate(id: EndpointId, scheme: Scheme) -> impl IntoView {
    let open = take_flash().is_some_and(|flash| flash.kept("hours").is_some());
    // These show a secret of their own making; nobody can give them one.
    let generate = (!scheme.sender_makes_secret).then(|| {
        view! { <Tick name="generate" label="Generate one for me to give to the sender"/> }
    });
    let hint = if scheme.sender_makes_secret {
        "Create a new secret at the sender and paste it here."
    } else {
        "Paste the sender's new secret, or let Hookpost generate one."
    };
    view! {
        <Fold title="Rotate secret…" open=open id="rotate">
            <PostForm to=RotateSecret::PATH with=[("id", id.to_string())] submit="Rotate">
                <p class="dim">{hint} " Current secrets stay valid for the time below, so no delivery is rejected. OpenAI keeps the old one for 24 h."</p>
                <SecretFields required=false prefix="rotate-"/>
                {generate}
                <div class="fields">
                    <Field name="label" id="rotate-label" label="Name (optional)" required=false maxlength="64" placeholder="2026-11"/>
                    <Field name="hours" label="Keep old secrets for (hours)" kind="number" value=DEFAULT_OVERLAP_HOURS.to_string()/>
                </div>
            </PostForm>
        </Fold>
    }
}

/// One more secret beside those in use.
#[component]
pub(crate) fn Add(id: EndpointId, open: bool) -> impl IntoView {
    view! {
        <Fold title="Add a secret" open=open>
            <PostForm to=AddSecret::PATH with=[("id", id.to_string())] submit="Add secret" button="btn">
                <div class="fields">
                    <SecretFields required=true/>
                    <Field name="label" label="Name (optional)" required=false maxlength="64" placeholder="2026-11"/>
                </div>
                <p class="dim">"Existing secrets remain valid. To replace them, rotate instead."</p>
            </PostForm>
        </Fold>
    }
}
