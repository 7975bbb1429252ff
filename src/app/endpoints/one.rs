//! Settings → Endpoints → one of them.

mod danger;
mod facts;
mod how_to;
mod ingest_url;
mod secrets;
mod test_event;
pub(crate) mod values;

use crate::{
    app::{
        endpoints::state::{EndpointState, EndpointStateTag},
        kit::{
            problem::Problem,
            settings_nav::{SettingsNav, SettingsTab},
        },
        shell::layout::{Layout, Part},
    },
    auth,
    endpoints::{self, Affected},
    model::{
        endpoint::Endpoint,
        error::{AppError, not_found},
        filter::percent_encode,
        hmac::HmacOptions,
        ids::EndpointId,
        scheme::Scheme,
        user::{Role, User},
        visible::visible,
    },
    state::AppState,
};
use danger::Danger;
use facts::Facts;
use how_to::HowTo;
use ingest_url::IngestUrl;
use leptos::{either::Either, prelude::*};
use leptos_router::hooks::use_params_map;
use secrets::{SecretList, Secrets};
use test_event::TestEvent;
use values::Values;

/// The page at `/settings/endpoints/{id}`.
#[component]
pub fn EndpointPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id"));
    Suspend::new(async move {
        match load(id).await {
            Ok(shown) => Either::Left(view! { <Shown shown/> }),
            Err(error) => Either::Right(view! { <Problem error/> }),
        }
    })
}

struct ShownEndpoint {
    user: User,
    endpoint: Endpoint,
    state: EndpointState,
    secrets: SecretList,
    base_url: String,
    /// The server's setting, bytes.
    body_limit: u64,
    /// Destinations that name it.
    affected: Affected,
    now: i64,
}

async fn load(id: Option<String>) -> Result<ShownEndpoint, AppError> {
    let user = auth::require(Role::Viewer).await?;
    let state = expect_context::<AppState>();
    let id: EndpointId = id.and_then(|text| text.parse().ok()).ok_or_else(|| not_found("endpoint"))?;
    let endpoint = endpoints::find(&state.db, id).await?;
    let live = state.ingest.registry.by_id(id);
    let secrets = secrets::load(&state, id, live.as_deref(), user.role).await?;
    let now = state.clock.now_ms();
    Ok(ShownEndpoint {
        user,
        state: EndpointState::of(&endpoint, live.as_deref(), now),
        affected: endpoints::affected_by_removal(&state.db, id).await?,
        endpoint,
        secrets,
        base_url: state.base_url.to_string(),
        body_limit: state.settings.body_limit,
        now,
    })
}

#[component]
fn Shown(shown: ShownEndpoint) -> impl IntoView {
    let ShownEndpoint { user, endpoint, state, secrets, base_url, body_limit, affected, now } = shown;
    let role = user.role;
    let name = visible(&endpoint.name);
    let signed = endpoint.scheme != Scheme::None;
    let unverified = (!signed).then(|| {
        view! {
            <div class="banner" role="note">
                <p><b>"Anyone who knows the URL can post."</b></p>
                <p>"This endpoint checks no signature: its deliveries are UNVERIFIED. Use it for tests only."</p>
            </div>
        }
    });
    let odd: Vec<_> = endpoint.hmac.iter().flat_map(HmacOptions::warnings).collect();
    let unsigned = (!odd.is_empty()).then(|| {
        let lines = odd
            .iter()
            .map(|warning| view! { <p>{format!("It accepts what it should not trust: {warning}.")}</p> })
            .collect_view();
        view! {
            <div class="banner warn" role="note">
                <p><b>"A header is believed that is not signed"</b></p>
                {lines}
            </div>
        }
    });
    // The URL is a capability: who knows it can post. Viewers do not need it.
    let for_members = (role >= Role::Member).then(|| {
        view! {
            <IngestUrl url=format!("{base_url}{}", endpoint.ingest_path())/>
            <TestEvent endpoint=endpoint.clone() state role/>
        }
    });
    let for_admins = (role >= Role::Admin).then(|| {
        view! {
            <Values endpoint=endpoint.clone() body_limit/>
            <Danger endpoint=endpoint.clone() affected/>
        }
    });
    view! {
        <Layout title=name.clone() part=Part::Settings user>
            <div class="top">
                <h1><span class="crumb"><a href="/settings/endpoints">"Endpoints"</a>" / "</span>{name}</h1>
                <EndpointStateTag state/>
                <div class="end">
                    <a class="btn" href=format!("/alerts/rules#of-{}", endpoint.id)>"Its alert rules"</a>
                    <a class="btn" href=format!("/events?endpoint={}", percent_encode(&endpoint.name))>"Its events"</a>
                </div>
            </div>
            <SettingsNav current=SettingsTab::Endpoints/>
            {unverified}
            {unsigned}
            <div class="cols">
                <div>
                    {for_members}
                    {signed.then(|| view! { <Secrets id=endpoint.id scheme=endpoint.scheme secrets role now/> })}
                    <HowTo scheme=endpoint.scheme base_url/>
                </div>
                <aside>
                    <Facts endpoint=endpoint.clone() body_limit now/>
                    {for_admins}
                </aside>
            </div>
        </Layout>
    }
}
