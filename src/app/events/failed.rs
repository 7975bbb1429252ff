//! A page that could not be loaded at all.

use crate::{
    app::{kit::problem::Problem, shell::layout::Bare},
    model::error::AppError,
};
use leptos::prelude::*;

/// The sentence, with the status that says the same.
#[component]
pub fn Failed(
    /// What went wrong.
    error: AppError,
) -> impl IntoView {
    let title = match error.status() {
        401 => "Log in",
        403 => "Not allowed",
        404 => "Not found",
        _ => "Not available",
    };
    view! {
        <Bare title>
            <Problem error/>
        </Bare>
    }
}
