//! Settings → Team: users and open invites.

pub(crate) mod functions;
mod invites;
mod users;

use crate::{
    app::{
        kit::{
            problem::Problem,
            settings_nav::{SettingsNav, SettingsTab},
        },
        shell::layout::{Layout, Part},
        team::functions::NEW_INVITE,
    },
    auth, db,
    model::{
        error::AppError,
        ids::UserId,
        invite::Invite,
        user::{Role, User},
    },
    state::AppState,
};
use invites::{InviteForm, NewInvite, OpenInvites};
use leptos::{either::Either, prelude::*};
use std::collections::HashMap;
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

#[derive(Clone)]
struct TeamView {
    user: User,
    users: Vec<User>,
    /// API tokens in use, by owner; for admins.
    tokens: HashMap<UserId, i64>,
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
    let tokens = if is_admin { db::tokens::count_by_owner(&mut connection, now).await? } else { Vec::new() };
    drop(connection);
    let new = if is_admin { NEW_INVITE.take_any(&state).await } else { None };
    Ok(TeamView { user, users, tokens: tokens.into_iter().collect(), open, new, now })
}

#[component]
fn Team(team: TeamView) -> impl IntoView {
    let TeamView { user, users, tokens, open, new, now } = team;
    let is_admin = user.role == Role::Admin;
    view! {
        <Layout title="Team" part=Part::Settings user=user.clone()>
            <div class="top"><h1>"Team"</h1></div>
            <SettingsNav current=SettingsTab::Team/>
            {new.map(|(email, link)| view! { <NewInvite email link/> })}
            <Users users tokens me=user now/>
            {is_admin.then(|| view! { <InviteForm/> })}
            {(!open.is_empty()).then(|| view! { <OpenInvites open now/> })}
        </Layout>
    }
}
