//! The list of a page's keys, and the island that listens to them.

use crate::app::islands::shortcuts::Shortcuts;
use leptos::prelude::*;

/// The help that `?` opens. It is a popover, so the button works without JavaScript too.
#[component]
pub fn ShortcutHelp(
    /// Key and what it does, in the order shown.
    keys: &'static [(&'static str, &'static str)],
) -> impl IntoView {
    view! {
        <button class="btn help" type="button" popovertarget="shortcuts" data-key="?">
            "Keys "
            <kbd aria-hidden="true">"?"</kbd>
        </button>
        <div id="shortcuts" class="card shortcuts" popover="auto">
            <h2>"Keyboard shortcuts"</h2>
            <dl class="in">
                {keys
                    .iter()
                    .map(|(key, what)| view! {
                        <dt>
                            <kbd>{*key}</kbd>
                        </dt>
                        <dd>{*what}</dd>
                    })
                    .collect_view()}
            </dl>
        </div>
        <Shortcuts/>
    }
}
