//! Destinations → New.

use crate::{
    app::{
        components::{problem::Problem, visible::visible},
        form::{Field, take_flash},
        functions::destinations::AddDestination,
        layout::{Layout, Part},
    },
    auth, db,
    error::AppError,
    model::user::{Role, User},
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
    let chosen = take_flash().and_then(|flash| flash.kept("endpoint"));
    let options = endpoints
        .into_iter()
        .map(|name| {
            let selected = chosen.as_ref() == Some(&name);
            let label = visible(&name);
            view! { <option value=name selected=selected>{label}</option> }
        })
        .collect_view();
    let reach = if allowed.is_empty() {
        "Only public https addresses can be reached. An operator allows others, such as 127.0.0.1:5000, with HOOKPOST_ALLOW_OUTBOUND."
            .to_owned()
    } else {
        format!(
            "Public https addresses can be reached, and what the operator allows: {}.",
            allowed.join(", ")
        )
    };
    view! {
        <Layout title="New destination" part=Part::Destinations user>
            <div class="top">
                <h1><span class="crumb"><a href="/destinations">"Destinations"</a>" / "</span>"New"</h1>
            </div>
            <form class="form narrow" method="post" action=AddDestination::PATH>
                <Field name="name" label="Name" hint="What the team calls it, such as batch-worker."/>
                <Field name="url" label="URL" kind="url" hint=reach/>
                <div class="field">
                    <label for="endpoint">"Events of"</label>
                    <select id="endpoint" name="endpoint">
                        <option value="">"every endpoint"</option>
                        {options}
                    </select>
                </div>
                <Field name="types" label="Event types (optional)" hint="Separated by spaces, such as batch.* response.completed. Empty: all." required=false/>
                <div class="field">
                    <label for="headers">"Further headers (optional)"</label>
                    <textarea id="headers" name="headers" class="mono" rows="3" spellcheck="false" placeholder="Authorization: Bearer …"></textarea>
                    <p class="hint">"One a line. They are stored as they are; the signing secret is made by Hookpost and stored encrypted."</p>
                </div>
                <div class="actions">
                    <button class="btn primary">"Create destination"</button>
                    <a class="btn" href="/destinations">"Cancel"</a>
                </div>
            </form>
        </Layout>
    }
}
