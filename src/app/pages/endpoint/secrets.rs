//! The signing secrets of an endpoint.

use crate::{
    app::{
        components::{secret_fields::SecretFields, visible::visible, when::When},
        functions::secrets::AddSecret,
    },
    model::{
        endpoint::{SecretInfo, SecretState},
        ids::EndpointId,
        user::Role,
    },
};
use leptos::{either::Either, prelude::*, server_fn::ServerFn};

/// The list, and for admins the form that adds one.
#[component]
pub fn Secrets(
    /// The endpoint.
    id: EndpointId,
    /// Its secrets, newest first.
    secrets: Vec<SecretInfo>,
    /// Who looks at them.
    role: Role,
    /// Unix ms.
    now: i64,
) -> impl IntoView {
    let none = secrets.is_empty();
    let list = if none {
        Either::Left(view! {
            <p class="in">"No secret yet: everything that arrives is rejected. Paste the one that the sender shows you."</p>
        })
    } else {
        let rows = secrets.into_iter().map(|secret| view! { <Row secret now/> }).collect_view();
        Either::Right(view! {
            <table class="cards">
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>
                        <th scope="col">"Ends in"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"Added"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        })
    };
    view! {
        <section class="card" id="secrets">
            <h2>"Signing secrets"</h2>
            {list}
            {(role >= Role::Admin).then(|| view! { <Add id open=none/> })}
        </section>
    }
}

#[component]
fn Row(secret: SecretInfo, now: i64) -> impl IntoView {
    let (class, label) = match secret.state(now) {
        SecretState::Active => ("tag ok", "Active"),
        SecretState::Expiring => ("tag warn", "Expiring"),
        SecretState::Expired => ("tag idle", "Expired"),
        SecretState::Revoked => ("tag bad", "Revoked"),
    };
    let until = secret.expires_at.map(|at| {
        let until = crate::model::time::full(at);
        view! { " " <span class="dim">{format!("until {until}")}</span> }
    });
    // Of a short secret not even the end is told.
    let hint =
        if secret.hint.is_empty() { "–".to_owned() } else { format!("…{}", visible(&secret.hint)) };
    view! {
        <tr>
            <th scope="row" class="wrap name">{visible(&secret.label)}</th>
            <td class="mono" data-label="Ends in">{hint}</td>
            <td data-label="State"><span class=class>{label}</span>{until}</td>
            <td data-label="Added"><When at=secret.created_at now/></td>
        </tr>
    }
}

#[component]
fn Add(id: EndpointId, open: bool) -> impl IntoView {
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
                <p class="dim">"Those that are there stay in use, so that a rotation loses no delivery."</p>
                <div class="actions"><button class="btn">"Add secret"</button></div>
            </form>
        </details>
    }
}
