//! The URL that senders post to.

use crate::app::kit::prelude::*;

/// The URL with its copy button.
#[component]
pub fn IngestUrl(
    /// The whole URL.
    url: String,
) -> impl IntoView {
    view! {
        <Card title="Ingest URL">
            <div class="in form">
                <Copyable id="ingest-url" text=url/>
                <p class="dim">"Treat this URL like a password. Its last part keeps strangers out."</p>
            </div>
        </Card>
    }
}
