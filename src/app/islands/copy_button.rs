//! Copies text that the page shows.

use leptos::prelude::*;

/// How long the button says what happened.
#[cfg(feature = "hydrate")]
const SAID_FOR: std::time::Duration = std::time::Duration::from_secs(2);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Copied {
    NotYet,
    #[cfg(feature = "hydrate")]
    Done,
    #[cfg(feature = "hydrate")]
    Failed,
}

/// A button that copies the text of the element with the id `from`: what is copied is what is shown. Styles hide it where
/// scripts do not run.
#[island]
pub fn CopyButton(
    /// Id of the element.
    from: String,
    /// What the button says.
    label: String,
    /// The key that presses it, see [`super::shortcuts`].
    #[prop(optional)]
    key: Option<String>,
) -> impl IntoView {
    let copied = RwSignal::new(Copied::NotYet);
    let ready = RwSignal::new(false);
    Effect::new(move || ready.set(true));
    let text = move || match copied.get() {
        Copied::NotYet => label.clone(),
        #[cfg(feature = "hydrate")]
        Copied::Done => "Copied".to_owned(),
        #[cfg(feature = "hydrate")]
        Copied::Failed => "Select the text and copy it".to_owned(),
    };
    let on_click = move |_| {
        #[cfg(feature = "hydrate")]
        browser::copy(&from, copied);
        #[cfg(not(feature = "hydrate"))]
        let _ = &from;
    };
    let hint = key.clone().map(|key| view! { " " <kbd>{key}</kbd> });
    view! {
        <button
            type="button"
            class="btn needs-script"
            data-island="copy-button"
            data-ready=move || ready.get().then_some("true")
            data-key=key
            on:click=on_click
        >
            <span aria-live="polite">{text}</span>
            {hint}
        </button>
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use super::{Copied, SAID_FOR};
    use leptos::{prelude::*, task::spawn_local};

    pub(super) fn copy(from: &str, copied: RwSignal<Copied>) {
        let text = document().get_element_by_id(from).and_then(|element| element.text_content());
        spawn_local(async move {
            // Browsers offer the clipboard on https and localhost only.
            let done = match text.filter(|_| window().is_secure_context()) {
                Some(text) => window().navigator().clipboard().write_text(&text).await.is_ok(),
                None => false,
            };
            copied.set(if done { Copied::Done } else { Copied::Failed });
            set_timeout(move || copied.set(Copied::NotYet), SAID_FOR);
        });
    }
}
