//! Settings → Endpoints → New.

use crate::{
    app::{
        endpoints::{
            functions::CreateEndpoint, hmac_fields::HmacFields, one::values::SECRET_HEADERS_HINT,
            secret_fields::SecretFields,
        },
        kit::prelude::*,
    },
    model::scheme::Scheme,
};

/// The page at `/settings/endpoints/new`.
#[component]
pub fn NewEndpointPage() -> impl IntoView {
    page(Role::Admin, |_, _| async move {
        let new = Page::new(Part::Settings, "New endpoint").heading("New").tab(paths::ENDPOINTS);
        Ok(new.under("Endpoints", paths::ENDPOINTS).body(view! {
            <PostForm to=CreateEndpoint::PATH class="form narrow" submit="Create endpoint" cancel=paths::ENDPOINTS>
                <Field name="name" label="Name" hint="A name your team will recognize, such as prod-openai. You can change it later."/>
                <SchemeChoice/>
                <Hmac/>
                <SecretFields required=false/>
                <Field name="secret_headers" label="Secret headers (optional)" hint=SECRET_HEADERS_HINT required=false/>
            </PostForm>
        }))
    })
}

#[component]
fn Hmac() -> impl IntoView {
    let flash = take_flash().unwrap_or_default();
    let wrong =
        flash.failed.then(|| flash.field.clone()).flatten().filter(|field| field.starts_with("hmac["));
    let wrong = wrong.map(|_| flash.message.clone());
    view! { <HmacFields typed=move |field: &str| flash.kept(field) wrong/> }
}

#[component]
fn SchemeChoice() -> impl IntoView {
    // What was chosen comes back when the form could not be taken.
    let kept = take_flash().and_then(|flash| flash.kept("scheme"));
    let chosen = kept.and_then(|text| text.parse().ok()).unwrap_or(Scheme::OPENAI);
    let choices = Scheme::all()
        .map(|scheme| {
            let class = (!scheme.verifies).then_some("bad-text");
            view! {
                <label>
                    <input type="radio" name="scheme" value=scheme.as_str() checked=scheme == chosen required/>
                    <span class=class>{scheme.label}</span>
                    <small>{scheme.about}</small>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="field">
            <legend>"Sender and signature scheme"</legend>
            <div class="choices">{choices}</div>
            <p class="hint">"You can't change the scheme later, because each scheme reads secrets differently."</p>
        </fieldset>
    }
}
