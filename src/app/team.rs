//! Settings → Team: users and open invites.

pub(crate) mod functions;
mod invites;
mod users;

use crate::app::{kit::prelude::*, team::functions::NEW_INVITE};
use invites::{InviteForm, NewInvite};

/// The page at `/settings/team`. Everyone sees who is on the team; admins change it.
#[component]
pub fn TeamPage() -> impl IntoView {
    page(Role::Viewer, |state, user| async move {
        let (is_admin, now) = (user.role == Role::Admin, state.clock.now_ms());
        let mut connection = state.db.read().await?;
        let users = db::users::list(&mut connection).await?;
        // Admins see who is invited, and how many API tokens each user has.
        let (open, tokens) = if is_admin {
            let open = db::invites::list_open(&mut connection, now).await?;
            (open, db::tokens::count_by_owner(&mut connection, now).await?)
        } else {
            Default::default()
        };
        drop(connection);
        let new = if is_admin { NEW_INVITE.take_any(&state).await } else { None };
        let users = users::table(&users, &tokens.into_iter().collect(), &user, now);
        Ok(Page::new(Part::Settings, "Team").tab(paths::TEAM).body(view! {
            {new.map(|(email, link)| view! { <NewInvite email link/> })}
            {users}
            {is_admin.then(|| view! { <InviteForm/> })}
            {(!open.is_empty()).then(|| invites::table(&open, now))}
        }))
    })
}
