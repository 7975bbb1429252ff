//! The users of the team.

use crate::{
    app::team::functions::{ChangeRole, DisableUser, UnlockUser},
    model::{
        ids::UserId,
        time,
        user::{Role, User},
    },
};
use leptos::{prelude::*, server_fn::ServerFn};
use std::collections::HashMap;

#[component]
pub(crate) fn Users(users: Vec<User>, tokens: HashMap<UserId, i64>, me: User, now: i64) -> impl IntoView {
    let is_admin = me.role == Role::Admin;
    let rows = users
        .into_iter()
        .map(|user| {
            let tokens = tokens.get(&user.id).copied().unwrap_or_default();
            view! { <UserRow user tokens me=me.clone() now/> }
        })
        .collect_view();
    view! {
        <table class="cards">
            <thead>
                <tr>
                    <th>"E-mail"</th>
                    <th>"Role"</th>
                    <th>"State"</th>
                    <th>"Last login"</th>
                    {is_admin.then(|| view! { <th>"API tokens"</th> })}
                    {is_admin.then(|| view! { <th><span class="hush">"Change"</span></th> })}
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

#[component]
fn UserRow(user: User, tokens: i64, me: User, now: i64) -> impl IntoView {
    let is_admin = me.role == Role::Admin;
    let disabled = user.disabled_at.is_some();
    let (class, state) = if disabled { ("tag idle", "disabled") } else { ("tag ok", "active") };
    let last = user.last_login_at.map_or_else(
        || "never".to_owned(),
        |at| match time::ago(at, now).as_str() {
            "now" => "now".to_owned(),
            ago => format!("{ago} ago"),
        },
    );
    let title = user.last_login_at.map(time::full);
    let mine = (user.id == me.id).then(|| view! { <span class="dim">" (you)"</span> });
    view! {
        <tr>
            <td><span class="name">{user.email.clone()}</span>{mine}</td>
            <td data-label="Role">{user.role.as_str()}</td>
            <td data-label="State"><span class=class>{state}</span></td>
            <td class="dim" data-label="Last login" title=title>{last}</td>
            {is_admin.then(|| view! { <td class="num" data-label="API tokens">{tokens}</td> })}
            {is_admin.then(|| view! { <td><Changes user tokens disabled/></td> })}
        </tr>
    }
}

#[component]
fn Changes(user: User, tokens: i64, disabled: bool) -> impl IntoView {
    let options = Role::ALL
        .map(|role| view! { <option value=role.as_str() selected={role == user.role}>{role.as_str()}</option> })
        .collect_view();
    let (id, label) = (user.id.to_string(), format!("Role of {}", user.email));
    let (verb, class) = if disabled { ("Enable", "btn small") } else { ("Disable", "btn small danger") };
    // What goes with it is said before.
    let ends = match tokens {
        _ if disabled => None,
        0 => None,
        1 => Some("Disabling ends 1 API token too.".to_owned()),
        count => Some(format!("Disabling ends {count} API tokens too.")),
    };
    let ends = ends.map(|text| view! { <p class="hint">{text}</p> });
    let unlock = (!disabled).then(|| {
        let label = format!("Unlock {}: failed logins until now do not count", user.email);
        view! {
            <form class="inline" method="post" action=UnlockUser::PATH>
                <input type="hidden" name="id" value=id.clone()/>
                <button class="btn small" aria-label=label>"Unlock"</button>
            </form>
        }
    });
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
            {unlock}
        </div>
        {ends}
    }
}
