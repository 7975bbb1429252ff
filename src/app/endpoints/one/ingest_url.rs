//! The URL that senders post to.

use crate::app::islands::copy_button::CopyButton;
use leptos::prelude::*;

/// The URL with its copy button.
#[component]
pub fn IngestUrl(
    /// The whole URL.
    url: String,
) -> impl IntoView {
    view! {
        <section class="card">
            <h2>"Ingest URL"</h2>
            <div class="in form">
                <p class="copyable">
                    <code id="ingest-url">{url}</code>
                    <CopyButton from="ingest-url".to_owned() label="Copy".to_owned()/>
                </p>
                <p class="dim">"Treat it like a password: its last part is what keeps strangers out."</p>
            </div>
        </section>
    }
}
