//! Text to take away: a URL, a secret that is shown once.

use crate::app::islands::copy_button::CopyButton;
use leptos::prelude::*;

/// The text with its copy button.
#[component]
pub fn Copyable(
    /// Of the element that holds the text.
    id: &'static str,
    text: String,
) -> impl IntoView {
    view! {
        <p class="copyable">
            <code id=id>{text}</code>
            <CopyButton from=id.to_owned() label="Copy".to_owned()/>
        </p>
    }
}
