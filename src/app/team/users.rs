//! The users of the team.

use crate::{
    app::{
        kit::prelude::*,
        team::functions::{ChangeRole, DisableUser, UnlockUser},
    },
    model::ids::UserId,
};
use std::collections::HashMap;

/// `tokens`: API tokens in use, by owner.
pub(super) fn table(users: &[User], tokens: &HashMap<UserId, i64>, me: &User, now: i64) -> AnyView {
    let tokens = |user: &User| tokens.get(&user.id).copied().unwrap_or_default();
    let table = Table::of(users)
        .plain("E-mail", |user| {
            let mine = (user.id == me.id).then(|| view! { <span class="dim">" (you)"</span> });
            view! { <span class="name">{user.email.clone()}</span>{mine} }
        })
        .col("Role", "", |user| user.role.as_str())
        .col("State", "", |user| match user.disabled_at {
            Some(_) => tag("idle", "disabled"),
            None => tag("ok", "active"),
        })
        .col("Last login", "dim", |user| when_or(user.last_login_at, now, "never"));
    if me.role < Role::Admin {
        return table.view();
    }
    table
        .num("API tokens", tokens)
        .actions("Change", |user| {
            let (tokens, disabled) = (tokens(user), user.disabled_at.is_some());
            view! { <Changes user=user.clone() tokens disabled/> }
        })
        .view()
}

#[component]
fn Changes(user: User, tokens: i64, disabled: bool) -> impl IntoView {
    let roles = Choices::of(Role::ALL.map(|role| (role.as_str(), role.as_str())), user.role.as_str());
    let (id, label) = (user.id.to_string(), format!("Role of {}", user.email));
    let (verb, class) = if disabled { ("Enable", "btn small") } else { ("Disable", "btn small danger") };
    // What goes with it is said before.
    let ends = match tokens {
        _ if disabled => None,
        0 => None,
        1 => Some("Disabling also revokes 1 API token.".to_owned()),
        count => Some(format!("Disabling also revokes {count} API tokens.")),
    };
    let ends = ends.map(|text| view! { <p class="hint">{text}</p> });
    let unlock = (!disabled).then(|| {
        let label = format!("Unlock {}: reset failed logins", user.email);
        view! {
            <PostButton to=UnlockUser::PATH with=[("id", id.clone())] class="btn small" label="Unlock" said=label/>
        }
    });
    view! {
        <div class="actions">
            <form class="inline" method="post" action=ChangeRole::PATH>
                <input type="hidden" name="id" value=id.clone()/>
                <select name="role" aria-label=label>{roles.options()}</select>
                <button class="btn small">"Set role"</button>
            </form>
            <PostButton to=DisableUser::PATH with=[("id", id), ("disabled", (!disabled).to_string())] class=class label=verb/>
            {unlock}
        </div>
        {ends}
    }
}
