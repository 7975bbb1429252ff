//! The way out.

use crate::app::login::functions::LogOut;
use leptos::{prelude::*, server_fn::ServerFn};

/// A form of one button: logging out changes something, so it is no link.
#[component]
pub fn LogoutButton() -> impl IntoView {
    view! {
        <form method="post" action=LogOut::PATH>
            <button class="linkish">"Log out"</button>
        </form>
    }
}
