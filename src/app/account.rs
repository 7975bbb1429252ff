//! Settings → Account.

pub(crate) mod functions;
mod sessions;

use crate::{
    app::{
        account::functions::ChangePassword,
        kit::{
            form::Field,
            problem::Problem,
            settings_nav::{SettingsNav, SettingsTab},
        },
        shell::layout::{Layout, Part},
    },
    auth::{self, Session, own_sessions},
    model::{
        error::AppError,
        session::OwnSession,
        user::{Role, User},
    },
    state::AppState,
};
use leptos::{either::Either, prelude::*, server_fn::ServerFn};
use sessions::Sessions;

/// The page at `/settings/account`.
#[component]
pub fn AccountPage() -> impl IntoView {
    Suspend::new(async {
        match load().await {
            Ok(account) => Either::Left(view! { <Account account/> }),
            Err(error) => Either::Right(view! { <Problem error/> }),
        }
    })
}

#[derive(Clone)]
struct AccountView {
    user: User,
    sessions: Vec<OwnSession>,
    now: i64,
}

async fn load() -> Result<AccountView, AppError> {
    let user = auth::require(Role::Viewer).await?;
    let state = expect_context::<AppState>();
    let parts = use_context::<axum::http::request::Parts>().ok_or(AppError::Internal)?;
    let session = parts.extensions.get::<Session>().ok_or(AppError::Internal)?;
    let sessions = own_sessions::list(&state, session, user.id).await?;
    Ok(AccountView { user, sessions, now: state.clock.now_ms() })
}

#[component]
fn Account(account: AccountView) -> impl IntoView {
    let AccountView { user, sessions, now } = account;
    view! {
        <Layout title="Account" part=Part::Settings user=user.clone()>
            <div class="top"><h1>"Account"</h1></div>
            <SettingsNav current=SettingsTab::Account/>
            <section class="card narrow">
                <h2>"You"</h2>
                <dl class="in facts">
                    <dt>"E-mail"</dt>
                    <dd>{user.email.clone()}</dd>
                    <dt>"Role"</dt>
                    <dd>{user.role.as_str()}</dd>
                </dl>
            </section>
            <PasswordForm email=user.email/>
            <h2>"Where you are logged in"</h2>
            <Sessions sessions now/>
        </Layout>
    }
}

#[component]
fn PasswordForm(email: String) -> impl IntoView {
    view! {
        <section class="card narrow">
            <h2>"Change password"</h2>
            <form class="in form" method="post" action=ChangePassword::PATH>
                // For password managers: whose password it is.
                <input type="hidden" name="username" autocomplete="username" value=email/>
                <Field name="old_password" label="Old password" kind="password" autocomplete="current-password"/>
                <Field
                    name="password"
                    label="New password"
                    kind="password"
                    autocomplete="new-password"
                    hint="At least 12 characters; four words that have nothing to do with each other will do. Your other sessions end."
                />
                <div class="actions"><button class="btn primary">"Change password"</button></div>
            </form>
        </section>
    }
}
