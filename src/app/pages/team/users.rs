//! The users of the team.

use crate::{
    app::functions::team::{ChangeRole, DisableUser},
    model::{
        time,
        user::{Role, User},
    },
};
use leptos::{prelude::*, server_fn::ServerFn};

#[component]
pub(super) fn Users(users: Vec<User>, me: User, now: i64) -> impl IntoView {
    let is_admin = me.role == Role::Admin;
    let rows = users.into_iter().map(|user| view! { <UserRow user me=me.clone() now/> }).collect_view();
    view! {
        <table class="cards">
            <thead>
                <tr>
                    <th>"E-mail"</th>
                    <th>"Role"</th>
                    <th>"State"</th>
                    <th>"Last login"</th>
                    {is_admin.then(|| view! { <th><span class="hush">"Change"</span></th> })}
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

#[component]
fn UserRow(user: User, me: User, now: i64) -> impl IntoView {
    let is_admin = me.role == Role::Admin;
    let disabled = user.disabled_at.is_some();
    let (class, state) = if disabled { ("tag idle", "disabled") } else { ("tag ok", "active") };
    let last =
        user.last_login_at.map_or_else(|| "never".to_owned(), |at| format!("{} ago", time::ago(at, now)));
    let title = user.last_login_at.map(time::full);
    let mine = (user.id == me.id).then(|| view! { <span class="dim">" (you)"</span> });
    view! {
        <tr>
            <td><span class="name">{user.email.clone()}</span>{mine}</td>
            <td data-label="Role">{user.role.as_str()}</td>
            <td data-label="State"><span class=class>{state}</span></td>
            <td class="dim" data-label="Last login" title=title>{last}</td>
            {is_admin.then(|| view! { <td><Changes user disabled/></td> })}
        </tr>
    }
}

#[component]
fn Changes(user: User, disabled: bool) -> impl IntoView {
    let options = Role::ALL
        .map(|role| view! { <option value=role.as_str() selected={role == user.role}>{role.as_str()}</option> })
        .collect_view();
    let (id, label) = (user.id.to_string(), format!("Role of {}", user.email));
    let (verb, class) = if disabled { ("Enable", "btn small") } else { ("Disable", "btn small danger") };
    view! {
        <div class="actions">
            <form class="inline" method="post" action=ChangeRole::PATH>
                <input type="hidden" name="id" value=id.clone()/>
                <select name="role" aria-label=label>{options}</select>
                <button class="btn small">"Set role"</button>
            </form>
            <form class="inline" method="post" action=DisableUser::PATH>
                <input type="hidden" name="id" value=id/>
                <input type="hidden" name="disabled" value=(!disabled).to_string()/>
                <button class=class>{verb}</button>
            </form>
        </div>
    }
}
