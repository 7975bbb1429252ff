//! Settings → Endpoints: the list.

use crate::{
    app::{
        endpoints::rows::{self, EndpointRow},
        kit::{prelude::*, removals::Removals},
    },
    model::{ids::DeliveryId, removal::RemovalKind},
};

/// The page at `/settings/endpoints`.
#[component]
pub fn EndpointsPage() -> impl IntoView {
    page(Role::Viewer, |state, user| async move {
        let rows = rows::load(&state).await?;
        let may_create = user.role >= Role::Admin;
        let new =
            may_create.then(|| view! { <a class="btn primary" href=paths::NEW_ENDPOINT>"New endpoint"</a> });
        let list = list(&rows, may_create, state.clock.now_ms());
        let endpoints = Page::new(Part::Settings, "Endpoints").heading("Settings").tab(paths::ENDPOINTS);
        Ok(endpoints.end(new).body(view! {
            <Removals kind=RemovalKind::Endpoint/>
            {list}
        }))
    })
}

fn list(rows: &[EndpointRow], may_create: bool, now: i64) -> AnyView {
    if rows.is_empty() {
        let step = if may_create {
            view! { <a class="btn primary" href=paths::NEW_ENDPOINT>"Create endpoint"</a> }.into_any()
        } else {
            view! { <p>"An admin can create one."</p> }.into_any()
        };
        return view! {
            <Empty title="No endpoint yet">
                <p>"An endpoint is a URL that receives webhooks from one sender and verifies their signatures."</p>
                {step}
            </Empty>
        }
        .into_any();
    }
    Table::of(rows)
        .row("Name", "wrap", |row| {
            let endpoint = &row.endpoint;
            view! { <a class="name" href=paths::endpoint(endpoint.id)>{visible(&endpoint.name)}</a> }
        })
        .plain("State", |row| row.state.tag())
        .col("Scheme", "", |row| row.endpoint.scheme.label)
        .col("Last delivery", "", |row| when_or(row.newest.map(DeliveryId::given_at), now, "none yet"))
        .col("Created", "", |row| view! { <When at=row.endpoint.created_at now/> })
        .view()
}
