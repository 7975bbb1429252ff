//! The HTML document around every page.

pub(crate) mod assets;
pub(crate) mod functions;
pub(crate) mod layout;
pub(crate) mod not_found;
pub(crate) mod server_state;
pub(crate) mod shortcut_help;

use crate::app::shell::assets::PackageNames;
use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::{MetaTags, provide_meta_context};
use std::sync::LazyLock;

/// The names do not change while the process runs.
static PACKAGE: LazyLock<PackageNames> = LazyLock::new(PackageNames::find);

/// The document. `leptos::HydrationScripts` is not used: it reads the hashes of the file names from a file beside the
/// binary, and Hookpost is one file that carries its UI inside.
pub fn shell(app: impl IntoView + 'static) -> impl IntoView {
    provide_meta_context();
    let nonce = use_nonce();
    let script = PACKAGE.js.as_ref().zip(PACKAGE.wasm.as_ref()).map(|(js, wasm)| {
        // Both names are made by the build (letters, digits, `-`, `_`, `.`), so they need no escaping.
        format!("{}(\"{js}\", \"{wasm}\");", include_str!("shell/islands.js").trim_end())
    });
    let script = format!("{}{}", include_str!("shell/figures.js"), script.unwrap_or_default());
    if let Some(context) = Owner::current_shared_context() {
        // Only islands hydrate; the rest of the page is plain HTML and needs no markers.
        context.set_is_hydrating(false);
    }
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                {PACKAGE.css.as_ref().map(|css| view! { <link rel="stylesheet" href=css.as_str()/> })}
                <script type="module" nonce=nonce>{script}</script>
                <MetaTags/>
            </head>
            <body>{app}</body>
        </html>
    }
}
