//! Why a page cannot be shown.

use crate::model::error::AppError;
use leptos::prelude::*;

/// The sentence, and a way on. Sets the status of the answer.
#[component]
pub fn Problem(
    /// What went wrong.
    error: AppError,
) -> impl IntoView {
    error.set_status();
    let (href, step) = match &error {
        AppError::Unauthenticated => ("/login", "Log in"),
        AppError::TooSlow => ("/events?after=24h", "Look at the last 24 hours"),
        _ => ("/events", "Go to Events"),
    };
    view! {
        <div class="empty" role="alert">
            <h2>"This cannot be shown"</h2>
            <p>{error.to_string()}</p>
            <a class="btn" href=href>{step}</a>
        </div>
    }
}
