//! Logging in.

pub(crate) mod functions;
pub(crate) mod invite;
pub(crate) mod logout;
pub(crate) mod setup;

use crate::{
    app::{
        kit::{
            form::{Field, redirect},
            query::query_value,
        },
        login::functions::LogIn,
        shell::layout::Bare,
    },
    auth,
    model::user::Role,
    state::AppState,
};
use leptos::{either::Either, prelude::*, server_fn::ServerFn};

/// The page at `/login`. While there is no user it says how to make the first; who is logged in is sent on.
#[component]
pub fn LoginPage() -> impl IntoView {
    let next = query_value("next").unwrap_or_default();
    Suspend::new(async move {
        let state = expect_context::<AppState>();
        if auth::require(Role::Viewer).await.is_ok() {
            redirect("/");
        }
        // Should the database fail, the form says so when it is sent.
        if auth::has_users(&state).await.unwrap_or(true) {
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
            <form class="form" method="post" action=LogIn::PATH>
                <input type="hidden" name="next" value=next/>
                <Field name="email" label="E-mail" kind="email" autocomplete="username"/>
                <Field name="password" label="Password" kind="password" autocomplete="current-password"/>
                <div class="actions"><button class="btn primary">"Log in"</button></div>
            </form>
        </Bare>
    }
}

#[component]
fn NotSetUp() -> impl IntoView {
    view! {
        <Bare title="Almost there">
            <p>"Nobody can log in yet. The server's log shows a set-up link that makes the first admin; open it in this browser."</p>
            <p class="dim">"The link works once and for 24 hours. A restart of the server prints a new one."</p>
        </Bare>
    }
}
