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
            "An endpoint is a URL that receives webhooks from one sender. Create one, and its deliveries will appear here.",
            "Create an endpoint",
            "/settings/endpoints/new",
        ),
        EmptyCause::NothingYet => (
            "Waiting for the first delivery",
            "Copy an endpoint's URL to the sender, or send a signed test event. It appears here immediately.",
            "Send a test event",
            "/settings/endpoints",
        ),
        EmptyCause::NoMatch => {
            ("No matching deliveries", "No deliveries match the filter.", "Clear filter", "/events")
        }
    };
    view! {
        <div class="empty">
            <h2>{heading}</h2>
            <p>{sentence}</p>
            <a class="btn primary" href=href>{step}</a>
        </div>
    }
}
