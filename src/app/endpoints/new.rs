//! Settings → Endpoints → New.

use crate::{
    app::{
        endpoints::{
            functions::CreateEndpoint, hmac_fields::HmacFields, one::values::SECRET_HEADERS_HINT,
            secret_fields::SecretFields,
        },
        kit::{
            form::{Field, take_flash},
            problem::Problem,
            settings_nav::{SettingsNav, SettingsTab},
        },
        shell::layout::{Layout, Part},
    },
    auth,
    model::{
        scheme::Scheme,
        user::{Role, User},
    },
};
use leptos::{either::Either, prelude::*, server_fn::ServerFn};

/// The page at `/settings/endpoints/new`.
#[component]
pub fn NewEndpointPage() -> impl IntoView {
    Suspend::new(async {
        match auth::require(Role::Admin).await {
            Ok(user) => Either::Left(view! { <NewEndpoint user/> }),
            Err(error) => Either::Right(view! { <Problem error/> }),
        }
    })
}

#[component]
fn NewEndpoint(user: User) -> impl IntoView {
    view! {
        <Layout title="New endpoint" part=Part::Settings user>
            <div class="top">
                <h1><span class="crumb"><a href="/settings/endpoints">"Endpoints"</a>" / "</span>"New"</h1>
            </div>
            <SettingsNav current=SettingsTab::Endpoints/>
            <form class="form narrow" method="post" action=CreateEndpoint::PATH>
                <Field name="name" label="Name" hint="What the team calls it, such as prod-openai. It can be changed later."/>
                <SchemeChoice/>
                <Hmac/>
                <SecretFields required=false/>
                <Field name="secret_headers" label="Secret headers (optional)" hint=SECRET_HEADERS_HINT required=false/>
                <div class="actions">
                    <button class="btn primary">"Create endpoint"</button>
                    <a class="btn" href="/settings/endpoints">"Cancel"</a>
                </div>
            </form>
        </Layout>
    }
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
    let chosen = kept.and_then(|text| text.parse().ok()).unwrap_or(Scheme::OpenAi);
    let choices = Scheme::ALL
        .into_iter()
        .map(|scheme| {
            let class = (scheme == Scheme::None).then_some("bad-text");
            view! {
                <label>
                    <input type="radio" name="scheme" value=scheme.as_str() checked=scheme == chosen required/>
                    <span class=class>{scheme.label()}</span>
                    <small>{about(scheme)}</small>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="field">
            <legend>"Who sends, and how it is signed"</legend>
            <div class="choices">{choices}</div>
            <p class="hint">"It cannot be changed later: secrets are read differently by each scheme."</p>
        </fieldset>
    }
}

/// What a scheme is for, in a line.
fn about(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::OpenAi => {
            "Batch, background responses, evals, fine-tuning, Realtime calls. Standard Webhooks with a whsec_… secret"
        }
        Scheme::StandardWebhooks => {
            "Any sender of standardwebhooks.com, or your own services: webhook-id, -timestamp, -signature"
        }
        Scheme::Svix => "Svix and those who send through it: svix-id, svix-timestamp, svix-signature",
        Scheme::Github => "X-Hub-Signature-256 over the body",
        Scheme::Gitlab => "X-Gitlab-Token, a shared word: it proves who sends, not what",
        Scheme::Stripe => "Stripe-Signature; its whsec_… secret is used as the text it is",
        Scheme::Slack => "X-Slack-Signature with the app's signing secret",
        Scheme::Shopify => "X-Shopify-Hmac-Sha256 with the app's client secret",
        Scheme::Twilio => "X-Twilio-Signature over the URL and the form, with the account's auth token",
        Scheme::Hmac => {
            "Any other sender with an HMAC in a header: you say which header, which hash, and what is signed"
        }
        Scheme::None => {
            "Nothing is checked: anyone who knows the URL can post, and deliveries are marked UNVERIFIED"
        }
    }
}
