//! What stands at an address that leads nowhere.

use crate::{
    app::{kit::problem::Problem, shell::layout::Bare},
    model::error::not_found,
};
use leptos::prelude::*;

/// Says so, with the status 404.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    view! {
        <Bare title="Not found">
            <Problem error=not_found("page")/>
        </Bare>
    }
}
