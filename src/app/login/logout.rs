//! The way out.

use crate::app::{kit::prelude::*, login::functions::LogOut};

/// A form of one button: logging out changes something, so it is not a link.
#[component]
pub fn LogoutButton() -> impl IntoView {
    view! { <PostButton to=LogOut::PATH class="linkish" label="Log out"/> }
}
