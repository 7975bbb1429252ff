//! Settings → Account.

pub(crate) mod functions;
mod sessions;

use crate::{
    app::{account::functions::ChangePassword, kit::prelude::*},
    auth::{Session, own_sessions},
};

/// The page at `/settings/account`.
#[component]
pub fn AccountPage() -> impl IntoView {
    page(Role::Viewer, |state, user| async move {
        let parts = use_context::<axum::http::request::Parts>().ok_or(AppError::Internal)?;
        let session = parts.extensions.get::<Session>().ok_or(AppError::Internal)?;
        let sessions = own_sessions::list(&state.auth, session, user.id).await?;
        let sessions = sessions::table(&sessions, state.clock.now_ms());
        let you = Facts::new().fact("E-mail", user.email.clone()).fact("Role", user.role.as_str()).view();
        Ok(Page::new(Part::Settings, "Account").tab(paths::ACCOUNT).body(view! {
            <Card title="You" class="narrow">{you}</Card>
            <PasswordForm email=user.email/>
            <h2>"Active sessions"</h2>
            {sessions}
        }))
    })
}

#[component]
fn PasswordForm(email: String) -> impl IntoView {
    view! {
        <Card title="Change password" class="narrow">
            <PostForm to=ChangePassword::PATH class="in form" submit="Change password">
                // For password managers: whose password it is.
                <input type="hidden" name="username" autocomplete="username" value=email/>
                <Field name="old_password" label="Current password" kind="password" autocomplete="current-password"/>
                <Field
                    name="password"
                    label="New password"
                    kind="password"
                    autocomplete="new-password"
                    hint="At least 12 characters; four unrelated words work well. Your other sessions will be logged out."
                />
            </PostForm>
        </Card>
    }
}
