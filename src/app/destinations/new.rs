//! Destinations → New.

use crate::{
    app::{
        destinations::{
            form::{Allowed, Fields},
            functions::AddDestination,
            posted::DestinationForm,
        },
        kit::prelude::*,
    },
    model::destination::DeliveryPolicy,
};

/// The page at `/destinations/new`.
#[component]
pub fn NewDestinationPage() -> impl IntoView {
    page(Role::Admin, |state, _| async move {
        let allowed = Allowed::load(&state).await?;
        let values = DestinationForm::of_policy(&DeliveryPolicy::default());
        let new = Page::new(Part::Destinations, "New destination").heading("New");
        Ok(new.under("Destinations", paths::DESTINATIONS).body(view! {
            <PostForm to=AddDestination::PATH submit="Create destination" cancel=paths::DESTINATIONS>
            <Fields values allowed/>
        </PostForm>
        }))
    })
}
