//! The first admin.

use crate::{
    app::{
        kit::form::Field,
        login::{functions::CreateFirstAdmin, invite::ClosedLink},
        shell::layout::Bare,
    },
    auth::setup,
    state::AppState,
};
use leptos::{either::Either, prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;

/// The page at `/setup/:token`.
#[component]
pub fn SetupPage() -> impl IntoView {
    let token = use_params_map().with_untracked(|params| params.get("token")).unwrap_or_default();
    Suspend::new(async move {
        let state = expect_context::<AppState>();
        match setup::open(&state, &token).await {
            Ok(_) => Either::Left(view! { <SetupForm token/> }),
            Err(error) => Either::Right(view! { <ClosedLink error/> }),
        }
    })
}

#[component]
fn SetupForm(token: String) -> impl IntoView {
    view! {
        <Bare title="Make the first admin">
            <form class="form" method="post" action=CreateFirstAdmin::PATH>
                <input type="hidden" name="token" value=token/>
                <Field name="email" label="E-mail" kind="email" autocomplete="username"/>
                <Field
                    name="password"
                    label="Password"
                    kind="password"
                    autocomplete="new-password"
                    hint="At least 12 characters; four words that have nothing to do with each other will do."
                />
                <div class="actions"><button class="btn primary">"Make the admin and log in"</button></div>
            </form>
        </Bare>
    }
}
