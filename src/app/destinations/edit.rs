//! Destinations → one of them → Edit: what it gets, how it is served, and its secret.

use crate::{
    app::{
        destinations::{
            form::{Allowed, Fields, NowAt},
            functions::{ChangeDestination, RotateDestination},
            posted::DestinationForm,
            state::TakesNothing,
        },
        kit::prelude::*,
    },
    model::{destination::Destination, ids::DestinationId},
};

/// The page at `/destinations/{id}/edit`.
#[component]
pub fn EditDestinationPage() -> impl IntoView {
    page_of(Role::Admin, "destination", |state, _, id: DestinationId| async move {
        let mut connection = state.db.read().await?;
        let found = db::destinations::by_id(&mut connection, id).await?;
        let destination = found.ok_or_else(|| not_found("destination"))?;
        let endpoints = db::endpoints::list(&mut connection).await?;
        drop(connection);
        let own = endpoints.iter().filter(|endpoint| destination.endpoints.named().contains(&endpoint.id));
        let values = DestinationForm::of(&destination, own.map(|endpoint| endpoint.name.clone()).collect());
        // Their names tell an admin which there are; the list in memory has them, unless it cannot be used.
        let live = state.destinations.by_id(id);
        let headers = live.iter().flat_map(|live| live.headers.keys()).map(ToString::to_string).collect();
        let now_at = NowAt { url: destination.shown_url(), headers };
        let allowed = Allowed::load(&state).await?;
        let (name, now) = (visible(&destination.name), state.clock.now_ms());
        let edit = Page::new(Part::Destinations, format!("Edit {name}")).heading("Edit");
        let edit = edit.under("Destinations", paths::DESTINATIONS).under(name, paths::destination(id));
        Ok(edit.body(view! {
            {destination.takes_nothing().then(|| view! { <TakesNothing/> })}
            <PostForm to=ChangeDestination::PATH with=[("id", id.to_string())] submit="Save" cancel=paths::destination(id)>
                <Fields values allowed now_at/>
            </PostForm>
            <hr/>
            <Secret destination now/>
        }))
    })
}

#[component]
fn Secret(destination: Destination, now: i64) -> impl IntoView {
    let old = destination.old_until.filter(|until| *until > now).map(|until| {
        view! {
            <p>"The previous secret also signs, for another " {time::duration(until - now)} "."</p>
        }
    });
    view! {
        <Card title="Signing secret" class="narrow">
            <PostForm to=RotateDestination::PATH class="in form" with=[("id", destination.id.to_string())] submit="Create new secret" button="btn">
                <p class="dim">"The destination was created " <When at=destination.created_at now/> ". Hookpost creates a new secret and shows it once. Until the overlap ends, each request carries two signatures, one per secret."</p>
                {old}
                <Field name="overlap" label="Overlap (hours)" value="24" hint="0 to 720. Leaves time to update the receiver."/>
            </PostForm>
        </Card>
    }
}
