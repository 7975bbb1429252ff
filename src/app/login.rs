//! Logging in.

pub(crate) mod functions;
pub(crate) mod invite;
pub(crate) mod logout;
pub(crate) mod setup;

use crate::{
    app::{
        kit::{form::redirect, prelude::*},
        login::functions::LogIn,
        shell::layout::Bare,
    },
    auth,
};

/// The page at `/login`. While there is no user it says how to make the first; who is logged in is sent on.
#[component]
pub fn LoginPage() -> impl IntoView {
    let next = query_value("next").unwrap_or_default();
    Suspend::new(async move {
        let state = expect_context::<AppState>();
        if auth::require(Role::Viewer).await.is_ok() {
            redirect(paths::OVERVIEW);
        }
        // Should the database fail, the form says so when it is sent.
        if auth::has_users(&state.auth).await.unwrap_or(true) {
            Either::Left(view! { <LoginForm next/> })
        } else {
            Either::Right(view! { <NotSetUp/> })
        }
    })
}

#[component]
fn LoginForm(next: String) -> impl IntoView {
    view! {
        <Bare title="Log in">
            <PostForm to=LogIn::PATH with=[("next", next)] submit="Log in">
                <Field name="email" label="E-mail" kind="email" autocomplete="username"/>
                <Field name="password" label="Password" kind="password" autocomplete="current-password"/>
            </PostForm>
        </Bare>
    }
}

#[component]
fn NotSetUp() -> impl IntoView {
    view! {
        <Bare title="Almost there">
            <p>"Nobody can log in yet. Open the set-up link from the server's log in this browser to create the first admin."</p>
            <p class="dim">"The link works once, for 24 hours. Restart the server to get a new one."</p>
        </Bare>
    }
}
