//! The signing secrets of an endpoint.

mod change;
mod forms;
mod row;

use crate::{
    app::{endpoints::secret_functions::NEW_SECRET, kit::prelude::*},
    db::secrets::Usage,
    endpoints::registry::LiveEndpoint,
    model::{
        endpoint::{SecretInfo, SecretState},
        ids::{EndpointId, SecretId},
        scheme::Scheme,
        time::MINUTE_MS,
    },
};
use forms::{Add, Rotate};
use row::{Row, table};

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
    let since = state.clock.now_ms().div_euclid(MINUTE_MS) - DAY_MINUTES;
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
        view! { <p class="in">"No secret yet, so all deliveries are rejected. Paste the one the sender shows you."</p> }.into_any()
    } else {
        let rows: Vec<Row> = all
            .into_iter()
            .map(|secret| Row {
                usage: usage.iter().find(|usage| usage.secret_id == secret.id).cloned(),
                broken: broken.iter().find(|(id, _)| *id == secret.id).map(|(_, why)| why.clone()),
                is_last: usable == 1 && in_use(&secret),
                secret,
            })
            .collect();
        table(&rows, id, total, role, now)
    };
    let forms = (role >= Role::Admin).then(|| {
        view! {
            {(usable > 0).then(|| view! { <Rotate id scheme/> })}
            <Add id open=none/>
        }
    });
    view! {
        <Card title="Signing secrets" id="secrets">
            {new.map(|text| view! { <NewSecret text/> })}
            {rotation}
            {list}
            {forms}
        </Card>
    }
}

/// While old ones are expiring: how far the sender has changed over.
fn rotation(all: &[SecretInfo], usage: &[Usage], total: i64, now: i64) -> Option<impl IntoView + use<>> {
    let newest = all.iter().find(|secret| secret.state(now) == SecretState::Active)?;
    all.iter().find(|secret| secret.state(now) == SecretState::Expiring)?;
    let recent = usage.iter().find(|usage| usage.secret_id == newest.id).map_or(0, |usage| usage.recent);
    let said = if total == 0 {
        "No deliveries were verified in the last 24 h.".to_owned()
    } else {
        format!("{} % of deliveries in the last 24 h were signed with the new secret.", recent * 100 / total)
    };
    Some(view! {
        <div class="in rotation">
            <p>"Rotation in progress. " {said}</p>
            <progress aria-label="Signed with the new secret" max=total.max(1).to_string() value=recent.to_string()></progress>
        </div>
    })
}

#[component]
fn NewSecret(text: String) -> impl IntoView {
    view! {
        <Banner kind="ok in" title="New secret, shown only once" role="status">
            <Copyable id="new-secret" text=text/>
            <p>"Copy it to the sender. It is stored encrypted and can't be shown again."</p>
        </Banner>
    }
}
