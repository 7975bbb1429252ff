//! The first admin.

use crate::{
    app::{
        kit::prelude::*,
        login::{functions::CreateFirstAdmin, invite::ClosedLink},
        shell::layout::Bare,
    },
    auth::setup,
};

/// The page at `/setup/:token`.
#[component]
pub fn SetupPage() -> impl IntoView {
    let token = use_params_map().with_untracked(|params| params.get("token")).unwrap_or_default();
    Suspend::new(async move {
        let state = expect_context::<AppState>();
        match setup::open(&state.auth, &token).await {
            Ok(_) => Either::Left(view! { <SetupForm token/> }),
            Err(error) => Either::Right(view! { <ClosedLink error/> }),
        }
    })
}

#[component]
fn SetupForm(token: String) -> impl IntoView {
    view! {
        <Bare title="Create the first admin">
            <PostForm to=CreateFirstAdmin::PATH with=[("token", token)] submit="Create admin and log in">
                <Field name="email" label="E-mail" kind="email" autocomplete="username"/>
                <Field
                    name="password"
                    label="Password"
                    kind="password"
                    autocomplete="new-password"
                    hint="At least 12 characters; four unrelated words work well."
                />
            </PostForm>
        </Bare>
    }
}
