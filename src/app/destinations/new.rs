//! Destinations → New.

use crate::{
    app::{
        destinations::{form::Fields, functions::AddDestination, posted::DestinationForm},
        kit::problem::Problem,
        shell::layout::{Layout, Part},
    },
    auth, db,
    model::{
        destination::Serving,
        error::AppError,
        user::{Role, User},
    },
    state::AppState,
};
use leptos::{either::Either, prelude::*, server_fn::ServerFn};

/// The page at `/destinations/new`.
#[component]
pub fn NewDestinationPage() -> impl IntoView {
    Suspend::new(async {
        match load().await {
            Ok((user, endpoints, allowed)) => Either::Left(view! { <Form user endpoints allowed/> }),
            Err(error) => Either::Right(view! { <Problem error/> }),
        }
    })
}

async fn load() -> Result<(User, Vec<String>, Vec<String>), AppError> {
    let user = auth::require(Role::Admin).await?;
    let state = expect_context::<AppState>();
    let endpoints = db::endpoints::list(&mut *state.db.read().await?).await?;
    let allowed = state.settings.allow_outbound.iter().map(ToString::to_string).collect();
    Ok((user, endpoints.into_iter().map(|endpoint| endpoint.name).collect(), allowed))
}

#[component]
fn Form(user: User, endpoints: Vec<String>, allowed: Vec<String>) -> impl IntoView {
    let values = DestinationForm::of_serving(&Serving::default());
    view! {
        <Layout title="New destination" part=Part::Destinations user>
            <div class="top">
                <h1><span class="crumb"><a href="/destinations">"Destinations"</a>" / "</span>"New"</h1>
            </div>
            <form class="form" method="post" action=AddDestination::PATH>
                <Fields values endpoints allowed/>
                <div class="actions">
                    <button class="btn primary">"Create destination"</button>
                    <a class="btn" href="/destinations">"Cancel"</a>
                </div>
            </form>
        </Layout>
    }
}
