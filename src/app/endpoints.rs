//! Settings → Endpoints: the list.

pub(crate) mod done;
pub(crate) mod functions;
pub(crate) mod hmac_fields;
pub(crate) mod hmac_form;
pub(crate) mod new;
pub(crate) mod one;
pub(crate) mod rows;
pub(crate) mod secret_fields;
pub(crate) mod secret_functions;
pub(crate) mod state;
pub(crate) mod test_event_forms;

use crate::{
    app::{
        endpoints::{rows as endpoint_rows, rows::EndpointRow, state::EndpointStateTag},
        kit::{
            problem::Problem,
            removals::Removals,
            settings_nav::{SettingsNav, SettingsTab},
            when::When,
        },
        shell::layout::{Layout, Part},
    },
    auth,
    model::{
        error::AppError,
        removal::RemovalKind,
        user::{Role, User},
        visible::visible,
    },
    state::AppState,
};
use leptos::{either::Either, prelude::*};

/// The page at `/settings/endpoints`.
#[component]
pub fn EndpointsPage() -> impl IntoView {
    Suspend::new(async {
        match load().await {
            Ok((user, rows, now)) => Either::Left(view! { <Endpoints user rows now/> }),
            Err(error) => Either::Right(view! { <Problem error/> }),
        }
    })
}

async fn load() -> Result<(User, Vec<EndpointRow>, i64), AppError> {
    let user = auth::require(Role::Viewer).await?;
    let state = expect_context::<AppState>();
    let rows = endpoint_rows::load(&state).await?;
    Ok((user, rows, state.clock.now_ms()))
}

#[component]
fn Endpoints(user: User, rows: Vec<EndpointRow>, now: i64) -> impl IntoView {
    let may_create = user.role >= Role::Admin;
    let list = if rows.is_empty() {
        Either::Left(view! { <NoEndpoints may_create/> })
    } else {
        let rows = rows.into_iter().map(|row| view! { <Row row now/> }).collect_view();
        Either::Right(view! {
            <table class="cards">
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"Scheme"</th>
                        <th scope="col">"Last delivery"</th>
                        <th scope="col">"Created"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        })
    };
    let create = may_create
        .then(|| view! { <a class="btn primary" href="/settings/endpoints/new">"New endpoint"</a> });
    view! {
        <Layout title="Endpoints" part=Part::Settings user>
            <div class="top">
                <h1>"Settings"</h1>
                <div class="end">{create}</div>
            </div>
            <SettingsNav current=SettingsTab::Endpoints/>
            <Removals kind=RemovalKind::Endpoint/>
            {list}
        </Layout>
    }
}

#[component]
fn NoEndpoints(may_create: bool) -> impl IntoView {
    let step = if may_create {
        Either::Left(
            view! { <a class="btn primary" href="/settings/endpoints/new">"Create the first one"</a> },
        )
    } else {
        Either::Right(view! { <p>"An admin can create one."</p> })
    };
    view! {
        <section class="empty">
            <h2>"No endpoint yet"</h2>
            <p>"An endpoint is a URL that takes the webhooks of one sender and knows how they are signed."</p>
            {step}
        </section>
    }
}

#[component]
fn Row(row: EndpointRow, now: i64) -> impl IntoView {
    let EndpointRow { endpoint, state, newest } = row;
    let newest = match newest {
        Some(id) => Either::Left(view! { <When at=id.given_at() now/> }),
        None => Either::Right(view! { <span class="dim">"none yet"</span> }),
    };
    view! {
        <tr>
            <th scope="row" class="wrap">
                <a class="name" href=format!("/settings/endpoints/{}", endpoint.id)>{visible(&endpoint.name)}</a>
            </th>
            <td><EndpointStateTag state/></td>
            <td data-label="Scheme">{endpoint.scheme.label()}</td>
            <td data-label="Last delivery">{newest}</td>
            <td data-label="Created"><When at=endpoint.created_at now/></td>
        </tr>
    }
}
