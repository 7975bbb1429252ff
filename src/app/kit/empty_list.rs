//! What stands where a list has no rows, with the next step to take.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Why the list of deliveries is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EmptyCause {
    /// There is no endpoint that could receive any.
    NoEndpoint,
    /// Nothing has come in yet.
    NothingYet,
    /// The filter lets none through.
    NoMatch,
}

/// The sentence and the step.
#[component]
pub fn EmptyList(
    /// Why it is empty.
    cause: EmptyCause,
) -> impl IntoView {
    let (heading, sentence, step, href) = match cause {
        EmptyCause::NoEndpoint => (
            "No endpoint yet",
            "An endpoint is the URL that a sender posts its webhooks to. Create one, and its deliveries show up here.",
            "Create an endpoint",
            "/settings/endpoints/new",
        ),
        EmptyCause::NothingYet => (
            "Waiting for the first delivery",
            "Copy an endpoint's URL to the sender, or send a signed test event. It appears here as it arrives.",
            "Send a test event",
            "/settings/endpoints",
        ),
        EmptyCause::NoMatch => (
            "No delivery matches",
            "Nothing that was received fits the filter.",
            "Clear the filter",
            "/events",
        ),
    };
    view! {
        <div class="empty">
            <h2>{heading}</h2>
            <p>{sentence}</p>
            <a class="btn primary" href=href>{step}</a>
        </div>
    }
}
