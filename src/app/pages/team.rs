//! Settings → Team: users and open invites.

mod invites;
mod users;

use crate::{
    app::{
        components::{
            problem::Problem,
            settings_nav::{SettingsNav, SettingsTab},
        },
        functions::team::NEW_INVITE,
        layout::{Layout, Part},
    },
    auth,
    db::{self},
    error::AppError,
    model::{
        invite::Invite,
        user::{Role, User},
    },
    state::AppState,
};
use invites::{InviteForm, NewInvite, OpenInvites};
use leptos::{either::Either, prelude::*};
use tower_sessions::Session;
use users::Users;

/// The page at `/settings/team`. Everyone sees who is on the team; admins change it.
#[component]
pub fn TeamPage() -> impl IntoView {
    Suspend::new(async {
        match load().await {
            Ok(team) => Either::Left(view! { <Team team/> }),
            Err(error) => Either::Right(view! { <Problem error/> }),
        }
    })
}

/// What the page shows.
#[derive(Clone)]
struct TeamView {
    user: User,
    users: Vec<User>,
    open: Vec<Invite>,
    /// E-mail and link of an invite that was just made.
    new: Option<(String, String)>,
    now: i64,
}

async fn load() -> Result<TeamView, AppError> {
    let user = auth::require(Role::Viewer).await?;
    let state = expect_context::<AppState>();
    let is_admin = user.role == Role::Admin;
    let now = state.clock.now_ms();
    let mut connection = state.db.read().await?;
    let users = db::users::list(&mut connection).await?;
    let open = if is_admin { db::invites::list_open(&mut connection, now).await? } else { Vec::new() };
    let new = if is_admin { take_new_invite().await } else { None };
    Ok(TeamView { user, users, open, new, now })
}

/// The link is shown once: taking it out of the session forgets it.
async fn take_new_invite() -> Option<(String, String)> {
    let parts = use_context::<axum::http::request::Parts>()?;
    let session = parts.extensions.get::<Session>()?;
    session.remove(NEW_INVITE).await.ok().flatten()
}

#[component]
fn Team(team: TeamView) -> impl IntoView {
    let TeamView { user, users, open, new, now } = team;
    let is_admin = user.role == Role::Admin;
    view! {
        <Layout title="Team" part=Part::Settings user=user.clone()>
            <div class="top"><h1>"Team"</h1></div>
            <SettingsNav current=SettingsTab::Team/>
            {new.map(|(email, link)| view! { <NewInvite email link/> })}
            <Users users me=user now/>
            {is_admin.then(|| view! { <InviteForm/> })}
            {(!open.is_empty()).then(|| view! { <OpenInvites open now/> })}
        </Layout>
    }
}
