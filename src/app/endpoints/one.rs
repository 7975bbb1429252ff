//! Settings → Endpoints → one of them.

mod danger;
mod facts;
mod how_to;
mod ingest_url;
mod secrets;
mod test_event;
pub(crate) mod values;

use crate::{
    app::{endpoints::state::EndpointState, kit::prelude::*},
    endpoints,
    model::{endpoint::Endpoint, hmac::HmacOptions, ids::EndpointId},
};
use danger::Danger;
use how_to::HowTo;
use ingest_url::IngestUrl;
use secrets::Secrets;
use test_event::TestEvent;
use values::Values;

/// The page at `/settings/endpoints/{id}`.
#[component]
pub fn EndpointPage() -> impl IntoView {
    page_of(Role::Viewer, "endpoint", |state, user, id: EndpointId| async move {
        let (role, now) = (user.role, state.clock.now_ms());
        let endpoint = endpoints::find(&state.db, id).await?;
        let live = state.ingest.registry.by_id(id);
        let secrets = secrets::load(&state, id, live.as_deref(), role).await?;
        let affected = endpoints::affected_by_removal(&state.db, id).await?;
        let stands = EndpointState::of(&endpoint, live.as_deref(), now);
        let (base_url, body_limit) = (state.base_url.to_string(), state.settings.body_limit);
        // The URL is a capability: who knows it can post. Viewers do not need it.
        let for_members = (role >= Role::Member).then(|| {
            view! {
                <IngestUrl url=format!("{base_url}{}", endpoint.ingest_path())/>
                <TestEvent endpoint=endpoint.clone() state=stands role/>
            }
        });
        let for_admins = (role >= Role::Admin).then(|| {
            view! {
                <Values endpoint=endpoint.clone() body_limit/>
                <Danger endpoint=endpoint.clone() affected/>
            }
        });
        let scheme = endpoint.scheme;
        let links = view! {
            <a class="btn" href=paths::rules_of(id)>"Alert rules"</a>
            <a class="btn" href=paths::events_of(&endpoint.name)>"Events"</a>
        };
        let one = Page::new(Part::Settings, visible(&endpoint.name)).under("Endpoints", paths::ENDPOINTS);
        Ok(one.beside(stands.tag()).end(links).tab(paths::ENDPOINTS).body(view! {
            {warnings(&endpoint)}
            <div class="cols">
                <div>
                    {for_members}
                    {scheme.verifies.then(|| view! { <Secrets id scheme secrets role now/> })}
                    <HowTo scheme base_url/>
                </div>
                <aside>
                    {facts::card(&endpoint, body_limit, now)}
                    {for_admins}
                </aside>
            </div>
        }))
    })
}

/// What should not be trusted of its deliveries.
fn warnings(endpoint: &Endpoint) -> impl IntoView + use<> {
    let unverified = (!endpoint.scheme.verifies).then(|| {
        view! {
            <Banner title="Anyone who knows the URL can send." role="note">
                <p>"This endpoint doesn't check signatures, so its deliveries are UNVERIFIED. Use it for tests only."</p>
            </Banner>
        }
    });
    let lines: Vec<_> = endpoint
        .hmac
        .iter()
        .flat_map(HmacOptions::warnings)
        .map(|warning| view! { <p>{format!("This configuration is unsafe: {warning}.")}</p> })
        .collect();
    let unsigned = (!lines.is_empty()).then(
        || view! { <Banner kind="warn" title="An unsigned header is trusted" role="note">{lines}</Banner> },
    );
    view! {
        {unverified}
        {unsigned}
    }
}
