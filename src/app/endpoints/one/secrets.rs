//! The signing secrets of an endpoint.

mod change;
mod forms;
mod row;

use crate::{
    app::{endpoints::secret_functions::NEW_SECRET, islands::copy_button::CopyButton},
    db::{self, secrets::Usage},
    endpoints::registry::LiveEndpoint,
    model::{
        endpoint::{SecretInfo, SecretState},
        error::AppError,
        ids::{EndpointId, SecretId},
        scheme::Scheme,
        user::Role,
    },
    state::AppState,
};
use forms::{Add, Rotate};
use leptos::{either::Either, prelude::*};
use row::Row;

const DAY_MINUTES: i64 = 24 * 60;

/// What the card shows of the secrets.
pub(crate) struct SecretList {
    pub(crate) all: Vec<SecretInfo>,
    usage: Vec<Usage>,
    /// Those that should be in use and cannot be, with the reason.
    broken: Vec<(SecretId, String)>,
    /// One that was just made; shown this once.
    new: Option<String>,
}

/// Reads the secrets and how much they are used. A generated one is shown to the admin who let it be made.
pub(crate) async fn load(
    state: &AppState,
    id: EndpointId,
    live: Option<&LiveEndpoint>,
    role: Role,
) -> Result<SecretList, AppError> {
    let since = state.clock.now_ms().div_euclid(60_000) - DAY_MINUTES;
    let mut connection = state.db.read().await?;
    let all = db::secrets::list(&mut connection, id).await?;
    let usage = db::secrets::usage(&mut connection, id, since).await?;
    drop(connection);
    let new = if role >= Role::Admin { NEW_SECRET.take(state, &id.to_string()).await } else { None };
    let broken = live.map(|live| live.broken.clone()).unwrap_or_default();
    Ok(SecretList { all, usage, broken, new })
}

/// The list, and for admins the forms that add and change.
#[component]
pub fn Secrets(
    id: EndpointId,
    scheme: Scheme,
    /// Its secrets, newest first.
    secrets: SecretList,
    /// Who looks at them.
    role: Role,
    /// Unix ms.
    now: i64,
) -> impl IntoView {
    let SecretList { all, usage, broken, new } = secrets;
    let none = all.is_empty();
    let total: i64 = usage.iter().map(|usage| usage.recent).sum();
    let in_use =
        |secret: &SecretInfo| matches!(secret.state(now), SecretState::Active | SecretState::Expiring);
    let usable = all.iter().filter(|secret| in_use(secret)).count();
    let rotation = rotation(&all, &usage, total, now);
    let list = if none {
        Either::Left(view! {
            <p class="in">"No secret yet: everything that arrives is rejected. Paste the one that the sender shows you."</p>
        })
    } else {
        let rows = all
            .into_iter()
            .map(|secret| {
                let usage = usage.iter().find(|usage| usage.secret_id == secret.id).cloned();
                let broken = broken.iter().find(|(id, _)| *id == secret.id).map(|(_, why)| why.clone());
                let last = usable == 1 && in_use(&secret);
                view! { <Row endpoint=id secret usage total broken last role now/> }
            })
            .collect_view();
        Either::Right(view! {
            <table class="cards secrets">
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>
                        <th scope="col">"Ends in"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"Last 24 h"</th>
                        <th scope="col">"Added"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        })
    };
    let forms = (role >= Role::Admin).then(|| {
        view! {
            {(usable > 0).then(|| view! { <Rotate id scheme/> })}
            <Add id open=none/>
        }
    });
    view! {
        <section class="card" id="secrets">
            <h2>"Signing secrets"</h2>
            {new.map(|text| view! { <NewSecret text/> })}
            {rotation}
            {list}
            {forms}
        </section>
    }
}

/// While old ones are expiring: how far the sender has changed over.
fn rotation(all: &[SecretInfo], usage: &[Usage], total: i64, now: i64) -> Option<impl IntoView + use<>> {
    let newest = all.iter().find(|secret| secret.state(now) == SecretState::Active)?;
    all.iter().find(|secret| secret.state(now) == SecretState::Expiring)?;
    let recent = usage.iter().find(|usage| usage.secret_id == newest.id).map_or(0, |usage| usage.recent);
    let said = if total == 0 {
        "Nothing was verified in the last 24 h.".to_owned()
    } else {
        format!("{} % of the last 24 h were signed with the new secret.", recent * 100 / total)
    };
    Some(view! {
        <div class="in rotation">
            <p>"A rotation is under way. " {said}</p>
            <progress aria-label="Signed with the new secret" max=total.max(1).to_string() value=recent.to_string()></progress>
        </div>
    })
}

#[component]
fn NewSecret(text: String) -> impl IntoView {
    view! {
        <div class="in banner ok" role="status">
            <p><b>"The new secret, shown this once"</b></p>
            <p class="copyable">
                <code id="new-secret">{text}</code>
                <CopyButton from="new-secret".to_owned() label="Copy".to_owned()/>
            </p>
            <p>"Give it to the sender. It is stored encrypted, and nobody can read it here again."</p>
        </div>
    }
}
