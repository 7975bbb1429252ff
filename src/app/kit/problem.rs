//! Why a page cannot be shown.

use crate::{
    app::{kit::paths, shell::layout::Bare},
    model::error::AppError,
};
use leptos::prelude::*;

/// The sentence, and a way on. Sets the status of the answer.
#[component]
pub fn Problem(
    /// What went wrong.
    error: AppError,
) -> impl IntoView {
    error.set_status();
    let (href, step) = match &error {
        AppError::Unauthenticated => (paths::LOGIN, "Log in"),
        AppError::TooSlow => ("/events?after=24h", "Show the last 24 hours"),
        _ => (paths::EVENTS, "Go to Events"),
    };
    view! {
        <div class="empty" role="alert">
            <h2>"This page can't be shown"</h2>
            <p>{error.to_string()}</p>
            <a class="btn" href=href>{step}</a>
        </div>
    }
}

/// A page that has nothing else to show.
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
