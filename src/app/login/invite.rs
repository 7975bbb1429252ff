//! Taking an invite.

use crate::{
    app::{kit::prelude::*, login::functions::AcceptInvite, shell::layout::Bare},
    auth::invites,
    model::invite::{Invite, InviteKind},
};

/// The page at `/invite/:token`.
#[component]
pub fn InvitePage() -> impl IntoView {
    let token = use_params_map().with_untracked(|params| params.get("token")).unwrap_or_default();
    Suspend::new(async move {
        let state = expect_context::<AppState>();
        match invites::open(&state.auth, InviteKind::Invite, &token).await {
            Ok(invite) => Either::Left(view! { <InviteForm token invite/> }),
            Err(error) => Either::Right(view! { <ClosedLink error/> }),
        }
    })
}

#[component]
fn InviteForm(token: String, invite: Invite) -> impl IntoView {
    view! {
        <Bare title="Join the team">
            <p>{format!("You were invited as {}. Choose a password.", invite.role)}</p>
            <PostForm to=AcceptInvite::PATH with=[("token", token)] submit="Join">
                <Field name="email" label="E-mail" kind="email" autocomplete="username" value=invite.email.unwrap_or_default() readonly=true/>
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

/// A one-time link that does not open anything.
#[component]
pub(crate) fn ClosedLink(error: AppError) -> impl IntoView {
    error.set_status();
    view! {
        <Bare title="This link doesn't work">
            <p>{error.to_string()}</p>
            <p><a href=paths::LOGIN>"Log in"</a></p>
        </Bare>
    }
}
