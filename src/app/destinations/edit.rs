//! Destinations → one of them → Edit: what it gets, how it is served, and its secret.

use crate::{
    app::{
        destinations::{
            TakesNothing,
            form::{Fields, NowAt},
            functions::{ChangeDestination, RotateDestination},
            posted::DestinationForm,
        },
        kit::{form::Field, problem::Problem, when::When},
        shell::layout::{Layout, Part},
    },
    auth, db,
    model::{
        destination::Destination,
        error::{AppError, not_found},
        ids::DestinationId,
        time,
        user::{Role, User},
        visible::visible,
    },
    state::AppState,
};
use leptos::{either::Either, prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;

/// The page at `/destinations/{id}/edit`.
#[component]
pub fn EditDestinationPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id"));
    Suspend::new(async move {
        match load(id).await {
            Ok(shown) => Either::Left(view! { <Edit shown/> }),
            Err(error) => Either::Right(view! { <Problem error/> }),
        }
    })
}

struct ShownEdit {
    user: User,
    destination: Destination,
    values: DestinationForm,
    now_at: NowAt,
    endpoints: Vec<String>,
    allowed: Vec<String>,
    now: i64,
}

async fn load(id: Option<String>) -> Result<ShownEdit, AppError> {
    let user = auth::require(Role::Admin).await?;
    let state = expect_context::<AppState>();
    let id: DestinationId = id.and_then(|text| text.parse().ok()).ok_or_else(|| not_found("destination"))?;
    let mut connection = state.db.read().await?;
    let all = db::destinations::list(&mut connection).await?;
    let destination = all.into_iter().find(|d| d.id == id).ok_or_else(|| not_found("destination"))?;
    let endpoints = db::endpoints::list(&mut connection).await?;
    let own = endpoints.iter().filter(|endpoint| destination.endpoints.named().contains(&endpoint.id));
    let values = DestinationForm::of(&destination, own.map(|endpoint| endpoint.name.clone()).collect());
    // Their names tell an admin which there are; the list in memory has them, unless it cannot be used.
    let live = state.destinations.by_id(id);
    let headers = live.iter().flat_map(|live| live.headers.keys()).map(ToString::to_string).collect();
    Ok(ShownEdit {
        now_at: NowAt { url: destination.shown_url(), headers },
        user,
        values,
        destination,
        endpoints: endpoints.into_iter().map(|endpoint| endpoint.name).collect(),
        allowed: state.settings.allow_outbound.iter().map(ToString::to_string).collect(),
        now: state.clock.now_ms(),
    })
}

#[component]
fn Edit(shown: ShownEdit) -> impl IntoView {
    let ShownEdit { user, destination, values, now_at, endpoints, allowed, now } = shown;
    let (id, name) = (destination.id, visible(&destination.name));
    let page = format!("/destinations/{id}");
    view! {
        <Layout title=format!("Edit {name}") part=Part::Destinations user>
            <div class="top">
                <h1>
                    <span class="crumb"><a href="/destinations">"Destinations"</a>" / "<a href=page.clone()>{name}</a>" / "</span>
                    "Edit"
                </h1>
            </div>
            {destination.takes_nothing().then(|| view! { <TakesNothing/> })}
            <form class="form" method="post" action=ChangeDestination::PATH>
                <input type="hidden" name="id" value=id.to_string()/>
                <Fields values endpoints allowed now_at/>
                <div class="actions">
                    <button class="btn primary">"Save"</button>
                    <a class="btn" href=page>"Cancel"</a>
                </div>
            </form>
            <hr/>
            <Secret destination now/>
        </Layout>
    }
}

#[component]
fn Secret(destination: Destination, now: i64) -> impl IntoView {
    let old = destination.old_until.filter(|until| *until > now).map(|until| {
        view! {
            <p>"The secret before signs too, for another " {time::duration(until - now)} "."</p>
        }
    });
    view! {
        <section class="card narrow">
            <h2>"Signing secret"</h2>
            <form class="in form" method="post" action=RotateDestination::PATH>
                <input type="hidden" name="id" value=destination.id.to_string()/>
                <p class="dim">"The destination was created " <When at=destination.created_at now/> ". A new secret is made and shown once; until the overlap ends each request bears two signatures, one with each."</p>
                {old}
                <Field name="overlap" label="Overlap, hours" value="24" hint="0 to 720. Time to give the receiver the new secret."/>
                <div class="actions"><button class="btn">"Make a new secret"</button></div>
            </form>
        </section>
    }
}
